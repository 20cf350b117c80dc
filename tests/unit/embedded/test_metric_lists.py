"""CloudWatch metrics: what may be written, what is listed, and the older way to ask for statistics."""

import time
from datetime import UTC, datetime
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

# -- GetMetricStatistics ------------------------------------------------------------------------


def test_statistics_are_of_the_same_points(cloudwatch: Any) -> None:
    put_value(cloudwatch, NOON, 1, Unit="Count")
    put_value(cloudwatch, NOON, 4, Unit="Count")
    put_value(cloudwatch, NOON, 50, {})
    asked = {"Namespace": "Shop", "MetricName": "Age", "Dimensions": dimensions(QUEUE), "Period": 60}
    answer = cloudwatch.get_metric_statistics(
        **asked, StartTime=NOON, EndTime=NOON + MINUTE, Statistics=["Sum", "Maximum"]
    )
    assert answer["Datapoints"] == [{"Timestamp": NOON, "Sum": 5, "Maximum": 4, "Unit": "Count"}]
    extended = cloudwatch.get_metric_statistics(
        **asked, StartTime=NOON, EndTime=NOON + MINUTE, ExtendedStatistics=["p90"]
    )
    assert extended["Datapoints"][0]["ExtendedStatistics"] == {"p90": 4}
    too_many = {"StartTime": NOON - 2 * DAY, "EndTime": NOON, "Statistics": ["Sum"]}
    code = refused(cloudwatch.get_metric_statistics, **asked, **too_many)
    assert code == "InvalidParameterCombination"


# -- ListMetrics --------------------------------------------------------------------------------


def _listed(cloudwatch: Any, **asked: Any) -> list[dict[str, str]]:
    pages = cloudwatch.get_paginator("list_metrics").paginate(**asked)
    return [
        {part["Name"]: part["Value"] for part in metric["Dimensions"]}
        for page in pages
        for metric in page["Metrics"]
    ]


def test_metrics_are_listed_once_by_what_is_asked(cloudwatch: Any) -> None:
    for _ in range(2):
        put_value(cloudwatch, NOON, 1)
        put_value(cloudwatch, NOON, 1, {})
        put_value(cloudwatch, NOON, 1, {"Queue": "other", "Region": "x"})
    assert _listed(cloudwatch, Namespace="Shop") == [QUEUE, {}, {"Queue": "other", "Region": "x"}]
    assert _listed(cloudwatch, Namespace="Shop", MetricName="Depth") == []
    assert _listed(cloudwatch, Dimensions=[{"Name": "Region"}]) == [{"Queue": "other", "Region": "x"}]
    assert _listed(cloudwatch, Dimensions=dimensions(QUEUE)) == [QUEUE]


def test_a_metric_is_recently_active_for_three_hours_and_listed_for_two_weeks(
    aws: EmbeddedAws, cloudwatch: Any
) -> None:
    for name, age in (("now", 0 * HOUR), ("late", 3 * HOUR), ("idle", 4 * HOUR), ("gone", 15 * DAY)):
        aws.write_metrics("Shop", "Age", {"Queue": name}, [((NOON - age).timestamp(), 1)])
    assert _listed(cloudwatch, RecentlyActive="PT3H") == [{"Queue": "now"}, {"Queue": "late"}]
    assert {"Queue": "idle"} in _listed(cloudwatch)
    assert {"Queue": "gone"} not in _listed(cloudwatch)
    aws.set_clock(lambda: NOON + HOUR)
    assert _listed(cloudwatch, RecentlyActive="PT3H") == [{"Queue": "now"}]


def test_five_hundred_metrics_are_a_page(aws: EmbeddedAws, cloudwatch: Any) -> None:
    for number in range(1001):
        aws.write_metrics("Shop", "Age", {"Queue": str(number)}, [(NOON.timestamp(), 1)])
    pages = list(cloudwatch.get_paginator("list_metrics").paginate(Namespace="Shop"))
    assert [len(page["Metrics"]) for page in pages] == [500, 500, 1]
    assert len(_listed(cloudwatch)) == len({each["Queue"] for each in _listed(cloudwatch)}) == 1001
    assert refused(cloudwatch.list_metrics, NextToken="rubbish") == "InvalidParameterValue"


def test_asking_for_a_metric_does_not_make_it(cloudwatch: Any) -> None:
    get_values(cloudwatch, a_query(), start=NOON, end=NOON + MINUTE)
    assert _listed(cloudwatch) == []


# -- writing ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "value"),
    [
        (NOON - 14 * DAY - MINUTE, 1),
        (NOON + 2 * HOUR + MINUTE, 1),
        (NOON, float("nan")),
        (NOON, float("inf")),
        (NOON, 2.0**361),
    ],
    ids=["too old", "too new", "nan", "infinite", "too large"],
)
def test_what_aws_would_not_take_is_refused(cloudwatch: Any, at: datetime, value: float) -> None:
    assert refused(put_value, cloudwatch, at, value) == "InvalidParameterValue"


def test_what_would_be_left_out_is_refused(cloudwatch: Any) -> None:
    of_entity = [{"MetricData": [{"MetricName": "Age", "Value": 1}]}]
    put = cloudwatch.put_metric_data
    assert refused(put, Namespace="Shop", EntityMetricData=of_entity) == "InvalidParameterValue"


def test_a_point_without_a_time_is_of_now(aws: EmbeddedAws, cloudwatch: Any) -> None:
    cloudwatch.put_metric_data(Namespace="Shop", MetricData=[{"MetricName": "Age", "Value": 1}])
    asked = a_query(Dimensions=[])
    assert points(get_values(cloudwatch, asked, start=NOON, end=NOON + MINUTE)[0]) == [("12:00:00", 1)]
    aws.set_clock(None)
    cloudwatch.put_metric_data(Namespace="Shop", MetricData=[{"MetricName": "Real", "Value": 1}])
    now = datetime.fromtimestamp(time.time(), UTC)
    asked = a_query(MetricName="Real", Dimensions=[])
    assert get_values(cloudwatch, asked, start=now - HOUR, end=now + MINUTE)[0]["Values"] == [1]


def test_a_bucket_still_tells_its_size(aws: EmbeddedAws) -> None:
    aws.client("s3").create_bucket(Bucket="goods")
    cloudwatch = aws.client("cloudwatch")
    assert {"StorageType": "AllStorageTypes", "BucketName": "goods"} in _listed(
        cloudwatch, Namespace="AWS/S3"
    )
    now = datetime.now(UTC)
    named = dimensions({"StorageType": "AllStorageTypes", "BucketName": "goods"})
    asked = a_query("Average", 86400, Namespace="AWS/S3", MetricName="NumberOfObjects", Dimensions=named)
    assert get_values(cloudwatch, asked, start=now - 2 * DAY, end=now)[0]["Values"] == [0]
