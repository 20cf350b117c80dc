"""A failure that no alert came before counts against the detectors of logs, once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.aws.incident_index import Entry
from chalicelib.incidents.alert import AlertState, Subject
from chalicelib.incidents.model import State
from chalicelib.missing import count_misses
from tests.unit.incidents.alerts import CHECKOUT, DATABASE, after, an_alert
from tests.unit.teams import Team

ORDERS = CHECKOUT.model_copy(update={"resource": DATABASE})


def a_failure(**changes: Any) -> Entry:
    usual: dict[str, Any] = {
        "incident_id": "inc-1",
        "resource": DATABASE,
        "failure": "stopped",
        "state": State.COMPLETED,
        "opened_at": after(40),
        "failed_at": after(40),
        "classification": "FAILURE",
    }
    return Entry(**usual | changes)


def missed(entry: Entry, *alerts: Any, subject: Subject = ORDERS) -> list[int]:
    """What two runs count, one after the other."""
    team = Team()
    team.clock.now = after(50)
    team.index.entries = [entry]
    team.alerts.by_id = {one.alert_id: one for one in alerts}
    return [count_misses([subject], team.collaborators()) for _ in range(2)]


def test_a_failure_out_of_the_blue_is_counted_once() -> None:
    assert missed(a_failure()) == [1, 0]


@pytest.mark.parametrize(
    "entry",
    [
        a_failure(classification="ANOMALY"),
        a_failure(classification="NORMAL"),
        a_failure(opened_at=after(19)),
        a_failure(resource=DATABASE.model_copy(update={"id": "another"})),
    ],
    ids=["a warning", "meant", "of an earlier run", "of something else"],
)
def test_anything_else_is_no_miss(entry: Entry) -> None:
    assert missed(entry) == [0, 0]


def test_what_no_log_group_stands_for_could_not_be_foretold() -> None:
    assert missed(a_failure(), subject=CHECKOUT) == [0, 0]


@pytest.mark.parametrize(
    ("changes", "counted"),
    [
        ({}, 0),
        ({"state": AlertState.CLEARED, "cleared_at": after(5)}, 0),
        ({"opened_at": after(40)}, 1),
        ({"opened_at": after(-200), "state": AlertState.CLEARED, "cleared_at": after(-90)}, 1),
    ],
    ids=["before it", "passed shortly before", "with it", "passed long before"],
)
def test_a_failure_that_an_alert_came_before_was_foretold(changes: dict[str, Any], counted: int) -> None:
    assert missed(a_failure(), an_alert(ORDERS, **changes))[0] == counted


def test_an_alert_of_a_backlog_that_came_after_the_failure_foretold_nothing() -> None:
    assert missed(a_failure(), an_alert(ORDERS, noticed_at=after(45))) == [1, 0]
    assert missed(a_failure(), an_alert(ORDERS, noticed_at=after(35))) == [0, 0]


def test_what_was_foretold_before_midnight_of_a_month_s_last_day_is_no_miss() -> None:
    shortly_after = datetime(2026, 12, 1, 0, 10, tzinfo=UTC)
    before, team = shortly_after - timedelta(minutes=40), Team()
    team.clock.now = shortly_after + timedelta(minutes=5)
    team.index.entries = [a_failure(opened_at=shortly_after, failed_at=shortly_after)]
    alert = an_alert(ORDERS, opened_at=before, updated_at=before)
    team.alerts.by_id = {alert.alert_id: alert}
    assert count_misses([ORDERS], team.collaborators()) == 0
