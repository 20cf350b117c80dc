from __future__ import annotations

import pytest

from chalicelib.prediction.detectors.metric_anomaly import (
    ALARM,
    ALARM_DECADES,
    Finding,
    MetricAnomaly,
    records_of,
)
from chalicelib.prediction.metrics.features import Views
from chalicelib.prediction.metrics.wording import describe_finding


@pytest.mark.parametrize(
    ("view", "number", "above", "said"),
    [
        ("jump", 12.4, True, "12.4 usual steps above the last value"),
        ("shift", -3.04, False, "3.0 usual steps below the level of late"),
        ("change", -4.0, False, "the mean of ten moved by 4.0 usual steps within thirty records"),
        ("level_30", 71.5, True, "the mean of thirty, 71.5, is unusually high"),
        ("unrest", -1.2, False, "ten values vary unusually little: by 0.3"),
        ("season", -4.1, False, "4.1 times the usual spread below the level of this hour of the week"),
    ],
)
def test_a_finding_is_told_in_one_phrase(view: str, number: float, above: bool, said: str) -> None:
    assert describe_finding(Finding(view, number, above, 9.0)) == said


def test_every_view_has_its_words() -> None:
    assert all(describe_finding(Finding(view, 1.0, True, 9.0)) for view in Views._fields)


def test_a_score_says_how_rare_it_is() -> None:
    assert records_of(ALARM) == pytest.approx(10**ALARM_DECADES)
    assert records_of(0.0) == 1.0
    assert records_of(1.0) > 1e300


def test_the_words_of_a_dip_say_below() -> None:
    detector = MetricAnomaly()
    for minute in range(600):
        detector.score(60.0 * minute, 50.0 + minute % 7)
    detector.score(36_000.0, -40.0)

    assert detector.finding is not None
    assert "below" in describe_finding(detector.finding)
