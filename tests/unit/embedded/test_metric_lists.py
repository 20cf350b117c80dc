"""CloudWatch metrics: what may be written, what is listed, and the older way to ask for statistics."""

import time
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


# -- GetMetricStatistics ------------------------------------------------------------------------


def test_statistics_are_of_the_same_points(cloudwatch: Any) -> None:
    _put(cloudwatch, NOON, 1, Unit="Count")
    _put(cloudwatch, NOON, 4, Unit="Count")
    _put(cloudwatch, NOON, 50, {})
    asked = {"Namespace": "Shop", "MetricName": "Age", "Dimensions": _dimensions(QUEUE), "Period": 60}
    answer = cloudwatch.get_metric_statistics(
        **asked, StartTime=NOON, EndTime=NOON + MINUTE, Statistics=["Sum", "Maximum"]
    )
    assert answer["Datapoints"] == [{"Timestamp": NOON, "Sum": 5, "Maximum": 4, "Unit": "Count"}]
    extended = cloudwatch.get_metric_statistics(
        **asked, StartTime=NOON, EndTime=NOON + MINUTE, ExtendedStatistics=["p90"]
    )
    assert extended["Datapoints"][0]["ExtendedStatistics"] == {"p90": 4}
    too_many = {"StartTime": NOON - 2 * DAY, "EndTime": NOON, "Statistics": ["Sum"]}
    refused = _refused(cloudwatch.get_metric_statistics, **asked, **too_many)
    assert refused == "InvalidParameterCombination"


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
        _put(cloudwatch, NOON, 1)
        _put(cloudwatch, NOON, 1, {})
        _put(cloudwatch, NOON, 1, {"Queue": "other", "Region": "x"})
    assert _listed(cloudwatch, Namespace="Shop") == [QUEUE, {}, {"Queue": "other", "Region": "x"}]
    assert _listed(cloudwatch, Namespace="Shop", MetricName="Depth") == []
    assert _listed(cloudwatch, Dimensions=[{"Name": "Region"}]) == [{"Queue": "other", "Region": "x"}]
    assert _listed(cloudwatch, Dimensions=_dimensions(QUEUE)) == [QUEUE]


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
    assert _refused(cloudwatch.list_metrics, NextToken="rubbish") == "InvalidParameterValue"


def test_asking_for_a_metric_does_not_make_it(cloudwatch: Any) -> None:
    _get(cloudwatch, _query(), start=NOON, end=NOON + MINUTE)
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
    assert _refused(_put, cloudwatch, at, value) == "InvalidParameterValue"


def test_what_would_be_left_out_is_refused(cloudwatch: Any) -> None:
    of_entity = [{"MetricData": [{"MetricName": "Age", "Value": 1}]}]
    put = cloudwatch.put_metric_data
    assert _refused(put, Namespace="Shop", EntityMetricData=of_entity) == "InvalidParameterValue"


def test_a_point_without_a_time_is_of_now(aws: EmbeddedAws, cloudwatch: Any) -> None:
    cloudwatch.put_metric_data(Namespace="Shop", MetricData=[{"MetricName": "Age", "Value": 1}])
    asked = _query(Dimensions=[])
    assert _points(_get(cloudwatch, asked, start=NOON, end=NOON + MINUTE)[0]) == [("12:00:00", 1)]
    aws.set_clock(None)
    cloudwatch.put_metric_data(Namespace="Shop", MetricData=[{"MetricName": "Real", "Value": 1}])
    now = datetime.fromtimestamp(time.time(), UTC)
    asked = _query(MetricName="Real", Dimensions=[])
    assert _get(cloudwatch, asked, start=now - HOUR, end=now + MINUTE)[0]["Values"] == [1]


def test_a_bucket_still_tells_its_size(aws: EmbeddedAws) -> None:
    aws.client("s3").create_bucket(Bucket="goods")
    cloudwatch = aws.client("cloudwatch")
    assert {"StorageType": "AllStorageTypes", "BucketName": "goods"} in _listed(
        cloudwatch, Namespace="AWS/S3"
    )
    now = datetime.now(UTC)
    dimensions = _dimensions({"StorageType": "AllStorageTypes", "BucketName": "goods"})
    asked = _query("Average", 86400, Namespace="AWS/S3", MetricName="NumberOfObjects", Dimensions=dimensions)
    assert _get(cloudwatch, asked, start=now - 2 * DAY, end=now)[0]["Values"] == [0]
