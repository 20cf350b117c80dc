"""What the tests of this folder make and write, and how they ask for it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
NOON_MS = int(NOON.timestamp() * 1000)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

GROUP = "/app/orders"
QUEUE = {"Queue": "orders"}


def refused(call: Any, *given: Any, **asked: Any) -> str:
    """The code with which AWS refuses a call."""
    with pytest.raises(ClientError) as caught:
        call(*given, **asked)
    return str(caught.value.response["Error"]["Code"])


def make_database(rds: Any) -> None:
    rds.create_db_instance(
        DBInstanceIdentifier="orders",
        DBInstanceClass="db.t3.micro",
        Engine="postgres",
        MasterUsername="probe",
        MasterUserPassword="made-up-1",
        AllocatedStorage=20,
    )


# -- logs ---------------------------------------------------------------------------------------


def put_lines(logs: Any, *events: tuple[int, str], stream: str = "a") -> dict[str, Any]:
    """Put events, each some milliseconds after noon."""
    return dict(
        logs.put_log_events(
            logGroupName=GROUP,
            logStreamName=stream,
            logEvents=[{"timestamp": NOON_MS + after, "message": text} for after, text in events],
        )
    )


# -- metrics ------------------------------------------------------------------------------------


def dimensions(names: dict[str, str]) -> list[dict[str, str]]:
    return [{"Name": name, "Value": value} for name, value in names.items()]


def put_value(
    cloudwatch: Any, at: datetime, value: float, names: dict[str, str] | None = None, **more: Any
) -> None:
    datum = {"MetricName": "Age", "Timestamp": at, "Value": value} | more
    datum["Dimensions"] = dimensions(QUEUE if names is None else names)
    cloudwatch.put_metric_data(Namespace="Shop", MetricData=[datum])


def a_query(stat: str = "Sum", period: int = 60, id_: str = "q", **metric: Any) -> dict[str, Any]:
    asked = {"Namespace": "Shop", "MetricName": "Age", "Dimensions": dimensions(QUEUE)} | metric
    return {"Id": id_, "MetricStat": {"Metric": asked, "Period": period, "Stat": stat}}


def get_values(
    cloudwatch: Any, *queries: dict[str, Any], start: datetime, end: datetime, **asked: Any
) -> list[dict[str, Any]]:
    asked = {"ScanBy": "TimestampAscending"} | asked
    answer = cloudwatch.get_metric_data(MetricDataQueries=queries, StartTime=start, EndTime=end, **asked)
    return list(answer["MetricDataResults"])


def points(result: dict[str, Any]) -> list[tuple[str, float]]:
    pairs = zip(result["Timestamps"], result["Values"], strict=True)
    return [(f"{at.astimezone(UTC):%H:%M:%S}", value) for at, value in pairs]
