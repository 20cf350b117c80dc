"""What follows from an alert: people are told once, an incident is opened, later the outcome is counted."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.alerting import FORGOTTEN_AFTER, look_after_alert, look_after_alerts
from chalicelib.analysis.alert_model import TOOL
from chalicelib.aws.incident_index import Entry
from chalicelib.errors import ModelUnavailableError, UnreachableError
from chalicelib.incidents.alert import Alert, AlertOutcome, AlertState
from chalicelib.incidents.model import SignalSource, State
from tests.unit.incidents.alerts import (
    CHECKOUT,
    DATABASE,
    OPENED,
    STORAGE,
    a_log_sight,
    a_sight,
    after,
    an_alert,
)
from tests.unit.teams import Team

EXPLAINED = {"cause": "It fills.", "advice": "Look at the orders.", "probability": 0.99}


def with_alerts(*alerts: Alert, policy: str = "{}") -> Team:
    team = Team(policy)
    team.alerts.by_id = {one.alert_id: one for one in alerts}
    return team


def looked_after(team: Team, alert: Alert) -> Alert:
    look_after_alert(alert.alert_id, team.collaborators())
    return team.alerts.by_id[alert.alert_id]


def numbered(number: int, **changes: Any) -> Alert:
    return an_alert(CHECKOUT, alert_id=f"al-20261124-025500-{number:08d}", **changes)


def answering(answer: Any) -> Any:
    def converse(**_request: Any) -> dict[str, Any]:
        if isinstance(answer, Exception):
            raise answer
        use = {"toolUse": {"toolUseId": "t", "name": TOOL, "input": answer}}
        return {"output": {"message": {"role": "assistant", "content": [use]}}, "stopReason": "tool_use"}

    return converse


# -- telling ------------------------------------------------------------------------------------


def test_people_are_told_once_however_often_an_alert_is_looked_after() -> None:
    alert = an_alert(CHECKOUT)
    team = with_alerts(alert)
    for _ in range(3):
        looked_after(team, alert)
    assert [one.attributes["type"] for one in team.publisher.told] == ["alert"]
    assert team.alerts.by_id[alert.alert_id].told == "now"
    assert team.alerts.taken == set()


def test_people_are_told_again_where_it_became_more_urgent_and_not_where_less() -> None:
    alert = an_alert(CHECKOUT, sight=a_log_sight(severity=5))
    team = with_alerts(alert)
    told = []
    for severity in (5, 9, 5, 9):
        team.alerts.keep(alert, sight=a_log_sight(severity=severity))
        told.append(looked_after(team, alert).told)
    assert told == ["soon", "now", "now", "now"]
    assert len(team.publisher.told) == 2


def test_an_all_clear_goes_to_those_who_were_told() -> None:
    alert = an_alert(
        CHECKOUT, state=AlertState.CLEARED, cleared_at=after(20), updated_at=after(20), told="now"
    )
    team = with_alerts(alert)
    team.clock.goes_on(21)
    assert looked_after(team, alert).told == "cleared"
    looked_after(team, alert)
    assert [one.attributes["state"] for one in team.publisher.told] == ["CLEARED"]


def test_of_what_nobody_was_told_there_is_no_all_clear() -> None:
    alert = an_alert(CHECKOUT, state=AlertState.CLEARED, cleared_at=after(4), updated_at=after(4))
    team = with_alerts(alert)
    looked_after(team, alert)
    assert team.publisher.told == []


def test_what_somebody_else_has_taken_on_is_left_to_them() -> None:
    alert = an_alert()
    team = with_alerts(alert)
    team.alerts.taken.add(alert.alert_id)
    assert looked_after(team, alert) == alert
    assert team.publisher.told == []


def test_an_alert_that_could_not_be_told_is_not_taken_for_told() -> None:
    alert = an_alert(CHECKOUT)
    team = with_alerts(alert)
    team.publisher.error = UnreachableError("SNS is down")
    with pytest.raises(UnreachableError):
        looked_after(team, alert)
    team.publisher.error = None
    team.alerts.taken.clear()
    assert looked_after(team, alert).told == "now"


def test_one_alert_s_trouble_keeps_no_other_from_being_told() -> None:
    team = with_alerts(numbered(1), numbered(2), numbered(3))
    team.alerts.broken = {numbered(2).alert_id}
    counts = look_after_alerts(team.collaborators())
    assert counts == {"alerts": 3, "told": 2, "scored": 0, "errors": 1}


def test_what_is_above_the_rate_comes_as_one_digest() -> None:
    alerts = [numbered(number) for number in range(9)]
    team = with_alerts(*alerts, policy="scan: {alerts_per_scan: 2}")
    counts = look_after_alerts(team.collaborators())
    assert counts["told"] == 9
    assert [one.attributes["type"] for one in team.publisher.told] == ["alert", "alert", "digest"]
    assert {one.told for one in team.alerts.by_id.values()} == {"now"}
    look_after_alerts(team.collaborators())
    assert len(team.publisher.told) == 3


def test_an_alert_that_nobody_has_seen_for_a_day_has_passed() -> None:
    alert = an_alert(CHECKOUT, told="now")
    team = with_alerts(alert)
    team.clock.now = OPENED + FORGOTTEN_AFTER
    assert looked_after(team, alert).state is AlertState.OPEN
    team.clock.goes_on(1)
    found = looked_after(team, alert)
    assert (found.state, found.cleared_at, found.told) == (AlertState.CLEARED, team.clock.now, "cleared")


# -- what it means ------------------------------------------------------------------------------


def test_a_probability_is_moved_by_what_became_of_earlier_alerts() -> None:
    alert = an_alert(CHECKOUT)
    team = with_alerts(alert)
    team.alerts.rows = [{"week": "2026-W40", "detector": "rate_spike", "wrong": 60}]
    assert looked_after(team, alert).probability == 0.15


def test_the_model_explains_an_alert_once_and_moves_it_a_little() -> None:
    alert = an_alert()
    team = with_alerts(alert)
    team.converse = answering(EXPLAINED)
    found = looked_after(team, alert)
    assert found.explanation is not None
    assert found.explanation.cause == "It fills."
    assert 0.8 < found.probability < 0.95
    team.converse = answering(AssertionError("it is asked once"))
    again = looked_after(team, alert)
    assert (again.explanation, again.probability) == (found.explanation, found.probability)


@pytest.mark.parametrize(
    "answer", [ModelUnavailableError("throttled"), {"cause": "no number"}], ids=["down", "nonsense"]
)
def test_people_are_told_whatever_the_model_does(answer: Any) -> None:
    alert = an_alert()
    team = with_alerts(alert)
    team.converse = answering(answer)
    found = looked_after(team, alert)
    assert (found.explanation, found.probability, found.told) == (None, 0.8, "now")
    assert "the model did not explain an alert" in team.log.getvalue()


def test_who_looks_after_all_alerts_has_no_time_to_ask_the_model() -> None:
    team = with_alerts(*[numbered(number) for number in range(20)])
    team.converse = answering(AssertionError("a model that hangs would keep all of them from being told"))
    assert look_after_alerts(team.collaborators())["told"] == 20


# -- what is done about it ----------------------------------------------------------------------


def test_a_failure_that_an_action_can_prevent_becomes_an_incident_once() -> None:
    alert = an_alert(STORAGE)
    team = with_alerts(alert)
    for _ in range(3):
        looked_after(team, alert)
    ((incident_id, incident),) = team.incidents.by_id.items()
    assert team.alerts.by_id[alert.alert_id].incident_id == incident_id
    assert team.executions.started == [incident_id]
    assert (incident.resource, incident.failure) == (DATABASE, "storage_filling")
    (signal,) = incident.signals
    assert signal.source is SignalSource.FORECAST
    assert signal.details["probability"] == 0.8
    assert signal.details["expected_at"] == after(40).isoformat()
    assert f"Mainstay looks after it in {incident_id}" in team.publisher.told[0].text


def test_people_are_told_although_no_incident_can_be_opened_and_it_is_opened_later() -> None:
    alert = an_alert(STORAGE)
    team = with_alerts(alert)
    team.incidents.error = UnreachableError("dynamodb:transact_write_items")
    assert looked_after(team, alert).told == "now"
    assert "Suggested: " in team.publisher.told[0].text
    assert "no incident could be opened" in team.log.getvalue()
    team.incidents.error = None
    assert looked_after(team, alert).incident_id in team.incidents.by_id


@pytest.mark.parametrize(
    "alert",
    [
        an_alert(CHECKOUT),
        an_alert(STORAGE.model_copy(update={"failure": ""})),
        an_alert(sight=a_sight(probability=0.24)),
        an_alert(sight=a_sight(expected_at=None)),
        an_alert(state=AlertState.CLEARED, cleared_at=after(4)),
    ],
    ids=["no resource", "no failure", "not probable", "leads nowhere", "passed"],
)
def test_anything_else_is_only_told(alert: Alert) -> None:
    team = with_alerts(alert)
    looked_after(team, alert)
    assert team.incidents.by_id == {}


@pytest.mark.parametrize(
    ("minutes", "probability", "opens"),
    [(60, 0.6, False), (60, 0.85, True), (15, 0.6, True), (15, 0.2, False)],
    ids=["unsure, and time to wait", "sure", "unsure, but pressing", "pressing, and unlikely"],
)
def test_what_needs_no_person_waits_until_it_is_sure_or_time_is_short(
    minutes: float, probability: float, opens: bool
) -> None:
    alert = an_alert(sight=a_sight(probability=probability, expected_at=after(minutes)))
    team = with_alerts(alert, policy="limits: {prevent: do}")
    assert bool(looked_after(team, alert).incident_id) is opens


def test_the_policy_says_from_which_probability_on_something_is_done() -> None:
    alert = an_alert()
    team = with_alerts(alert, policy="scan: {act_from: 0.81}")
    looked_after(team, alert)
    assert team.incidents.by_id == {}
    team.policy = "scan: {act_from: 0.8}"
    looked_after(team, alert)
    assert len(team.incidents.by_id) == 1


# -- what became of it --------------------------------------------------------------------------


def an_entry(minutes: float, classification: str = "FAILURE", name: str = "inc-other") -> Entry:
    return Entry(
        incident_id=name, resource=DATABASE, failure="stopped", state=State.COMPLETED,
        opened_at=after(minutes), failed_at=after(minutes), classification=classification,
    )  # fmt: skip


def settled(team: Team, alert: Alert, minutes: float) -> Alert:
    team.clock.now = after(minutes)
    return looked_after(team, alert)


PASSED = {"state": AlertState.CLEARED, "cleared_at": after(30), "updated_at": after(30), "told": "cleared"}


def test_an_outcome_is_written_once_it_can_be_told_and_counted_for_each_detector() -> None:
    alert = an_alert(CHECKOUT, sight=a_log_sight(detectors=("rate_spike", "level_shift")), **PASSED)
    team = with_alerts(alert)
    assert settled(team, alert, 59).outcome is None
    assert settled(team, alert, 60).outcome is AlertOutcome.PASSED
    settled(team, alert, 65)
    assert {one["Detector"] for one in team.counted("AlertOutcomes")} == {"rate_spike", "level_shift"}
    assert len(team.alerts.rows) == 2


def test_a_metric_that_crossed_its_limit_has_failed_and_says_how_long_ahead_that_was_known() -> None:
    alert = an_alert(failed_at=after(41))
    team = with_alerts(alert)
    found = settled(team, alert, 45)
    assert (found.outcome, found.lead_minutes) == (AlertOutcome.FAILED, 41.0)
    assert [one["AlertLeadSeconds"] for one in team.counted("AlertLeadSeconds")] == [[41 * 60.0]]


def test_another_incident_of_the_resource_is_the_failure_that_was_foretold() -> None:
    alert = an_alert(incident_id="", **PASSED)
    team = with_alerts(alert)
    team.index.entries = [an_entry(25), an_entry(12), an_entry(-30)]
    found = settled(team, alert, 31)
    assert (found.outcome, found.lead_minutes) == (AlertOutcome.FAILED, 12.0)


@pytest.mark.parametrize(
    "entry",
    [an_entry(-1), an_entry(12, "ANOMALY"), an_entry(12, "NORMAL")],
    ids=["before", "a warning", "meant"],
)
def test_what_was_before_or_was_no_failure_was_not_foretold(entry: Entry) -> None:
    alert = an_alert(**PASSED)
    team = with_alerts(alert)
    team.index.entries = [entry]
    assert settled(team, alert, 61).outcome is AlertOutcome.PASSED


def test_what_our_own_action_came_before_was_prevented() -> None:
    alert = an_alert()
    team = with_alerts(alert)
    opened = looked_after(team, alert)
    own = team.incidents.by_id[opened.incident_id]
    team.incidents.by_id[opened.incident_id] = own.model_copy(update={"state": State.COMPLETED})
    team.index.entries = [an_entry(1, name=opened.incident_id)]
    team.alerts.keep(opened, **{**PASSED, "state": "CLEARED"})
    found = settled(team, alert, 61)
    assert found.outcome is AlertOutcome.PREVENTED


def test_what_is_still_there_after_a_day_is_judged_all_the_same() -> None:
    alert = an_alert(CHECKOUT, told="now")
    team = with_alerts(alert)
    team.clock.now = OPENED + timedelta(hours=24)
    team.alerts.keep(alert, updated_at=team.clock.now)
    assert looked_after(team, alert).outcome is AlertOutcome.PASSED


def test_a_failure_that_goes_on_is_looked_after_until_people_know_that_it_has_passed() -> None:
    alert = an_alert(failed_at=after(41), told="now")
    team = with_alerts(alert)
    assert settled(team, alert, 45).outcome is AlertOutcome.FAILED
    assert list(team.alerts.live()) == [alert.alert_id]
    team.alerts.keep(alert, state="CLEARED", cleared_at=after(90), updated_at=after(90))
    team.publisher.error = UnreachableError("SNS is down")
    with pytest.raises(UnreachableError):
        settled(team, alert, 91)
    team.publisher.error = None
    team.alerts.taken.clear()
    assert settled(team, alert, 95).told == "cleared"
    settled(team, alert, 100)
    assert list(team.alerts.live()) == []


def test_what_is_scored_and_over_is_looked_after_no_more() -> None:
    alert = an_alert(CHECKOUT, **PASSED)
    team = with_alerts(alert)
    settled(team, alert, 60)
    settled(team, alert, 65)
    assert list(team.alerts.live()) == []
