from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from rich.console import Console

from chalicelib.aws.incident_reader import Story
from chalicelib.incidents.model import Resource, State
from chalicelib.incidents.plans import ActionCall, Approval, Question
from chalicelib.listing import ListedIncident
from chalicelib.lookup import IncidentShown, Timeline, describe
from mainstay.show import age_of, agreed_so_far, list_of, print_alerts, print_incident, print_plan
from tests.unit.incidents.told import STARTED, a_plan, a_timeline, an_incident

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("ago", "age"),
    [
        (timedelta(seconds=-3), "0 s"),
        (timedelta(seconds=59.9), "59 s"),
        (timedelta(seconds=60), "1 min"),
        (timedelta(minutes=119), "1 h"),
        (timedelta(hours=23), "23 h"),
        (timedelta(days=40), "40 d"),
    ],
)
def test_an_age_is_told_in_the_largest_unit_that_fits(ago: timedelta, age: str) -> None:
    assert age_of(NOW - ago, NOW) == age


def _lines(*incidents: ListedIncident) -> list[str]:
    file = io.StringIO()
    Console(file=file, width=80, color_system=None).print(list_of(incidents, NOW))
    return [line.rstrip() for line in file.getvalue().splitlines()]


def test_a_list_fits_into_80_columns_and_says_what_each_waits_for() -> None:
    waiting = ListedIncident(
        incident_id="inc-20260301-120000-1a2b3c4d",
        resource=Resource(
            type="ssm.parameter", id="/orders/" + "x" * 200, region="us-east-1", account="1" * 12
        ),
        failure="tampered",
        state=State.AWAITING_APPROVAL,
        waits_for="a person's answer",
        opened_at=NOW - timedelta(minutes=5),
        failed_at=NOW,
        ended_at=None,
        classification="TAMPERING",
        confidence=0.7,
        verdict="REVIEW",
        health="",
    )
    ended = waiting.model_copy(update={"state": State.REJECTED, "waits_for": ""})

    lines = _lines(waiting, ended)

    assert max(map(len, lines)) <= 80
    assert lines[0].startswith("AWAITING_APPROVAL ssm.parameter /orders/xxx")
    assert lines[1] == "  inc-20260301-120000-1a2b3c4d  5 min ago  waits for a person's answer"
    assert lines[3].endswith("tampering, decided review")


def test_a_word_of_aws_is_listed_as_told() -> None:
    told = ListedIncident(
        incident_id="inc-20260301-120000-1a2b3c4d",
        resource=Resource(type="budgets.budget", id="monthly", region="us-east-1", account="1" * 12),
        failure="exceeded",
        state=State.FAILED,
        waits_for="",
        opened_at=NOW - timedelta(minutes=5),
        failed_at=NOW,
        ended_at=NOW,
        classification="FAILURE",
        confidence=0.9,
        verdict="REVIEW",
        health="",
    )
    assert _lines(told)[1].endswith("5 min ago  told: nothing for us to repair")


def _asked(*agreed: str, **plan: Any) -> IncidentShown:
    question = Question(
        version="v1",
        asked_at=NOW,
        expires_at=NOW + timedelta(hours=1),
        agreed=tuple(Approval(approved=True, by=by, digest="0" * 64, decided_at=NOW) for by in agreed),
    )
    incident = an_incident(State.AWAITING_APPROVAL, plan=a_plan(**plan), question=question)
    return describe(Story(incident=incident, timeline=(), effects=()), "")


def test_a_plan_is_shown_whole_before_somebody_agrees(capsys: pytest.CaptureFixture[str]) -> None:
    restore = ActionCall(action="restore_db_instance", parameters={"snapshot": "rds:orders-db-2026"})
    incident = _asked("alice", actions=(restore,), reversible=False, warning="two hours of data are lost")

    print_plan(incident)

    shown = capsys.readouterr().out
    assert incident.plan is not None
    for part in (
        "1. restore the database from its newest snapshot (restore,",
        "snapshot: rds:orders-db-2026",
        "two hours of data are lost",
        "not every step can be undone",
        incident.plan.digest,
        "alice agreed",
        "until    2026-03-01 13:00:00 UTC",
    ):
        assert part in shown
    assert agreed_so_far(incident) == ("alice",)


def test_what_takes_a_step_back_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    print_plan(_asked(actions=(ActionCall(action="start_ec2_instance"),)))
    assert "undone by: stop the instance" in capsys.readouterr().out
    print_plan(_asked(actions=(ActionCall(action="of_a_later_version"),)))
    assert "1. of_a_later_version\n       undone by: nothing" in capsys.readouterr().out


def test_one_incident_is_shown_with_its_timeline_and_where_that_is_broken(
    capsys: pytest.CaptureFixture[str],
) -> None:
    events = tuple(a_timeline(*STARTED))
    timeline = Timeline(incident_id="inc", whole=False, broken="event 2 was changed", events=events)

    print_incident(_asked(), timeline, NOW)

    shown = capsys.readouterr().out
    assert [event.what in shown for event in events] == [True] * len(events)
    assert "The timeline is broken: event 2 was changed" in shown
    assert max(map(len, shown.splitlines())) <= 80


def test_no_alerts_are_told_so(capsys: pytest.CaptureFixture[str]) -> None:
    print_alerts([])
    assert capsys.readouterr().out == "no alerts this month\n"


def test_an_empty_list_says_that_it_is() -> None:
    assert _lines() == ["no incidents"]
