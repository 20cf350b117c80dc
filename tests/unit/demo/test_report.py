"""What the demo says in the end, to people and to machines."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from rich.console import Console

from chalicelib.aws.incident_reader import Story
from chalicelib.incidents.model import (
    Bookmark,
    Incident,
    Resource,
    Signal,
    SignalSource,
    State,
    TimelineEvent,
)
from chalicelib.incidents.timeline import START, News, write_events
from mainstay.demo.play import Cast, Result, stage_seconds
from mainstay.demo.report import as_document, print_summary
from mainstay.demo.scenarios import SCENARIOS

NOON = datetime(2030, 5, 1, 12, 0, tzinfo=UTC)
INSTANCE = Resource(type="ec2.instance", id="i-0abc", region="us-east-1", account="123456789012")


def _timeline(*moments: tuple[float, State]) -> tuple[TimelineEvent, ...]:
    events: list[TimelineEvent] = []
    for seconds, state in moments:
        bookmark = Bookmark(version=events[-1].number, head=events[-1].hash) if events else START
        news = News(what=f"Came to {state.value}", at=NOON + timedelta(seconds=seconds))
        events += write_events("inc-1", bookmark, state, [news])
    return tuple(events)


USUAL = _timeline((0, State.DETECTING), (1.5, State.ANALYZING), (2, State.EXECUTING), (5, State.COMPLETED))


def _story(state: State = State.COMPLETED, timeline: tuple[TimelineEvent, ...] = USUAL) -> Story:
    signal = Signal(
        signal_id="signal-1",
        source=SignalSource.API_CALL,
        resource=INSTANCE,
        failure="stopped",
        event_name="StopInstances",
        occurred_at=NOON,
    )
    incident = Incident(
        incident_id="inc-1",
        resource=INSTANCE,
        failure="stopped",
        state=state,
        bookmark=Bookmark(version=timeline[-1].number, head=timeline[-1].hash),
        opened_at=NOON,
        failed_at=NOON,
        signals=(signal,),
    )
    return Story(incident=incident, timeline=timeline, effects=())


def _result(name: str = "stopped", **changes: Any) -> Result:
    scenario = SCENARIOS[name]
    cast = Cast(scenario=scenario, act=scenario.acts[0], resource_id=INSTANCE.id)
    usual: dict[str, Any] = {"cast": cast, "stories": [_story()], "aws_calls": 20}
    return Result(**usual | changes)


def test_seconds_are_counted_for_each_state_until_the_end() -> None:
    assert stage_seconds(_story()) == {"DETECTING": 1.5, "ANALYZING": 0.5, "EXECUTING": 3.0}


def test_a_state_that_was_visited_twice_is_counted_together() -> None:
    again = _timeline(
        (0, State.DETECTING),
        (1, State.ANALYZING),
        (2, State.DETECTING),
        (4, State.ANALYZING),
        (5, State.FAILED),
    )
    assert stage_seconds(_story(timeline=again)) == {"DETECTING": 3.0, "ANALYZING": 2.0}


def test_the_document_lists_each_scenario_with_its_incidents() -> None:
    document = as_document([_result("stopped"), _result("terminated", problem="it did not")], [], 12.345)
    assert json.loads(json.dumps(document)) == document
    assert document["ok"] is False
    assert document["seconds"] == 12.35 or document["seconds"] == 12.34
    first, second = document["scenarios"]
    assert (first["name"], first["ok"], first["expected"], first["ended"]) == (
        "stopped",
        True,
        ["COMPLETED"],
        ["COMPLETED"],
    )
    assert second["ok"] is False
    (incident,) = first["incidents"]
    assert incident["aws_calls"] == 20
    assert incident["stage_seconds"]["EXECUTING"] == 3.0
    assert second["incidents"][0]["problem"] == "it did not"


def test_an_act_that_led_to_no_incident_is_listed_all_the_same() -> None:
    document = as_document([_result(stories=[], problem="after 40 s: nothing")], [], 1)
    (scenario,) = document["scenarios"]
    assert scenario["ended"] == [None]
    assert scenario["incidents"] == [
        {"title": SCENARIOS["stopped"].acts[0].title, "problem": "after 40 s: nothing"}
    ]


@pytest.mark.parametrize("width", [60, 100, 200])
def test_people_read_every_act_and_what_went_wrong(width: int) -> None:
    console = Console(file=io.StringIO(), width=width)
    results = [_result(), _result(stories=[], problem="after 40 s: nothing happened")]
    print_summary(console, results, [], 12.3)
    shown = console.file.getvalue()  # type: ignore[attr-defined]
    words = " ".join(shown.split())
    assert INSTANCE.id in words
    assert "after 40 s: nothing happened" in words
    assert "2 incidents in 12.3 s, 1 not as they should" in words


def test_when_all_is_as_it_should_it_says_so() -> None:
    console = Console(file=io.StringIO(), width=200)
    print_summary(console, [_result()], [], 3)
    assert "1 incidents in 3.0 s, all as they should" in console.file.getvalue()  # type: ignore[attr-defined]


def test_a_day_that_went_wrong_makes_the_whole_demo_wrong() -> None:
    day = {"name": "quiet", "title": "A quiet day", "ok": False, "subjects": []}
    document = as_document([_result()], [day], 1)
    assert document["ok"] is False
    assert [one["name"] for one in document["scenarios"]] == ["stopped", "quiet"]
