"""Alerts on record: opened with a scan, looked after by one at a time, scored once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.aws.alert_table import LEASE, AlertTable
from chalicelib.aws.clients import Aws, TransactionCancelledError
from chalicelib.errors import BrokenStateError, DeniedError, StaleRecordError, UnreachableError
from chalicelib.incidents.alert import Alert, AlertOutcome, AlertState, Explanation
from chalicelib.prediction.scores import Score, summarize
from chalicelib.prediction.sightings import Phase
from tests.unit.aws.making import RefusingAws
from tests.unit.incidents.alerts import (
    CHECKOUT,
    OPENED,
    STORAGE,
    a_log_sight,
    a_sight,
    a_sighting,
    after,
    an_alert,
)

EXPLANATION = Explanation(cause="It fills.", advice="Look at the table of orders.", probability=0.9)


def opened(aws: Aws, alerts: AlertTable, alert: Alert | None = None) -> Alert:
    """Write an alert as a scan does."""
    alert = alert or an_alert()
    aws.read("dynamodb", "transact_write_items", TransactItems=alerts.opened(alert))
    return alert


def seen(aws: Aws, alerts: AlertTable, alert: Alert, phase: Phase, minutes: float, **changes: Any) -> Alert:
    part = alerts.seen_again(alert.alert_id, a_sighting(phase, **changes), after(minutes))
    aws.read("dynamodb", "transact_write_items", TransactItems=[part])
    return loaded(alerts, alert)


def loaded(alerts: AlertTable, alert: Alert) -> Alert:
    found = alerts.load(alert.alert_id)
    assert found is not None
    return found


# -- by scans -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "alert",
    [
        an_alert(STORAGE),
        an_alert(CHECKOUT),
        an_alert(failed_at=after(1.5), noticed_at=after(6)),
        an_alert(state=AlertState.CLEARED, cleared_at=after(5), updated_at=after(5)),
        an_alert(sight=a_sight(probability=0.0, score=1.0, now=5e-07, rates=(1e-9, 1e20))),
    ],
    ids=["metric", "logs", "failed", "cleared", "numbers"],
)
def test_an_alert_comes_back_as_it_was_written(aws: Aws, alerts: AlertTable, alert: Alert) -> None:
    opened(aws, alerts, alert)
    assert loaded(alerts, alert) == alert


def test_there_is_no_alert_that_was_never_opened(alerts: AlertTable) -> None:
    assert alerts.load("al-20261124-025500-00000000") is None


def test_a_later_scan_changes_what_is_seen_and_nothing_else(aws: Aws, alerts: AlertTable) -> None:
    alert = opened(aws, alerts)
    alerts.keep(alert, incident_id="inc-1", explanation=EXPLANATION, probability=0.7)
    worse = a_sight(probability=0.95, severity=9)
    found = seen(aws, alerts, alert, Phase.UPDATED, 5, sight=worse)
    changes = {"sight": worse, "updated_at": after(5)}
    others = {"incident_id": "inc-1", "explanation": EXPLANATION, "probability": 0.7}
    assert found == alert.model_copy(update=changes | others)


def test_an_alert_that_has_passed_says_when_and_what_had_failed(aws: Aws, alerts: AlertTable) -> None:
    alert = opened(aws, alerts)
    found = seen(aws, alerts, alert, Phase.CLEARED, 60, failed_at=after(41).timestamp())
    assert (found.state, found.cleared_at, found.failed_at) == (AlertState.CLEARED, after(60), after(41))


def test_alerts_of_a_month_come_newest_first_and_no_more_than_asked_for(aws: Aws, alerts: AlertTable) -> None:
    ids = [f"al-202611{day:02d}-000000-aaaaaaaa" for day in range(1, 29)]
    for alert_id in [*ids, "al-20261201-000000-aaaaaaaa"]:
        opened(aws, alerts, an_alert(alert_id=alert_id))
    assert [one.alert_id for one in alerts.in_month(OPENED)] == ids[::-1]
    assert [one.alert_id for one in alerts.in_month(OPENED, limit=3)] == ids[:-4:-1]
    assert alerts.in_month(OPENED.replace(month=10)) == []
    older = [one.alert_id for one in alerts.in_month(OPENED, limit=3, before=ids[10])]
    assert older == [ids[9], ids[8], ids[7]]
    assert alerts.in_month(OPENED, before=ids[0]) == []


# -- one at a time ------------------------------------------------------------------------------


def test_while_somebody_looks_after_an_alert_nobody_else_does(aws: Aws, alerts: AlertTable) -> None:
    alert = opened(aws, alerts)
    assert alerts.take_on(alert.alert_id, after(0))
    assert not alerts.take_on(alert.alert_id, after(1))


def test_whoever_takes_an_alert_on_has_it_as_the_one_before_left_it(aws: Aws, alerts: AlertTable) -> None:
    """Else two would tell people the same, one right after the other."""
    alert = opened(aws, alerts)
    alerts.take_on(alert.alert_id, OPENED)
    left = alerts.let_go(alert, told="now", told_at=after(1))
    assert alerts.take_on(alert.alert_id, after(1)) == left


def test_nobody_takes_on_an_alert_that_there_is_not(alerts: AlertTable) -> None:
    assert alerts.take_on("al-20261124-025500-00000000", OPENED) is None
    assert alerts.load("al-20261124-025500-00000000") is None


def test_of_many_at_once_one_takes_it_on(aws: Aws, alerts: AlertTable) -> None:
    alert = opened(aws, alerts)
    with ThreadPoolExecutor(max_workers=8) as pool:
        taken = list(pool.map(lambda _: alerts.take_on(alert.alert_id, after(0)), range(16)))
    assert [one for one in taken if one is not None] == [alert]


def test_whoever_died_is_waited_for_no_longer_than_a_lease(aws: Aws, alerts: AlertTable) -> None:
    alert = opened(aws, alerts)
    alerts.take_on(alert.alert_id, OPENED)
    assert not alerts.take_on(alert.alert_id, OPENED + LEASE - timedelta(microseconds=1))
    assert alerts.take_on(alert.alert_id, OPENED + LEASE)


def test_what_is_let_go_may_be_taken_on_at_once(aws: Aws, alerts: AlertTable) -> None:
    alert = opened(aws, alerts)
    alerts.take_on(alert.alert_id, OPENED)
    kept = alerts.keep(alert, probability=0.6)
    assert not alerts.take_on(alert.alert_id, OPENED)
    let_go = alerts.let_go(kept, told="now", told_at=after(1))
    assert loaded(alerts, alert) == let_go
    assert (let_go.probability, let_go.told, let_go.told_at) == (0.6, "now", after(1))
    assert alerts.take_on(alert.alert_id, OPENED)
    assert alerts.let_go(let_go) == let_go
    assert alerts.take_on(alert.alert_id, OPENED)


def test_what_is_not_known_is_not_written_over(aws: Aws, alerts: AlertTable) -> None:
    alert = opened(aws, alerts)
    alerts.keep(alert, explanation=EXPLANATION)
    alerts.keep(alert, probability=0.4, explanation=None)
    assert loaded(alerts, alert).explanation == EXPLANATION


# -- messages -----------------------------------------------------------------------------------


def test_messages_are_counted_in_five_minutes_on_the_clock(alerts: AlertTable) -> None:
    within = [alerts.count_message(after(minutes), 3) for minutes in (0, 1, 2, 4.9)]
    assert within == [True, True, True, False]
    assert alerts.count_message(after(5), 3)


def test_messages_at_once_are_no_more_than_may_be(alerts: AlertTable) -> None:
    with ThreadPoolExecutor(max_workers=8) as pool:
        allowed = list(pool.map(lambda _: alerts.count_message(OPENED, 5), range(20)))
    assert sum(allowed) == 5


def test_it_is_known_whether_a_week_was_told(alerts: AlertTable) -> None:
    assert not alerts.week_was_told(OPENED)
    alerts.note_week_told(OPENED)
    assert alerts.week_was_told(OPENED + timedelta(days=2))
    assert not alerts.week_was_told(OPENED + timedelta(days=7))


# -- what became of them ------------------------------------------------------------------------


def a_score(**changes: Any) -> Score:
    usual: dict[str, Any] = {"detectors": ("forecast",), "outcome": AlertOutcome.FAILED, "lead_minutes": 42.5}
    return Score(**usual | changes)


def test_an_alert_is_looked_after_until_it_is_let_rest(aws: Aws, alerts: AlertTable) -> None:
    first, second = opened(aws, alerts), opened(aws, alerts, an_alert(CHECKOUT))
    assert set(alerts.live()) == {first.alert_id, second.alert_id}
    seen(aws, alerts, first, Phase.CLEARED, 60)
    assert set(alerts.live()) == {first.alert_id, second.alert_id}
    alerts.settle(first, a_score(), after(90))
    assert set(alerts.live()) == {first.alert_id, second.alert_id}
    alerts.let_rest(first.alert_id)
    assert list(alerts.live()) == [second.alert_id]
    assert (loaded(alerts, first).outcome, loaded(alerts, first).lead_minutes) == (AlertOutcome.FAILED, 42.5)


def test_an_outcome_without_a_failure_has_no_lead(aws: Aws, alerts: AlertTable) -> None:
    alert = opened(aws, alerts)
    alerts.settle(alert, a_score(outcome=AlertOutcome.PASSED, lead_minutes=None), after(90))
    assert loaded(alerts, alert).outcome is AlertOutcome.PASSED
    assert loaded(alerts, alert).lead_minutes is None


def test_an_alert_is_scored_once_whoever_does_it(aws: Aws, alerts: AlertTable) -> None:
    alert = opened(aws, alerts)
    alerts.settle(alert, a_score(), after(90))
    with pytest.raises(StaleRecordError):
        alerts.settle(alert, a_score(outcome=AlertOutcome.WRONG), after(91))
    assert loaded(alerts, alert).outcome is AlertOutcome.FAILED
    (row,) = alerts.scores()
    assert row == {"week": "2026-W48", "detector": "forecast", "failed": 1, "lead_minutes": 42.5}


def test_a_failure_that_nobody_foretold_is_counted_once(alerts: AlertTable) -> None:
    counted = [
        alerts.count_miss(incident, "logs", OPENED) for incident in ("inc-1", "inc-1", "inc-2", "inc-1")
    ]
    assert counted == [True, False, True, False]
    assert alerts.scores() == [{"week": "2026-W48", "detector": "logs", "missed": 2, "lead_minutes": 0.0}]


@pytest.mark.parametrize("error", [DeniedError("AccessDeniedException"), UnreachableError("nobody there")])
def test_a_score_that_cannot_be_written_is_no_score_of_somebody_else(error: Exception) -> None:
    with pytest.raises(type(error)):
        AlertTable(RefusingAws(error), "patterns").settle(an_alert(), a_score(), after(90))


def test_a_score_in_whose_way_somebody_else_is_waits_for_the_next_run() -> None:
    error = TransactionCancelledError([{"Code": "TransactionConflict"}])
    with pytest.raises(StaleRecordError):
        AlertTable(RefusingAws(error), "patterns").settle(an_alert(), a_score(), after(90))


def test_scores_are_counted_by_week_for_each_detector_that_told(aws: Aws, alerts: AlertTable) -> None:
    sight = a_log_sight(detectors=("rate_spike", "level_shift"))
    told = [
        (a_score(detectors=sight.detectors, lead_minutes=10.0), 0),
        (a_score(detectors=("rate_spike",), outcome=AlertOutcome.PASSED, lead_minutes=None), 1),
        (a_score(detectors=("rate_spike",), lead_minutes=0.0), 1),
        (
            a_score(detectors=("rate_spike",), outcome=AlertOutcome.PASSED, lead_minutes=None, held_out=True),
            8,
        ),
    ]
    for number, (score, days) in enumerate(told):
        alert = an_alert(CHECKOUT, sight=sight, alert_id=f"al-20261124-025500-{number:08d}")
        alerts.settle(opened(aws, alerts, alert), score, OPENED + timedelta(days=days))
    assert alerts.scores() == [
        {"week": "2026-W48", "detector": "level_shift", "failed": 1, "lead_minutes": 10.0},
        {
            "week": "2026-W48",
            "detector": "rate_spike",
            "failed": 1,
            "missed": 1,
            "passed": 1,
            "lead_minutes": 10.0,
        },
        {"week": "2026-W49", "detector": "rate_spike", "held_passed": 1, "lead_minutes": 0.0},
    ]
    _, spikes = summarize(alerts.scores())
    assert (spikes.alerts, spikes.missed, spikes.held_out, spikes.mean_lead_minutes) == (3, 1, 1, 10.0)


def test_an_alert_that_another_version_has_written_is_named(aws: Aws, alerts: AlertTable) -> None:
    alert = opened(aws, alerts)
    alerts.keep(alert, told_at="at another time")
    with pytest.raises(BrokenStateError, match=alert.alert_id):
        alerts.take_on(alert.alert_id, after(5))
