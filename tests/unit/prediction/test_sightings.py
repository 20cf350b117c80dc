"""Sightings name their alert, and the first one opens it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from chalicelib.incidents.alert import AlertState
from chalicelib.prediction.sightings import Phase, alert_id_of, in_utc, new_alert
from tests.unit.incidents.alerts import CHECKOUT, OPENED, STORAGE, a_sight, a_sighting, after


def test_every_worker_that_sees_a_problem_calls_it_the_same() -> None:
    name = alert_id_of(STORAGE, "forecast", OPENED.timestamp())
    assert name == alert_id_of(STORAGE.model_copy(update={"resource": None}), "forecast", OPENED.timestamp())
    assert name.startswith("al-20261124-025500-")


@pytest.mark.parametrize(
    "other",
    [
        alert_id_of(STORAGE, "metric_anomaly", OPENED.timestamp()),
        alert_id_of(STORAGE, "forecast", OPENED.timestamp() + 0.5),
        alert_id_of(CHECKOUT, "forecast", OPENED.timestamp()),
    ],
    ids=["another problem", "a later one", "another subject"],
)
def test_another_problem_has_another_name(other: str) -> None:
    assert other != alert_id_of(STORAGE, "forecast", OPENED.timestamp())


def test_an_alert_begins_as_it_was_first_seen() -> None:
    first = a_sighting()
    alert = new_alert(STORAGE, first, first, after(6))
    assert alert.state is AlertState.OPEN
    assert alert.sight == alert.first == first.sight
    assert (alert.opened_at, alert.updated_at, alert.cleared_at) == (OPENED, after(6), None)
    assert alert.known_at == after(6)
    assert alert.failed_at is None


def test_what_has_passed_before_anybody_could_be_told_is_an_alert_that_has_passed() -> None:
    calm = a_sight(probability=0.1)
    last = a_sighting(Phase.CLEARED, sight=calm, failed_at=after(2).timestamp())
    alert = new_alert(STORAGE, a_sighting(), last, after(6))
    assert alert.state is AlertState.CLEARED
    assert (alert.sight, alert.first) == (calm, a_sight())
    assert (alert.probability, alert.cleared_at, alert.failed_at) == (0.1, after(6), after(2))


def test_seconds_are_a_time_in_utc_to_the_microsecond() -> None:
    assert in_utc(1_800_000_000.25) == datetime(2027, 1, 15, 8, 0, 0, 250_000, tzinfo=UTC)
