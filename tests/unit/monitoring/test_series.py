from __future__ import annotations

import pytest

from chalicelib.telemetry import METRICS
from mainstay.monitoring import series
from mainstay.monitoring.series import UnknownMetricError, of_aws, query, search


def test_a_search_finds_the_series_of_one_stage() -> None:
    assert search("Decisions", "Sum", Verdict="REVIEW") == (
        'SEARCH(\'{Mainstay,Stage,Verdict,ResourceType} MetricName="Decisions"'
        ' Stage="${Stage}" Verdict="REVIEW"\', \'Sum\')'
    )


def test_a_query_asks_for_all_series_but_some() -> None:
    assert query("MAX", "OpenSeconds", but={"State": "AWAITING_APPROVAL"}) == (
        'SELECT MAX(OpenSeconds) FROM SCHEMA("Mainstay", Stage, State)'
        " WHERE Stage = '${Stage}' AND State != 'AWAITING_APPROVAL'"
    )


def test_a_metric_that_nobody_writes_any_more_cannot_be_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    from mainstay.monitoring.template import make_text  # noqa: PLC0415 - as the command does

    assert "HealthySeconds" in make_text()
    monkeypatch.setattr(
        series, "METRICS", {name: one for name, one in METRICS.items() if name != "HealthySeconds"}
    )
    with pytest.raises(UnknownMetricError, match="HealthySeconds"):
        make_text()


@pytest.mark.parametrize(
    "ask", [lambda: search("Ended", "Sum", Colour="red"), lambda: query("SUM", "Bananas")]
)
def test_what_no_value_has_cannot_be_asked_for(ask: object) -> None:
    with pytest.raises(UnknownMetricError):
        ask()  # type: ignore[operator]


@pytest.mark.parametrize(
    ("namespace", "metric", "dimensions"),
    [
        ("AWS/Lambda", "Mistakes", {"FunctionName": "f"}),
        ("AWS/Lambda", "Errors", {"QueueName": "q"}),
        ("AWS/Lambda", "Errors", {}),
        ("AWS/Bananas", "Errors", {"FunctionName": "f"}),
    ],
)
def test_what_aws_does_not_publish_cannot_be_shown(
    namespace: str, metric: str, dimensions: dict[str, str]
) -> None:
    with pytest.raises(UnknownMetricError):
        of_aws(namespace, metric, **dimensions)
