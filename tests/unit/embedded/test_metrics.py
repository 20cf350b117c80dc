"""CloudWatch metrics: what was written comes back by period, of exactly the metric that was asked for."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from mainstay.embedded.aws import EmbeddedAws

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
QUEUE = {"Queue": "orders"}


@pytest.fixture
def cloudwatch(aws: EmbeddedAws) -> Any:
    aws.set_clock(lambda: NOON)
    return aws.client("cloudwatch")


def _dimensions(names: dict[str, str]) -> list[dict[str, str]]:
    return [{"Name": name, "Value": value} for name, value in names.items()]


def _put(
    cloudwatch: Any, at: datetime, value: float, dimensions: dict[str, str] | None = None, **more: Any
) -> None:
    datum = {"MetricName": "Age", "Timestamp": at, "Value": value} | more
    datum["Dimensions"] = _dimensions(QUEUE if dimensions is None else dimensions)
    cloudwatch.put_metric_data(Namespace="Shop", MetricData=[datum])


def _query(stat: str = "Sum", period: int = 60, id_: str = "q", **metric: Any) -> dict[str, Any]:
    asked = {"Namespace": "Shop", "MetricName": "Age", "Dimensions": _dimensions(QUEUE)} | metric
    return {"Id": id_, "MetricStat": {"Metric": asked, "Period": period, "Stat": stat}}


def _get(
    cloudwatch: Any, *queries: dict[str, Any], start: datetime, end: datetime, **asked: Any
) -> list[dict[str, Any]]:
    asked = {"ScanBy": "TimestampAscending"} | asked
    answer = cloudwatch.get_metric_data(MetricDataQueries=queries, StartTime=start, EndTime=end, **asked)
    return list(answer["MetricDataResults"])


def _points(result: dict[str, Any]) -> list[tuple[str, float]]:
    pairs = zip(result["Timestamps"], result["Values"], strict=True)
    return [(f"{at.astimezone(UTC):%H:%M:%S}", value) for at, value in pairs]


def _refused(call: Any, *given: Any, **asked: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(*given, **asked)
    return str(caught.value.response["Error"]["Code"])


# -- GetMetricData ------------------------------------------------------------------------------


def test_points_come_by_period_and_empty_periods_are_absent(cloudwatch: Any) -> None:
    for minute, value in ((0, 1), (4, 2), (10, 3)):
        _put(cloudwatch, NOON - HOUR + minute * MINUTE, value)
    (result,) = _get(cloudwatch, _query(period=300), start=NOON - HOUR, end=NOON)
    assert _points(result) == [("11:00:00", 3), ("11:10:00", 3)]
    assert (result["Id"], result["Label"], result["StatusCode"]) == ("q", "Age", "Complete")


@pytest.mark.parametrize(
    ("stat", "value"),
    {
        "Sum": 106,
        "Average": 26.5,
        "Minimum": 1,
        "Maximum": 100,
        "SampleCount": 4,
        "p50": 2,
        "p75": 3,
        "p99": 100,
        "p99.9": 100,
        "p0": 1,
    }.items(),
)
def test_every_statistic(cloudwatch: Any, stat: str, value: float) -> None:
    for number in (3, 1, 100, 2):
        _put(cloudwatch, NOON, number)
    (result,) = _get(cloudwatch, _query(stat), start=NOON, end=NOON + MINUTE)
    assert _points(result) == [("12:00:00", value)]


def test_values_count_as_often_as_they_were_seen(cloudwatch: Any) -> None:
    datum = {"MetricName": "Age", "Dimensions": _dimensions(QUEUE), "Timestamp": NOON}
    datum |= {"Values": [1.0, 5.0], "Counts": [9.0, 1.0]}
    cloudwatch.put_metric_data(Namespace="Shop", MetricData=[datum])
    results = _get(
        cloudwatch,
        *(_query(stat, id_=f"q{n}") for n, stat in enumerate(("Sum", "SampleCount", "p90", "p95"))),
        start=NOON,
        end=NOON + MINUTE,
    )
    assert [result["Values"] for result in results] == [[14], [10], [1], [5]]


def test_a_set_of_statistics_has_no_percentiles(cloudwatch: Any) -> None:
    kept = {"SampleCount": 4, "Sum": 20, "Minimum": 2, "Maximum": 9}
    datum = {"MetricName": "Age", "Dimensions": _dimensions(QUEUE), "Timestamp": NOON}
    cloudwatch.put_metric_data(Namespace="Shop", MetricData=[datum | {"StatisticValues": kept}])
    asked = [_query(stat, id_=f"q{n}") for n, stat in enumerate(("Average", "Maximum", "p99"))]
    results = _get(cloudwatch, *asked, start=NOON, end=NOON + MINUTE)
    assert [result["Values"] for result in results] == [[5], [9], []]


@pytest.mark.parametrize(
    "other",
    [
        {"Dimensions": []},
        {"Dimensions": _dimensions({"Queue": "other"})},
        {"Dimensions": _dimensions(QUEUE | {"Region": "x"})},
        {"Namespace": "Other"},
        {"MetricName": "Depth"},
    ],
    ids=["no dimension", "another value", "one more", "another namespace", "another name"],
)
def test_another_metric_is_another_metric(cloudwatch: Any, other: dict[str, Any]) -> None:
    _put(cloudwatch, NOON, 1)
    results = _get(cloudwatch, _query(**other), start=NOON, end=NOON + MINUTE)
    assert [result["Values"] for result in results] == [[]]


def test_the_order_of_dimensions_does_not_matter(cloudwatch: Any) -> None:
    _put(cloudwatch, NOON, 1, {"A": "1", "B": "2"})
    asked = _query(Dimensions=_dimensions({"B": "2", "A": "1"}))
    assert _get(cloudwatch, asked, start=NOON, end=NOON + MINUTE)[0]["Values"] == [1]


def test_the_start_is_included_and_the_end_is_not(cloudwatch: Any) -> None:
    for minute in range(4):
        _put(cloudwatch, NOON - HOUR + minute * MINUTE, minute)
    (result,) = _get(cloudwatch, _query(), start=NOON - HOUR + MINUTE, end=NOON - HOUR + 3 * MINUTE)
    assert result["Values"] == [1, 2]


@pytest.mark.parametrize(
    ("age", "start", "period", "stamps"),
    [
        (HOUR, 0, 300, ["11:00:00", "11:05:00"]),
        (HOUR, 100, 300, ["11:01:00", "11:06:00"]),
        (16 * DAY, 100, 300, ["12:00:00", "12:05:00"]),
        (64 * DAY, 100, 3600, ["12:00:00"]),
    ],
    ids=["even", "to the minute", "to five minutes", "to the hour"],
)
def test_periods_are_counted_from_the_rounded_start(
    aws: EmbeddedAws, cloudwatch: Any, age: timedelta, start: int, period: int, stamps: list[str]
) -> None:
    began = NOON - age
    aws.write_metrics("Shop", "Age", QUEUE, [(began.timestamp() + 60 * n, 1) for n in range(2, 9)])
    asked = began + timedelta(seconds=start)
    (result,) = _get(cloudwatch, _query(period=period), start=asked, end=began + 10 * MINUTE)
    assert [stamp for stamp, _ in _points(result)] == stamps


def test_points_of_the_last_minute_are_there_and_kept_to_the_minute(cloudwatch: Any) -> None:
    _put(cloudwatch, NOON + timedelta(seconds=50), 1)
    (result,) = _get(cloudwatch, _query(), start=NOON, end=NOON + timedelta(seconds=10))
    assert _points(result) == [("12:00:00", 1)]


def test_points_of_high_resolution_are_kept_to_the_second(cloudwatch: Any) -> None:
    for second in (3, 7):
        _put(cloudwatch, NOON + timedelta(seconds=second), second, StorageResolution=1)
    (result,) = _get(cloudwatch, _query(period=5), start=NOON, end=NOON + MINUTE)
    assert _points(result) == [("12:00:00", 3), ("12:00:05", 7)]


@pytest.mark.parametrize(
    ("age", "period", "there"),
    [
        (2 * HOUR, 30, True),
        (4 * HOUR, 30, False),
        (4 * HOUR, 60, True),
        (16 * DAY, 60, False),
        (16 * DAY, 300, True),
        (64 * DAY, 300, False),
        (64 * DAY, 3600, True),
        (456 * DAY, 3600, False),
    ],
)
def test_fine_points_are_kept_less_long(
    aws: EmbeddedAws, cloudwatch: Any, age: timedelta, period: int, there: bool
) -> None:
    aws.write_metrics("Shop", "Age", QUEUE, [((NOON - age).timestamp(), 1)])
    (result,) = _get(cloudwatch, _query(period=period), start=NOON - age, end=NOON)
    assert bool(result["Values"]) == there


def test_the_newest_come_first_unless_asked_otherwise(cloudwatch: Any) -> None:
    for minute in range(3):
        _put(cloudwatch, NOON + minute * MINUTE, minute)
    window = {"start": NOON, "end": NOON + HOUR}
    assert _get(cloudwatch, _query(), **window, ScanBy="TimestampDescending")[0]["Values"] == [2, 1, 0]
    assert _get(cloudwatch, _query(), **window)[0]["Values"] == [0, 1, 2]
    asked = {"MetricDataQueries": [_query()], "StartTime": NOON, "EndTime": NOON + HOUR}
    assert cloudwatch.get_metric_data(**asked)["MetricDataResults"][0]["Values"] == [2, 1, 0]


def test_a_unit_chooses(cloudwatch: Any) -> None:
    _put(cloudwatch, NOON, 1, Unit="Seconds")
    _put(cloudwatch, NOON, 2)
    for unit, value in (("Seconds", [1]), ("None", [2]), ("Bytes", [])):
        asked = _query()
        asked["MetricStat"]["Unit"] = unit
        assert _get(cloudwatch, asked, start=NOON, end=NOON + MINUTE)[0]["Values"] == value
    assert _get(cloudwatch, _query(), start=NOON, end=NOON + MINUTE)[0]["Values"] == [3]


def test_many_queries_are_answered_in_their_order_and_in_pages(cloudwatch: Any, aws: EmbeddedAws) -> None:
    for queue in range(5):
        points = [((NOON + minute * MINUTE).timestamp(), queue) for minute in range(queue)]
        aws.write_metrics("Shop", "Age", {"Queue": str(queue)}, points)
    queries = [_query(id_=f"q{n}", Dimensions=_dimensions({"Queue": str(n)})) for n in range(5)]
    pages = cloudwatch.get_paginator("get_metric_data").paginate(
        MetricDataQueries=queries, StartTime=NOON, EndTime=NOON + HOUR, MaxDatapoints=3
    )
    told = [
        [(result["Id"], len(result["Values"]), result["StatusCode"]) for result in page["MetricDataResults"]]
        for page in pages
    ]
    assert told == [
        [("q0", 0, "Complete"), ("q1", 1, "Complete"), ("q2", 2, "Complete")],
        [("q3", 3, "Complete")],
        [("q4", 3, "PartialData")],
        [("q4", 1, "Complete")],
    ]


def test_five_hundred_queries_are_one_call(cloudwatch: Any) -> None:
    _put(cloudwatch, NOON, 7)
    queries = [_query(id_=f"q{number}") for number in range(501)]
    results = _get(cloudwatch, *queries[:500], start=NOON, end=NOON + MINUTE)
    assert [result["Values"] for result in results] == [[7]] * 500
    assert _refused(_get, cloudwatch, *queries, start=NOON, end=NOON + MINUTE) == "ValidationError"


@pytest.mark.parametrize(
    "queries",
    [
        [_query("p101")],
        [_query("tm99")],
        [_query(period=90)],
        [_query(id_="Q")],
        [_query(), _query()],
        [{"Id": "e", "Expression": "SUM(METRICS())"}],
        [{"Id": "e", "Expression": 'SELECT AVG("Age") FROM "Shop"', "Period": 60}],
        [{"Id": "e"}],
    ],
    ids=["percentile", "statistic", "period", "id", "same id", "math", "sql", "nothing"],
)
def test_what_is_not_known_is_refused(cloudwatch: Any, queries: Sequence[dict[str, Any]]) -> None:
    assert _refused(_get, cloudwatch, *queries, start=NOON, end=NOON + MINUTE) == "ValidationError"


def test_an_end_before_the_start_is_refused(cloudwatch: Any) -> None:
    assert _refused(_get, cloudwatch, _query(), start=NOON, end=NOON) == "ValidationError"


def test_a_query_that_is_not_to_be_returned_is_not(cloudwatch: Any) -> None:
    hidden = _query(id_="h") | {"ReturnData": False}
    results = _get(cloudwatch, hidden, _query(), start=NOON, end=NOON + MINUTE)
    assert [result["Id"] for result in results] == ["q"]
