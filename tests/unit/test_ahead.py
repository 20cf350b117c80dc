"""What a warning heads for is known from the catalogue or the policy; log groups, from what was warned of."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.ahead import Bound, bound_of, known_log_groups, look_ahead
from chalicelib.incidents.alert import Alert, AlertOutcome, AlertSource, AlertState, Subject
from chalicelib.incidents.model import Resource
from chalicelib.outlook import Forecast, ForecastsQuery, list_forecasts
from chalicelib.prediction.sightings import alert_id_of
from tests.unit.incidents.alerts import CHECKOUT, OPENED, STORAGE, a_log_sight, after, an_alert
from tests.unit.teams import FakeAlerts, Team

FULL = Bound(value=100.0, unit="percent")
QUEUE = Subject(source=AlertSource.METRIC, name="AWS/SQS ApproximateAgeOfOldestMessage QueueName=orders")
POLICY = """
scan:
  log_groups: [{name: /app/orders}, {name: /aws/lambda/*}, {tags: {team: shop}}]
  metrics:
    - {namespace: AWS/SQS, name: ApproximateAge, limit: 1, unit: minutes}
    - namespace: AWS/SQS
      name: ApproximateAgeOfOldestMessage
      dimensions: {QueueName: orders}
      limit: 3600
      unit: seconds
"""


class Months(FakeAlerts):
    """As the table gives them: pages by id."""

    def in_month(self, *when: Any, limit: int = 50, before: str = "") -> list[Alert]:
        found = super().in_month(*when, limit=1000)
        return [one for one in found if not before or one.alert_id < before][:limit]


def team_with(*alerts: Alert, policy: str = POLICY) -> Team:
    team = Team(policy)
    team.alerts = Months()
    team.alerts.by_id = {alert.alert_id: alert for alert in alerts}
    return team


def forecast(alert: Alert) -> Forecast:
    team = team_with(alert).collaborators()
    (found,) = list_forecasts(ForecastsQuery(), team).forecasts
    return found


def numbered(minute: int, **changes: Any) -> Alert:
    at = after(minute)
    return an_alert(
        CHECKOUT, alert_id=alert_id_of(CHECKOUT, "rate_spike", at.timestamp()), opened_at=at, **changes
    )


BALANCE = Subject(
    source=AlertSource.METRIC,
    name="AWS/RDS CPUCreditBalance DBInstanceIdentifier=db-orders",
    resource=STORAGE.resource,
)
CPU = BALANCE.model_copy(update={"name": "AWS/RDS CPUUtilization DBInstanceIdentifier=db-orders"})
STRANGE = BALANCE.model_copy(
    update={"resource": Resource(type="some.thing", id="x", region="eu-west-1", account="111122223333")}
)


@pytest.mark.parametrize(
    ("alert", "bound"),
    [
        pytest.param(an_alert(STORAGE), Bound(value=0.0, unit="bytes"), id="of-the-catalogue"),
        pytest.param(an_alert(BALANCE), Bound(value=0.0, unit="credits"), id="another-metric-of-it"),
        pytest.param(an_alert(CPU), Bound(value=None, unit="percent"), id="no-limit-is-known"),
        pytest.param(an_alert(QUEUE), Bound(value=3600, unit="seconds"), id="of-the-policy"),
        pytest.param(an_alert(STRANGE), Bound(value=None, unit=""), id="of-nobody"),
        pytest.param(an_alert(CHECKOUT), Bound(value=None, unit="lines"), id="lines"),
        pytest.param(
            an_alert(CHECKOUT, sight=a_log_sight(detectors=("forecast",))), FULL, id="percentages-in-lines"
        ),
    ],
)
def test_where_it_fails(alert: Alert, bound: Bound) -> None:
    assert bound_of(forecast(alert), team_with().collaborators()) == bound


def test_what_is_open_is_told_apart_from_what_became_of_others() -> None:
    over = numbered(-90, state=AlertState.CLEARED, cleared_at=OPENED, outcome=AlertOutcome.PASSED)
    there = numbered(0)
    team = team_with(over, there)
    team.alerts.let_rest(over.alert_id)
    team.alerts.rows = [{"week": "2026-W48", "detector": "silence", "failed": 1, "lead_minutes": 12.0}]
    found = look_ahead(team.collaborators())
    assert [one.forecast.alert_id for one in found.open] == [there.alert_id]
    assert [(one.alert_id, one.outcome) for one in found.recent] == [(over.alert_id, AlertOutcome.PASSED)]
    assert [(one.detector, one.mean_lead_minutes) for one in found.worth] == [("silence", 12.0)]
    assert not found.more


def test_more_than_are_shown_is_told() -> None:
    assert look_ahead(team_with(*map(numbered, range(31))).collaborators()).more


def test_groups_to_choose_from_are_those_named_in_full_and_those_that_were_warned_of() -> None:
    team = team_with(numbered(0), an_alert(STORAGE)).collaborators()
    assert known_log_groups(team) == ("/app/checkout", "/app/orders")
