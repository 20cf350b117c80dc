"""CloudWatch metrics: what was written comes back by period, of exactly the metric that was asked for."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from mainstay.embedded.aws import EmbeddedAws
from tests.unit.embedded.asking import (
    DAY,
    HOUR,
    MINUTE,
    NOON,
    QUEUE,
    a_query,
    dimensions,
    get_values,
    points,
    put_value,
    refused,
)

# -- GetMetricData ------------------------------------------------------------------------------


def test_points_come_by_period_and_empty_periods_are_absent(cloudwatch: Any) -> None:
    for minute, value in ((0, 1), (4, 2), (10, 3)):
        put_value(cloudwatch, NOON - HOUR + minute * MINUTE, value)
    (result,) = get_values(cloudwatch, a_query(period=300), start=NOON - HOUR, end=NOON)
    assert points(result) == [("11:00:00", 3), ("11:10:00", 3)]
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
def test_every_statistic_is_of_all_values_of_its_period(cloudwatch: Any, stat: str, value: float) -> None:
    for number in (3, 1, 100, 2):
        put_value(cloudwatch, NOON, number)
    (result,) = get_values(cloudwatch, a_query(stat), start=NOON, end=NOON + MINUTE)
    assert points(result) == [("12:00:00", value)]


def test_values_count_as_often_as_they_were_seen(cloudwatch: Any) -> None:
    datum = {"MetricName": "Age", "Dimensions": dimensions(QUEUE), "Timestamp": NOON}
    datum |= {"Values": [1.0, 5.0], "Counts": [9.0, 1.0]}
    cloudwatch.put_metric_data(Namespace="Shop", MetricData=[datum])
    results = get_values(
        cloudwatch,
        *(a_query(stat, id_=f"q{n}") for n, stat in enumerate(("Sum", "SampleCount", "p90", "p95"))),
        start=NOON,
        end=NOON + MINUTE,
    )
    assert [result["Values"] for result in results] == [[14], [10], [1], [5]]


def test_a_set_of_statistics_has_no_percentiles(cloudwatch: Any) -> None:
    kept = {"SampleCount": 4, "Sum": 20, "Minimum": 2, "Maximum": 9}
    datum = {"MetricName": "Age", "Dimensions": dimensions(QUEUE), "Timestamp": NOON}
    cloudwatch.put_metric_data(Namespace="Shop", MetricData=[datum | {"StatisticValues": kept}])
    asked = [a_query(stat, id_=f"q{n}") for n, stat in enumerate(("Average", "Maximum", "p99"))]
    results = get_values(cloudwatch, *asked, start=NOON, end=NOON + MINUTE)
    assert [result["Values"] for result in results] == [[5], [9], []]


@pytest.mark.parametrize(
    "other",
    [
        {"Dimensions": []},
        {"Dimensions": dimensions({"Queue": "other"})},
        {"Dimensions": dimensions(QUEUE | {"Region": "x"})},
        {"Namespace": "Other"},
        {"MetricName": "Depth"},
    ],
    ids=["no dimension", "another value", "one more", "another namespace", "another name"],
)
def test_another_metric_is_another_metric(cloudwatch: Any, other: dict[str, Any]) -> None:
    put_value(cloudwatch, NOON, 1)
    results = get_values(cloudwatch, a_query(**other), start=NOON, end=NOON + MINUTE)
    assert [result["Values"] for result in results] == [[]]


def test_the_order_of_dimensions_does_not_matter(cloudwatch: Any) -> None:
    put_value(cloudwatch, NOON, 1, {"A": "1", "B": "2"})
    asked = a_query(Dimensions=dimensions({"B": "2", "A": "1"}))
    assert get_values(cloudwatch, asked, start=NOON, end=NOON + MINUTE)[0]["Values"] == [1]


def test_the_start_is_included_and_the_end_is_not(cloudwatch: Any) -> None:
    for minute in range(4):
        put_value(cloudwatch, NOON - HOUR + minute * MINUTE, minute)
    (result,) = get_values(cloudwatch, a_query(), start=NOON - HOUR + MINUTE, end=NOON - HOUR + 3 * MINUTE)
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
    (result,) = get_values(cloudwatch, a_query(period=period), start=asked, end=began + 10 * MINUTE)
    assert [stamp for stamp, _ in points(result)] == stamps


def test_points_of_the_last_minute_are_there_and_kept_to_the_minute(cloudwatch: Any) -> None:
    put_value(cloudwatch, NOON + timedelta(seconds=50), 1)
    (result,) = get_values(cloudwatch, a_query(), start=NOON, end=NOON + timedelta(seconds=10))
    assert points(result) == [("12:00:00", 1)]


def test_points_of_high_resolution_are_kept_to_the_second(cloudwatch: Any) -> None:
    for second in (3, 7):
        put_value(cloudwatch, NOON + timedelta(seconds=second), second, StorageResolution=1)
    (result,) = get_values(cloudwatch, a_query(period=5), start=NOON, end=NOON + MINUTE)
    assert points(result) == [("12:00:00", 3), ("12:00:05", 7)]


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
    (result,) = get_values(cloudwatch, a_query(period=period), start=NOON - age, end=NOON)
    assert bool(result["Values"]) == there


def test_the_newest_come_first_unless_asked_otherwise(cloudwatch: Any) -> None:
    for minute in range(3):
        put_value(cloudwatch, NOON + minute * MINUTE, minute)
    window = {"start": NOON, "end": NOON + HOUR}
    assert get_values(cloudwatch, a_query(), **window, ScanBy="TimestampDescending")[0]["Values"] == [2, 1, 0]
    assert get_values(cloudwatch, a_query(), **window)[0]["Values"] == [0, 1, 2]
    asked = {"MetricDataQueries": [a_query()], "StartTime": NOON, "EndTime": NOON + HOUR}
    assert cloudwatch.get_metric_data(**asked)["MetricDataResults"][0]["Values"] == [2, 1, 0]


def test_a_unit_chooses(cloudwatch: Any) -> None:
    put_value(cloudwatch, NOON, 1, Unit="Seconds")
    put_value(cloudwatch, NOON, 2)
    for unit, value in (("Seconds", [1]), ("None", [2]), ("Bytes", [])):
        asked = a_query()
        asked["MetricStat"]["Unit"] = unit
        assert get_values(cloudwatch, asked, start=NOON, end=NOON + MINUTE)[0]["Values"] == value
    assert get_values(cloudwatch, a_query(), start=NOON, end=NOON + MINUTE)[0]["Values"] == [3]


def test_many_queries_are_answered_in_their_order_and_in_pages(cloudwatch: Any, aws: EmbeddedAws) -> None:
    for queue in range(5):
        points = [((NOON + minute * MINUTE).timestamp(), queue) for minute in range(queue)]
        aws.write_metrics("Shop", "Age", {"Queue": str(queue)}, points)
    queries = [a_query(id_=f"q{n}", Dimensions=dimensions({"Queue": str(n)})) for n in range(5)]
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
    put_value(cloudwatch, NOON, 7)
    queries = [a_query(id_=f"q{number}") for number in range(501)]
    results = get_values(cloudwatch, *queries[:500], start=NOON, end=NOON + MINUTE)
    assert [result["Values"] for result in results] == [[7]] * 500
    assert refused(get_values, cloudwatch, *queries, start=NOON, end=NOON + MINUTE) == "ValidationError"


@pytest.mark.parametrize(
    "queries",
    [
        [a_query("p101")],
        [a_query("tm99")],
        [a_query(period=90)],
        [a_query(id_="Q")],
        [a_query(), a_query()],
        [{"Id": "e", "Expression": "SUM(METRICS())"}],
        [{"Id": "e", "Expression": 'SELECT AVG("Age") FROM "Shop"', "Period": 60}],
        [{"Id": "e"}],
    ],
    ids=["percentile", "statistic", "period", "id", "same id", "math", "sql", "nothing"],
)
def test_what_is_not_known_is_refused(cloudwatch: Any, queries: Sequence[dict[str, Any]]) -> None:
    assert refused(get_values, cloudwatch, *queries, start=NOON, end=NOON + MINUTE) == "ValidationError"


def test_an_end_before_the_start_is_refused(cloudwatch: Any) -> None:
    assert refused(get_values, cloudwatch, a_query(), start=NOON, end=NOON) == "ValidationError"


def test_a_query_that_is_not_to_be_returned_is_not(cloudwatch: Any) -> None:
    hidden = a_query(id_="h") | {"ReturnData": False}
    results = get_values(cloudwatch, hidden, a_query(), start=NOON, end=NOON + MINUTE)
    assert [result["Id"] for result in results] == ["q"]
