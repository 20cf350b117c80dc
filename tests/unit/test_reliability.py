"""What healing was worth: each number from what was read, none from nothing, and few calls."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.analysis.shares import Counted
from chalicelib.aws import items
from chalicelib.aws.alert_table import AlertTable
from chalicelib.aws.clients import Aws
from chalicelib.aws.incident_index import Entry, IncidentIndex
from chalicelib.aws.memory import Memory
from chalicelib.collaborators import Collaborators
from chalicelib.incidents.alert import Alert, AlertOutcome
from chalicelib.incidents.model import Resource, State
from chalicelib.pages.outcomes import render_outcomes
from chalicelib.reliability import DAYS, MOST_CALLS, MOST_PAGES, Reliability, Said, measure_reliability
from chalicelib.services import make_collaborators
from tests.unit.incidents.alerts import a_sight, an_alert
from tests.unit.teams import SETTINGS

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
LAST_MONTH = datetime(2026, 10, 1, tzinfo=UTC)
PAGE = 10
"""So many incidents the table below answers at once, however many are asked for."""


def an_entry(ago: timedelta = timedelta(hours=1), seconds: float = 20, **changes: Any) -> Entry:
    opened = NOW - ago
    usual: dict[str, Any] = {
        "incident_id": f"i-{ago.total_seconds():.0f}",
        "resource": Resource(type="ec2.instance", id="i-1", region="eu-west-1", account="111122223333"),
        "failure": "stopped",
        "state": State.COMPLETED,
        "opened_at": opened,
        "failed_at": opened,
        "ended_at": opened + timedelta(seconds=seconds),
        "classification": "FAILURE",
        "confidence": 0.9,
        "verdict": "RECOVER",
    }
    return Entry(**usual | changes)


class FakeTables(Aws):
    """Both tables, as far as they are read here; each call is counted."""

    def __init__(self, entries: list[Entry], alerts: list[Alert]) -> None:
        super().__init__(region="eu-west-1")
        self.entries = sorted(entries, key=lambda one: one.opened_at, reverse=True)
        self.alerts = alerts
        self.calls: Counter[str] = Counter()
        self.mode = "auto"

    def read(self, _service: str, operation: str, /, **parameters: Any) -> dict[str, Any]:
        self.calls[operation] += 1
        return getattr(self, f"_{operation}")(parameters)

    def _query(self, asked: dict[str, Any]) -> dict[str, Any]:
        wanted = next(iter(asked["ExpressionAttributeValues"].values()))["S"]
        if asked.get("IndexName") == "by_time":
            return self._page(wanted, asked)
        made = [one for one in self.alerts if wanted == f"ALERTS#{one.opened_at:%Y-%m}"]
        parts = [AlertTable(self, "patterns").opened(one)[0]["Put"]["Item"] for one in made]
        outcomes = [{"outcome": items.encode(one.outcome.value)} if one.outcome else {} for one in made]
        return {"Items": [part | outcome for part, outcome in zip(parts, outcomes, strict=True)]}

    def _page(self, month: str, asked: dict[str, Any]) -> dict[str, Any]:
        of_month = [one for one in self.entries if f"{one.opened_at:%Y-%m}" == month]
        start = asked.get("ExclusiveStartKey", {"at": 0})["at"]
        page = of_month[start : start + PAGE]
        following = {"LastEvaluatedKey": {"at": start + PAGE}} if of_month[start + PAGE :] else {}
        return {"Items": [_as_item(one) for one in page]} | following

    def _batch_get_item(self, asked: dict[str, Any]) -> dict[str, Any]:
        ((table, wanted),) = asked["RequestItems"].items()
        is_mode = wanted["Keys"][0]["pk"] == {"S": "CONTROL"}
        found = [items.item("CONTROL", "MODE", mode=self.mode)] if is_mode else []
        return {"Responses": {table: found}}


def _as_item(entry: Entry) -> items.Item:
    facts = {name: value for name, value in entry if value not in (None, "")}
    return items.item("INCIDENT#x", "RECORD", **facts)


def measured(
    *entries: Entry, alerts: tuple[Alert, ...] = (), tables: FakeTables | None = None
) -> Reliability:
    aws = tables or FakeTables(list(entries), list(alerts))
    return measure_reliability(_team(aws))


def _team(aws: Aws) -> Collaborators:
    usual = make_collaborators(SETTINGS)
    return replace(
        usual,
        aws=aws,
        index=IncidentIndex(aws, "incidents"),
        memory=Memory(aws, "incidents"),
        alerts=AlertTable(aws, "patterns"),
        clock=lambda: NOW,
    )


# -- nothing ------------------------------------------------------------------------------------


def test_of_nothing_no_share_is_told() -> None:
    found = measured()
    assert found.recoveries == Counted(good=0, of=0)
    assert found.recoveries.share is None
    assert (found.all_times.p50, found.all_times.p90) == (None, None)
    assert found.times == found.confidence == found.probability == found.worth == ()
    assert found.alerts == {}
    assert (found.incidents, found.sampled, found.since) == (0, False, LAST_MONTH)


# -- how much is read ---------------------------------------------------------------------------


@pytest.mark.parametrize("count", [0, 1, 9, 10, 11, 35, 45, 400])
def test_no_more_calls_are_made_however_many_incidents_there_were(count: int) -> None:
    tables = FakeTables([an_entry(timedelta(hours=1 + number)) for number in range(count)], [])
    found = measured(tables=tables)
    assert tables.calls.total() <= MOST_CALLS
    assert found.incidents == min(count, MOST_PAGES * PAGE)


def test_both_months_are_read_whole_where_they_are_small() -> None:
    found = measured(*[an_entry(timedelta(days=2 * number)) for number in range(25)])
    assert (found.incidents, found.sampled, found.since) == (25, False, LAST_MONTH)


def test_where_more_happened_than_is_read_it_is_told_since_when_all_of_it_counts() -> None:
    found = measured(*[an_entry(timedelta(hours=6 * number)) for number in range(80)])
    assert found.sampled
    assert found.since == NOW - timedelta(hours=6 * 39)
    known = [day.day for day in found.days if day.known]
    assert known[0] == date(2026, 11, 15), "the first day that was read from its beginning"
    assert all(sum(day.counts.values()) == 4 for day in found.days if day.known and day.day < NOW.date())


# -- what became of them ------------------------------------------------------------------------


def test_recoveries_are_those_that_were_decided_on_and_have_ended() -> None:
    found = measured(
        an_entry(timedelta(hours=1)),
        an_entry(timedelta(hours=2)),
        an_entry(timedelta(hours=3), state=State.FAILED),
        an_entry(timedelta(hours=4), state=State.FAILED, verdict="REVIEW"),
        an_entry(timedelta(hours=5), state=State.FAILED, verdict=""),
        an_entry(timedelta(hours=6), state=State.DISMISSED, verdict="IGNORE"),
        an_entry(timedelta(hours=7), state=State.EXECUTING, ended_at=None),
    )
    assert found.recoveries == Counted(good=2, of=4)


def test_the_time_to_healthy_is_told_by_type_and_without_warnings() -> None:
    bucket = Resource(type="s3.bucket", id="b", region="eu-west-1", account="111122223333")
    found = measured(
        *(an_entry(timedelta(hours=1 + seconds), seconds) for seconds in range(1, 11)),
        an_entry(timedelta(hours=30), 500, resource=bucket),
        an_entry(timedelta(hours=31), 9999, classification="ANOMALY"),
        an_entry(timedelta(hours=32), 7777, state=State.FAILED),
    )
    instance, of_bucket = found.times
    assert (instance.resource_type, instance.p50, instance.p90) == ("ec2.instance", 5, 9)
    assert (of_bucket.resource_type, of_bucket.seconds) == ("s3.bucket", (500,))
    assert (found.all_times.p50, max(found.all_times.seconds)) == (6, 500)


@pytest.mark.parametrize(
    ("state", "kind"),
    [
        (State.COMPLETED, "healed"),
        (State.FAILED, "failed"),
        (State.REJECTED, "refused"),
        (State.EXPIRED, "refused"),
        (State.DISMISSED, "left"),
        (State.COOLDOWN, "left"),
        (State.AWAITING_APPROVAL, "open"),
        (State.DETECTING, "open"),
    ],
)
def test_a_day_counts_its_incidents_by_outcome(state: State, kind: str) -> None:
    found = measured(an_entry(timedelta(days=2), state=state))
    assert len(found.days) == DAYS
    assert found.days[-3].counts == {kind: 1}
    assert [day.counts for day in found.days if day.day != date(2026, 11, 22)] == [{}] * (DAYS - 1)


@given(st.lists(st.sampled_from(State), max_size=30))
def test_every_incident_is_counted_on_exactly_one_day(states: list[State]) -> None:
    entries = [an_entry(timedelta(hours=1 + 3 * place), state=state) for place, state in enumerate(states)]
    assert sum(sum(day.counts.values()) for day in measured(*entries).days) == len(states)


def test_what_people_answered_and_where_they_differed() -> None:
    asked: dict[str, Any] = {"verdict": "REVIEW"}
    found = measured(
        an_entry(timedelta(hours=1), **asked),
        an_entry(timedelta(hours=2), state=State.FAILED, **asked),
        an_entry(timedelta(hours=3), state=State.REJECTED, **asked),
        an_entry(timedelta(hours=4), state=State.EXPIRED, **asked),
        an_entry(timedelta(hours=5), state=State.AWAITING_APPROVAL, ended_at=None, **asked),
        an_entry(timedelta(hours=6)),
        an_entry(timedelta(hours=7), state=State.DISMISSED, verdict="IGNORE"),
        an_entry(timedelta(hours=8), state=State.DISMISSED, verdict="IGNORE", classification="NORMAL"),
        an_entry(timedelta(hours=9), state=State.FAILED, failure="change_planned", verdict="REVIEW"),
    )
    assert found.recoveries == Counted(good=2, of=3)
    assert found.said == Said(approved=2, rejected=1, expired=1, waiting=1)
    assert found.said.asked == 5
    assert (found.doubts.rejected, found.doubts.failed, found.doubts.left) == (1, 1, 1)


# -- how well numbers were kept -----------------------------------------------------------------


def test_confidence_is_compared_with_what_turned_out() -> None:
    found = measured(
        *(an_entry(timedelta(hours=1 + number), confidence=0.95) for number in range(3)),
        an_entry(timedelta(hours=10), confidence=0.91, state=State.REJECTED, verdict="REVIEW"),
        an_entry(timedelta(hours=11), confidence=0.55, state=State.FAILED, verdict="REVIEW"),
        an_entry(timedelta(hours=12), confidence=0.55, state=State.EXPIRED, verdict="REVIEW"),
        an_entry(timedelta(hours=13), confidence=0.99, state=State.COMPLETED, classification="NORMAL"),
    )
    low, high = found.confidence
    assert (low.stated, low.right) == (0.55, Counted(good=0, of=1))
    assert (high.stated, high.right) == (pytest.approx(0.94), Counted(good=3, of=4))


def test_probability_is_compared_with_what_happened_as_it_was_first_stated() -> None:
    def ended(outcome: AlertOutcome | None, first: float) -> Alert:
        return an_alert(first=a_sight(probability=first), sight=a_sight(probability=0.99), outcome=outcome)

    found = measured(
        alerts=(
            ended(AlertOutcome.FAILED, 0.7),
            ended(AlertOutcome.PASSED, 0.7),
            ended(AlertOutcome.WRONG, 0.1),
            ended(AlertOutcome.PREVENTED, 0.7),
            ended(None, 0.7),
        )
    )
    low, high = found.probability
    assert (low.stated, low.right) == (0.1, Counted(good=0, of=1))
    assert (high.stated, high.right) == (pytest.approx(0.7), Counted(good=1, of=2))
    assert found.alerts == {"failed": 1, "passed": 1, "wrong": 1, "prevented": 1, "": 1}


# -- the page of it -----------------------------------------------------------------------------

anything = st.builds(
    an_entry,
    st.timedeltas(timedelta(0), timedelta(days=70)),
    st.floats(0, 1e9),
    state=st.sampled_from(State),
    confidence=st.floats(0, 1) | st.none(),
    verdict=st.sampled_from(["", "RECOVER", "REVIEW", "IGNORE"]),
    classification=st.sampled_from(["", "FAILURE", "TAMPERING", "ANOMALY", "NORMAL"]),
)


@settings(max_examples=15)
@given(st.lists(anything, max_size=30))
def test_a_page_can_be_made_of_whatever_happened(entries: list[Entry]) -> None:
    page = render_outcomes(measured(*entries), base="")
    assert "How much it may do by itself" in page
    assert not re.search(r"\b(nan|inf|None)\b", re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL))
