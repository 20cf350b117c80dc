"""The series of embedded CloudWatch, and what every call on them needs."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from moto.cloudwatch.exceptions import InvalidParameterValue

from mainstay.embedded.metricstore import MetricKey, MetricSeries, Sample, single


def make_key(namespace: str, name: str, dimensions: Mapping[str, str]) -> MetricKey:
    """Make the key of a metric."""
    return MetricKey(namespace, name, tuple(sorted(dimensions.items())))


def all_series(backend: Any) -> dict[MetricKey, MetricSeries]:
    """Answer everything written: kept on moto's backend, whose reset forgets it."""
    series: dict[MetricKey, MetricSeries] = vars(backend).setdefault("series", {})
    return series


def series_of(backend: Any, key: MetricKey) -> MetricSeries:
    """Answer the series of a metric, which is made where there is none."""
    return all_series(backend).setdefault(key, MetricSeries())


def provided_metrics(backend: Any) -> list[MetricKey]:
    """Answer what moto's services tell of themselves, such as the size of a bucket."""
    return list(dict.fromkeys(map(_key_of, backend.aws_metric_data)))


def provided_samples(backend: Any, key: MetricKey, start: int, end: int) -> list[Sample]:
    """Answer the values of such a metric; no other is asked for more than its namespace."""
    if not key.namespace.startswith("AWS/S3"):
        return []
    samples = (
        single(milliseconds(data.timestamp), float(data.value), unit=data.unit)
        for data in backend.aws_metric_data
        if _key_of(data) == key
    )
    return [sample for sample in samples if start <= sample.at < end]


def _key_of(data: Any) -> MetricKey:
    return make_key(data.namespace, data.name, {part.name: part.value for part in data.dimensions})


def milliseconds(time: datetime) -> int:
    """Answer a time as milliseconds since 1970; moto's times are UTC without saying so."""
    return round((time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp() * 1000)


def make_token(position: int) -> str:
    """Make the token of a next page."""
    return base64.urlsafe_b64encode(str(position).encode()).decode()


def read_token(token: str | None) -> int:
    """Answer where a page begins."""
    if token is None:
        return 0
    try:
        return int(base64.urlsafe_b64decode(token))
    except ValueError as error:
        raise InvalidParameterValue("Request parameter NextToken is invalid") from error
