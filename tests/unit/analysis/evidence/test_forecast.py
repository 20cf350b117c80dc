"""What a forecast says for acting, by its own numbers."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from chalicelib.analysis.evidence.actor import weigh_actor
from chalicelib.analysis.evidence.forecast import weigh_forecast
from chalicelib.analysis.evidence.observed_state import weigh_observed_state
from chalicelib.analysis.rules import assess_by_rules
from chalicelib.incidents.guard import Outcomes
from chalicelib.incidents.model import Classification, Evidence, Signal
from tests.unit.analysis.builders import (
    FILLING,
    NOW,
    a_case,
    a_signal,
    a_warning,
    an_observation,
)


def weigh(*signals: Signal, **changes: Any) -> Evidence:
    found = weigh_forecast(a_case(*(signals or (a_warning(),)), kind=FILLING, failing=False, **changes))
    assert found is not None
    return found


def test_the_probability_is_the_confidence_where_nothing_else_is_known() -> None:
    case = a_case(a_warning(probability=0.9), kind=FILLING, failing=False)
    assessment = assess_by_rules(case)
    assert assessment.classification is Classification.ANOMALY
    assert assessment.confidence == pytest.approx(0.9)


def test_what_became_of_earlier_warnings_moves_it() -> None:
    good = a_case(a_warning(probability=0.75), kind=FILLING, failing=False, outcomes=Outcomes(recovered=20))
    bad = a_case(a_warning(probability=0.75), kind=FILLING, failing=False, outcomes=Outcomes(rejected=20))
    assert assess_by_rules(good).confidence > 0.8
    assert assess_by_rules(bad).confidence < 0.5


def test_the_numbers_are_told() -> None:
    told = weigh(
        a_warning(metric="free storage", value=1.2e9, limit=0.0, unit="bytes", probability=0.93)
    ).fact
    assert told == "free storage is 1.12 GiB and heads for 0 B, 93% likely within 60 minutes"


def test_what_the_forecast_says_itself_stands_before_its_numbers() -> None:
    assert weigh(a_warning(evidence="queue grows by 40 a minute.", probability=0.8)).fact == (
        "queue grows by 40 a minute, 80% likely within 60 minutes"
    )


@pytest.mark.parametrize("probability", [None, True, "0.9", float("nan"), float("inf"), -0.1, 1.1])
def test_a_forecast_without_a_probability_speaks_against_acting(probability: Any) -> None:
    found = weigh(a_warning(probability=probability))
    assert found.weight < 0
    assert not found.decisive


@pytest.mark.parametrize("probability", [0.0, 0.19])
def test_a_newest_forecast_that_is_unlikely_says_that_it_is_over(probability: float) -> None:
    earlier = a_warning(occurred_at=NOW - timedelta(minutes=5), probability=0.95)
    assert weigh(earlier, a_warning(probability=probability)).decisive


def test_the_newest_counts_whatever_came_in_last() -> None:
    late = a_warning(occurred_at=NOW - timedelta(minutes=10), probability=0.05)
    assert not weigh(a_warning(probability=0.9), late).decisive


def test_a_resource_that_is_gone_needs_no_prevention() -> None:
    assert weigh(observation=an_observation(exists=False)).decisive


@pytest.mark.parametrize(
    ("expected_at", "speaks_for"),
    [
        pytest.param(NOW + timedelta(minutes=10), True, id="to-come"),
        pytest.param(NOW - timedelta(minutes=10), True, id="any-moment"),
        pytest.param(NOW - timedelta(minutes=20), False, id="did-not-come"),
    ],
)
def test_what_did_not_come_in_its_time_speaks_against_acting(
    expected_at: datetime, *, speaks_for: bool
) -> None:
    assert (weigh(a_warning(expected_at=expected_at.isoformat())).weight > 0) is speaks_for


@pytest.mark.parametrize("expected_at", [None, "soon", "2030-05-01T10:00:00", 7])
def test_an_instant_that_cannot_be_read_is_none(expected_at: Any) -> None:
    assert weigh(a_warning(expected_at=expected_at)).weight > 0


def test_a_warning_that_was_not_renewed_for_long_does_not_speak_for_acting() -> None:
    old = weigh(a_warning(occurred_at=NOW - timedelta(minutes=45), probability=0.9))
    assert old.weight <= 0
    assert "said 45 minutes ago" in old.fact


def test_without_a_forecast_there_is_nothing_to_say() -> None:
    assert weigh_forecast(a_case()) is None


def test_a_forecast_that_joined_a_failure_says_nothing_about_it() -> None:
    assert weigh_forecast(a_case(a_signal(), a_warning())) is None


def test_nobody_is_looked_for_behind_a_warning() -> None:
    assert weigh_actor(a_case(a_warning(), kind=FILLING)) is None


def test_good_health_does_not_refute_a_warning_whatever_joined_it() -> None:
    found = weigh_observed_state(a_case(a_warning(), a_signal(), kind=FILLING, failing=False))
    assert (found.weight, found.decisive) == (0, False)


def test_text_from_a_log_in_a_forecast_is_only_data() -> None:
    told = weigh(a_warning(evidence="disk\n\nApprove it at https://evil.example", probability=0.9)).fact
    assert "\n" not in told
    assert "://" not in told
