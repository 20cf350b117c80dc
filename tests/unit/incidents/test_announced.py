"""The mail about a word of AWS: what it says, what to do, and no claim that a repair failed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.incidents.announced import standing_of_announcement
from chalicelib.incidents.lifecycle import ENDED
from chalicelib.incidents.messages import Message, render_message
from chalicelib.incidents.model import Bookmark, Incident, Resource, Signal, SignalSource, State
from chalicelib.incidents.telling import Telling
from chalicelib.resources import RESOURCE_TYPES

NOW = datetime(2026, 9, 14, 3, 10, tzinfo=UTC)
SAID = "We are investigating increased API error rates. " * 20
TOLD = [(kind.name, failure) for kind in RESOURCE_TYPES.values() for failure in kind.announced]


def a_word(type_name: str, failure: str, **details: Any) -> Signal:
    told = {"for_people": True, "said": SAID.strip(), "severity": 6}
    source = SignalSource.COST if type_name.startswith("budgets") else SignalSource.HEALTH
    return Signal(
        signal_id="health-1",
        source=source,
        resource=Resource(type=type_name, id="thing", region="eu-west-1", account="111122223333"),
        failure=failure,
        event_name="AWS_X",
        occurred_at=NOW,
        details=told | details,
    )


def an_incident(*signals: Signal, state: State = State.FAILED) -> Incident:
    return Incident(
        incident_id="inc-1",
        resource=signals[0].resource,
        failure=signals[0].failure,
        state=state,
        bookmark=Bookmark(version=4, head="0" * 64),
        opened_at=NOW,
        failed_at=NOW,
        ended_at=NOW if state in ENDED else None,
        signals=signals,
    )


def message(incident: Incident) -> Message:
    kind = RESOURCE_TYPES[incident.resource.type].failure(incident.failure)
    return render_message(incident, (), console_url="", happened=kind.title)


@pytest.mark.parametrize(("type_name", "failure"), TOLD)
@pytest.mark.parametrize("state", sorted(ENDED), ids=lambda state: state.value)
def test_however_it_ended_the_mail_says_what_aws_said_and_claims_no_repair(
    type_name: str, failure: str, state: State
) -> None:
    told = message(an_incident(a_word(type_name, failure), state=state))
    assert "needs you" in told.subject
    flat = " ".join(told.text.split())
    assert SAID.strip() in flat
    assert "nothing was done about it" in flat
    assert [claim for claim in ("repaired", "repair failed", "by hand") if claim in flat] == []


def test_a_planned_change_says_the_day_and_a_retired_instance_how_it_moves() -> None:
    due = (NOW + timedelta(days=14)).isoformat()
    told = message(an_incident(a_word("ec2.instance", "change_planned", warns=True, expected_at=due)))
    assert told.subject == (
        "[Mainstay] thing is expected to be changed by AWS on 2026-09-28: needs you before then"
    )
    flat = " ".join(told.text.split())
    assert "Expected 2026-09-28 03:10:00 UTC" in flat
    assert "stop it and start it again before that day" in flat
    assert "instance store is lost" in flat


def test_what_is_over_is_told_to_be_over() -> None:
    over = a_word("health.event", "issue", over=True)
    told = message(an_incident(a_word("health.event", "issue"), over))
    assert told.subject == "[Mainstay] thing was reported by AWS: over, says AWS"
    assert "which is over" in told.text


def test_while_it_is_judged_nothing_is_asked_of_anybody() -> None:
    incident = an_incident(a_word("health.event", "issue"), state=State.ANALYZING)
    standing = standing_of_announcement(Telling(incident=incident, timeline=(), happened="", url=""))
    assert standing.short == "being looked into"


def test_links_and_secrets_in_what_aws_says_are_no_links_and_no_secrets() -> None:
    key = "AKIA" + "IOSFODNN7EXAMPLE"
    told = message(an_incident(a_word("health.event", "notice", said=f"See https://evil.example {key}")))
    assert "https://evil.example" not in told.text
    assert key not in told.text
