"""Every step of an incident is one transaction, harmless when repeated, and refused where it is stale."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from chalicelib.aws.clients import Aws
from chalicelib.aws.incident_parts import Terms
from chalicelib.aws.incident_table import IncidentTable
from chalicelib.aws.memory import Memory
from chalicelib.errors import ConflictError, StaleRecordError, UnknownIncidentError, WrongStateError
from chalicelib.incidents.base import Record
from chalicelib.incidents.model import Assessment, Classification, Impact, Intent, Judge, State
from chalicelib.incidents.plans import Approval, Decision, Health, Verdict, Verification
from chalicelib.incidents.step import Step
from chalicelib.incidents.timeline import News, check_timeline
from tests.unit.aws.making import (
    STOPPED,
    a_plan,
    a_signal,
    a_step,
    after,
    an_incident,
    an_opening,
    moved,
)

_NEWS = [News(what="Looked at it", at=after(10), data={"glance": "stopped"})]
_ASSESSMENT = Assessment(
    classification=Classification.FAILURE,
    confidence=0.92,
    severity=6,
    intent=Intent.ACCIDENT,
    reasoning="It was stopped.",
    evidence=(),
    impact=Impact(),
    judge=Judge.RULES,
)
_DECISION = Decision(verdict=Verdict.REVIEW, reason="Below the threshold.", gates=(), policy_version="abc")


def test_a_step_moves_state_version_and_timeline_together(table: IncidentTable) -> None:
    step = a_step(an_incident(table))
    after_it = table.advance(step, State.ANALYZING, _NEWS, observation=STOPPED)
    story = table.story(step.incident_id)
    assert (story.incident.state, story.incident.observation) == (State.ANALYZING, STOPPED)
    assert story.incident.bookmark == after_it.bookmark
    assert story.timeline[-1].data == {"glance": "stopped"}
    check_timeline(step.incident_id, story.timeline, after_it.bookmark)


def test_the_step_after_it_says_since_when_it_is_in_its_state(table: IncidentTable) -> None:
    step = table.advance(a_step(an_incident(table)), State.ANALYZING, _NEWS)
    assert step.since == after(10)
    assert table.note(step, [News(what="Noted something", at=after(20))]).since == after(10)


@pytest.mark.parametrize(
    ("name", "section"),
    [
        ("observation", STOPPED),
        ("assessment", _ASSESSMENT),
        ("plan", a_plan()),
        ("decision", _DECISION),
        ("approval", Approval(approved=True, by="bob", digest="0" * 64, decided_at=after(9))),
        ("verification", Verification(health=Health.HEALTHY, looked_at=("it runs",), verified_at=after(9))),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_section_is_read_as_it_was_written(table: IncidentTable, name: str, section: Record) -> None:
    step = a_step(an_incident(table))
    sections: dict[str, Any] = {name: section}
    table.advance(step, State.ANALYZING, _NEWS, **sections)
    assert getattr(table.load(step.incident_id), name) == section


def test_a_repeated_task_takes_over_what_the_first_attempt_wrote(table: IncidentTable) -> None:
    step = a_step(an_incident(table))
    first = table.advance(step, State.ANALYZING, _NEWS, observation=STOPPED)
    again = table.advance(step, State.ANALYZING, _NEWS, observation=STOPPED)
    assert (again.state, again.bookmark) == (first.state, first.bookmark)
    assert len(table.story(step.incident_id).timeline) == 2


def test_a_view_that_joined_meanwhile_is_no_reason_to_refuse(table: IncidentTable) -> None:
    step = a_step(an_incident(table))
    an_opening(table, a_signal(2), at=after(3))
    assert table.advance(step, State.ANALYZING, _NEWS).state is State.ANALYZING


def test_what_was_noted_meanwhile_is_kept_and_the_step_goes_on_after_it(table: IncidentTable) -> None:
    step = a_step(an_incident(table))
    table.note(step, [News(what="Somebody noted something", at=after(5))])
    table.advance(step, State.ANALYZING, _NEWS)
    story = table.story(step.incident_id)
    assert [event.what for event in story.timeline] == [
        "Heard of it",
        "Somebody noted something",
        "Looked at it",
    ]
    check_timeline(step.incident_id, story.timeline, story.incident.bookmark)


def test_a_move_that_no_life_allows_is_refused_before_anything_is_written(table: IncidentTable) -> None:
    step = a_step(an_incident(table))
    with pytest.raises(WrongStateError):
        table.advance(step, State.COMPLETED, _NEWS)
    assert table.load(step.incident_id).state is State.DETECTING


def test_of_ten_attempts_at_one_step_one_writes(aws: Aws, table: IncidentTable) -> None:
    step = a_step(an_incident(table))
    ready = Barrier(10)

    def advance(_: int) -> Step:
        ready.wait()
        return IncidentTable(aws, table.table).advance(step, State.ANALYZING, _NEWS)

    with ThreadPoolExecutor(max_workers=10) as pool:
        bookmarks = {found.bookmark for found in pool.map(advance, range(10))}
    story = table.story(step.incident_id)
    assert bookmarks == {story.incident.bookmark}
    assert len(story.timeline) == 2


# -- terms --------------------------------------------------------------------------------------


def test_a_step_is_refused_where_more_was_heard_than_was_judged(table: IncidentTable) -> None:
    step = moved(table, a_step(an_incident(table)), State.ANALYZING, State.PLANNING)
    an_opening(table, a_signal(2), at=after(3))
    with pytest.raises(StaleRecordError):
        table.advance(step, State.DISMISSED, _NEWS, terms=Terms(heard=1))
    assert table.load(step.incident_id).state is State.PLANNING
    assert table.advance(step, State.DISMISSED, _NEWS, terms=Terms(heard=2)).state is State.DISMISSED


def test_a_step_is_refused_where_the_plan_is_another(table: IncidentTable) -> None:
    step = moved(table, a_step(an_incident(table)), State.ANALYZING, State.PLANNING)
    step = table.advance(step, State.EXECUTING, _NEWS, plan=a_plan(), plan_digest=a_plan().digest)
    with pytest.raises(StaleRecordError):
        table.advance(step, State.VERIFYING, _NEWS, terms=Terms(plan_digest="0" * 64))
    right = Terms(plan_digest=a_plan().digest)
    assert table.advance(step, State.VERIFYING, _NEWS, terms=right).state is State.VERIFYING


def test_what_is_written_along_must_hold_too_or_nothing_is_written(
    table: IncidentTable, memory: Memory
) -> None:
    step = moved(table, a_step(an_incident(table)), State.ANALYZING, State.PLANNING)
    guard = memory.for_decision(step, after(20)).guard
    assert guard
    elsewhere = step.moved(incident_id="inc-elsewhere")
    with pytest.raises(ConflictError):
        table.advance(step, State.EXECUTING, _NEWS, memory.recovery_begun(elsewhere, guard, after(20), None))
    assert table.load(step.incident_id).state is State.PLANNING
    assert memory.for_decision(step, after(20)).load is not None


# -- ending -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("states", "cools"),
    [
        ((State.FAILED,), True),
        ((State.ANALYZING, State.PLANNING, State.DISMISSED), False),
        ((State.ANALYZING, State.PLANNING, State.AWAITING_APPROVAL, State.EXPIRED), True),
        ((State.ANALYZING, State.PLANNING, State.COOLDOWN), False),
    ],
    ids=["failed", "dismissed", "expired", "cooldown"],
)
def test_an_end_lets_the_resource_go_with_its_cooldown(
    table: IncidentTable, memory: Memory, states: tuple[State, ...], cools: bool
) -> None:
    incident = an_incident(table)
    moved(table, a_step(incident, cooldown_seconds=100), *states, at=after(60))
    guard = memory.for_decision(a_step(incident), after(61)).guard
    assert guard
    assert guard.open_incident == ""
    assert guard.last_incident == incident.incident_id
    assert guard.cooldown_until == (after(160) if cools else None)
    assert table.load(incident.incident_id).ended_at == after(60)


@pytest.mark.parametrize(
    ("states", "cools"),
    [
        ((State.ANALYZING, State.PLANNING, State.AWAITING_APPROVAL, State.REJECTED), False),
        ((State.ANALYZING, State.PLANNING, State.AWAITING_APPROVAL, State.EXPIRED), False),
        ((State.ANALYZING, State.PLANNING, State.FAILED), False),
        ((State.ANALYZING, State.PLANNING, State.EXECUTING, State.VERIFYING, State.COMPLETED), True),
        ((State.ANALYZING, State.PLANNING, State.EXECUTING, State.FAILED), True),
    ],
    ids=["rejected", "expired", "nothing-to-do", "prevented", "failed"],
)
def test_a_warning_leaves_a_cooldown_only_where_something_was_begun(
    table: IncidentTable, memory: Memory, states: tuple[State, ...], *, cools: bool
) -> None:
    incident = an_incident(table)
    moved(table, a_step(incident, cooldown_seconds=100, foreseen=True), *states, at=after(60))
    guard = memory.for_decision(a_step(incident), after(61)).guard
    assert guard
    assert guard.cooldown_until == (after(160) if cools else None)


def test_nothing_more_can_become_of_an_ended_incident_but_notes(table: IncidentTable) -> None:
    step = moved(table, a_step(an_incident(table)), State.FAILED)
    with pytest.raises(WrongStateError):
        table.advance(step, State.ANALYZING, _NEWS)
    noted = table.note(step, [News(what="Learnt the outcome", at=after(99))])
    assert noted.state is State.FAILED
    assert table.load(step.incident_id).ended_at == after(10)


def test_a_note_that_an_earlier_attempt_has_written_is_not_written_again(table: IncidentTable) -> None:
    step = moved(table, a_step(an_incident(table)), State.FAILED)
    news = [News(what="Told people", at=after(98)), News(what="Learnt the outcome", at=after(99))]
    table.note(step, news)
    table.note(step, news)
    assert [event.what for event in table.story(step.incident_id).timeline].count("Learnt the outcome") == 1


def test_only_one_ends_a_lost_incident(table: IncidentTable) -> None:
    step = a_step(an_incident(table))
    table.move_alone(step, State.FAILED, _NEWS, problem="lost")
    with pytest.raises(StaleRecordError):
        table.move_alone(step, State.FAILED, _NEWS, problem="lost")
    assert table.load(step.incident_id).problem == "lost"


# -- reading ------------------------------------------------------------------------------------


def test_an_incident_that_there_is_not_is_named(table: IncidentTable) -> None:
    read: Any
    for read in (table.load, table.story):
        with pytest.raises(UnknownIncidentError, match="there is no incident inc-nowhere"):
            read("inc-nowhere")
    assert table.task_token("inc-nowhere") == ""


def test_the_task_token_is_read_apart_and_is_in_no_record(table: IncidentTable) -> None:
    step = moved(table, a_step(an_incident(table)), State.ANALYZING, State.PLANNING)
    table.advance(step, State.AWAITING_APPROVAL, _NEWS, task_token="very-secret-token")
    assert table.task_token(step.incident_id) == "very-secret-token"
    assert "very-secret-token" not in repr(table.story(step.incident_id))
