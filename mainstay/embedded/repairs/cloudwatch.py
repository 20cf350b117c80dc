"""CloudWatch metrics: written and listed as AWS does.

moto compares dimensions loosely, forgets namespaces, lists each metric without dimensions many times over,
takes times of any age, and knows nothing of RecentlyActive.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from moto.cloudwatch.exceptions import InvalidParameterValue
from moto.cloudwatch.models import CloudWatchBackend
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult, EmptyResult

from mainstay.embedded.clock import CLOCK, DAY_MS, HOUR_MS, MINUTE_MS
from mainstay.embedded.metricstore import MetricKey, Sample, single
from mainstay.embedded.repairs import metric_queries
from mainstay.embedded.repairs.metric_series import (
    all_series,
    make_key,
    make_token,
    milliseconds,
    provided_metrics,
    read_token,
    series_of,
)
from mainstay.embedded.repairs.replacing import replace

OLDEST_MS = 14 * DAY_MS
"""Older points are refused, and metrics without newer ones are no longer listed."""

NEWEST_MS = 2 * HOUR_MS
ACTIVE_MS = 3 * HOUR_MS
MOST_METRICS = 1000
MOST_VALUES = 150
MOST_DIMENSIONS = 30
LARGEST_VALUE = 2.0**360
METRICS_ON_PAGE = 500


def install() -> None:
    """Install the repair."""
    replace(CloudWatchResponse, "put_metric_data", _put_metric_data)
    replace(CloudWatchResponse, "list_metrics", _list_metrics)
    replace(CloudWatchBackend, "put_metric_data", _store_metric_data)
    metric_queries.install()


# -- writing ------------------------------------------------------------------------------------


def _put_metric_data(response: Any) -> Any:
    """The call of a customer, who is held to what AWS allows."""
    backend, data = response.cloudwatch_backend, response._get_param("MetricData", [])
    if response._get_param("EntityMetricData"):
        raise InvalidParameterValue("EntityMetricData is not known here.")
    if len(data) > MOST_METRICS:
        raise InvalidParameterValue(
            f"The collection MetricData must not have a size greater than {MOST_METRICS}."
        )
    for number, datum in enumerate(data, 1):
        backend._validate_parameters_put_metric_data(datum, number)
        _require_bounds(datum, f"MetricData.member.{number}")
    backend.put_metric_data(response._get_param("Namespace"), data)
    return EmptyResult()


def _require_bounds(datum: Mapping[str, Any], where: str) -> None:
    values = [*datum.get("Values", []), *datum.get("StatisticValues", {}).values(), datum.get("Value", 0.0)]
    if not all(math.isfinite(value) and abs(value) <= LARGEST_VALUE for value in values):
        raise InvalidParameterValue(f"The value for parameter {where}.Value is invalid.")
    if len(datum.get("Values", [])) > MOST_VALUES:
        raise InvalidParameterValue(f"{where}.Values must not have a size greater than {MOST_VALUES}.")
    if len(datum.get("Dimensions", [])) > MOST_DIMENSIONS:
        raise InvalidParameterValue(
            f"{where}.Dimensions must not have a size greater than {MOST_DIMENSIONS}."
        )
    now, at = CLOCK.now_ms(), _time_of(datum)
    if not now - OLDEST_MS <= at <= now + NEWEST_MS:
        raise InvalidParameterValue(
            f"The parameter {where}.Timestamp must be within two weeks ago and two hours ahead."
        )


def _time_of(datum: Mapping[str, Any]) -> int:
    return milliseconds(datum["Timestamp"]) if datum.get("Timestamp") else CLOCK.now_ms()


def _store_metric_data(backend: Any, namespace: str, metric_data: list[dict[str, Any]]) -> None:
    """Keep points as AWS does: to the minute, or to the second where StorageResolution is 1."""
    for datum in metric_data:
        resolution = 1000 if datum.get("StorageResolution") == 1 else MINUTE_MS
        at = _time_of(datum) // resolution * resolution
        dimensions = {dimension["Name"]: dimension["Value"] for dimension in datum.get("Dimensions") or []}
        series_of(backend, make_key(namespace, datum["MetricName"], dimensions)).write(_samples(datum, at))


def _samples(datum: Mapping[str, Any], at: int) -> list[Sample]:
    unit = datum.get("Unit") or "None"
    if datum.get("Values"):
        counts = datum.get("Counts") or [1] * len(datum["Values"])
        pairs = zip(datum["Values"], counts, strict=True)
        return [single(at, float(value), weight=float(count), unit=unit) for value, count in pairs]
    if datum.get("StatisticValues"):
        kept = {name: float(value) for name, value in datum["StatisticValues"].items()}
        return [Sample(at, kept["Minimum"], kept["Maximum"], kept["Sum"], kept["SampleCount"], unit)]
    return [single(at, float(datum.get("Value", 0)), unit=unit)]


def write_points(backend: Any, key: MetricKey, points: Iterable[tuple[float, float]]) -> int:
    """Store values, each with seconds since 1970, of any age; kept to the minute, as on AWS."""
    samples = (
        single(round(seconds * 1000) // MINUTE_MS * MINUTE_MS, float(value), unit="None")
        for seconds, value in points
    )
    return series_of(backend, key).write(samples)


# -- what is there ------------------------------------------------------------------------------


def _list_metrics(response: Any) -> Any:
    names = [(part["Name"], part.get("Value")) for part in response._get_params().get("Dimensions", [])]
    active = response._get_param("RecentlyActive")
    if active not in (None, "PT3H"):
        raise InvalidParameterValue(f"The value {active} for parameter RecentlyActive is invalid.")
    since = CLOCK.now_ms() - (ACTIVE_MS if active else OLDEST_MS)
    found = [
        key
        for key in [*_written_since(response, since), *provided_metrics(response.cloudwatch_backend)]
        if response._get_param("Namespace") in (None, key.namespace)
        and response._get_param("MetricName") in (None, key.name)
        and all(_has(key, name, value) for name, value in names)
    ]
    first = read_token(response._get_param("NextToken"))
    page = found[first : first + METRICS_ON_PAGE]
    more = len(found) > first + METRICS_ON_PAGE
    metrics = list(map(_describe, page))
    return ActionResult(
        {"Metrics": metrics, "NextToken": make_token(first + METRICS_ON_PAGE) if more else None}
    )


def _written_since(response: Any, since: int) -> list[MetricKey]:
    series = list(all_series(response.cloudwatch_backend).items())
    return [key for key, one in series if one.newest >= since]


def _has(key: MetricKey, name: str, value: str | None) -> bool:
    return any(name == its_name and value in (None, its_value) for its_name, its_value in key.dimensions)


def _describe(key: MetricKey) -> dict[str, Any]:
    dimensions = [{"Name": name, "Value": value} for name, value in key.dimensions]
    return {"Namespace": key.namespace, "MetricName": key.name, "Dimensions": dimensions}
