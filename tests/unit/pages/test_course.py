"""The course of an incident as a picture: every stage is seen, in order, and nothing is off the axis."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.incidents.model import State
from chalicelib.pages.course import Course, draw_course
from tests.unit.incidents import stories, told
from tests.unit.incidents.told import Told


def drawn(given: Told, after: float = 60) -> Course:
    return draw_course(given.incident, given.timeline, told.after(after))


def labels(course: Course) -> list[str]:
    return [stage.label for stage in course.stages]


def test_every_stage_has_a_row_and_the_time_before_anybody_knew_too() -> None:
    course = drawn(stories.approved_and_completed())

    assert labels(course) == [
        "Not heard of yet", "Detecting", "Analyzing", "Planning", "Awaiting approval", "Executing",
        "Verifying",
    ]  # fmt: skip
    assert [round(stage.seconds, 1) for stage in course.stages] == [1.4, 0.7, 1.5, 0.6, 407.8, 853.0, 6.0]
    assert course.seconds == 1271
    assert [mark.event.what for mark in course.after] == ["Verified: exists is True; status is 'available'"]


def test_what_is_still_open_lasts_until_now() -> None:
    course = drawn(stories.awaiting_approval(), after=1804.2)

    *before, last = course.stages
    assert (last.label, last.open, round(last.seconds)) == ("Awaiting approval", True, 1800)
    assert not [stage for stage in before if stage.open]
    assert course.after == ()
    assert course.seconds == pytest.approx(1804.2)


def test_a_warning_begins_with_itself_and_not_with_a_failure() -> None:
    warning = next(iter(stories.WARNINGS.values()))
    course = drawn(warning() if callable(warning) else warning)

    assert course.stages[0].label == "Warned of"


def test_a_stage_of_hours_leaves_those_of_milliseconds_to_be_seen() -> None:
    course = drawn(stories.awaiting_approval(), after=40_000)

    widths = {stage.label: stage.width for stage in course.stages}
    assert widths["Awaiting approval"] == max(widths.values())
    assert min(widths.values()) > 1
    assert widths["Analyzing"] > widths["Detecting"] > widths["Planning"]


def test_changes_and_messages_stand_where_they_came() -> None:
    course = drawn(stories.approved_and_completed())

    marks = {mark.event.what: (mark.kind, stage.label) for stage in course.stages for mark in stage.marks}
    assert marks["Asked people to approve the plan"] == ("message", "Awaiting approval")
    assert marks["Began to restore from its newest snapshot the database"] == ("effect", "Executing")
    assert marks["bob@example.com approved the plan"] == ("event", "Executing")


def test_an_incident_without_any_event_is_drawn_too() -> None:
    course = draw_course(told.an_incident(State.DETECTING), [], told.after(5))

    assert labels(course) == ["Not heard of yet"]


@given(
    gaps=st.lists(st.floats(min_value=-2, max_value=1e6), min_size=1, max_size=12),
    states=st.lists(st.sampled_from(list(State)), min_size=12, max_size=12),
    now=st.floats(min_value=-1e5, max_value=1e7),
)
def test_nothing_lies_outside_the_axis_whatever_the_clocks_say(
    gaps: list[float], states: list[State], now: float
) -> None:
    times = [sum(gaps[: number + 1]) for number in range(len(gaps))]
    timeline = told.a_timeline(*((at, state, "Something") for at, state in zip(times, states, strict=False)))
    course = draw_course(told.an_incident(State.DETECTING), timeline, told.FAILED_AT + timedelta(seconds=now))

    ends = [(stage.start, stage.start + stage.width) for stage in course.stages]
    assert ends[0][0] == 0
    assert ends[-1][1] == pytest.approx(100)
    assert all(end == pytest.approx(start) for (_, end), (start, _) in pairwise(ends))
    for stage in course.stages:
        assert stage.seconds >= 0
        assert all(
            stage.start - 1e-9 <= mark.place <= stage.start + stage.width + 1e-9 for mark in stage.marks
        )
