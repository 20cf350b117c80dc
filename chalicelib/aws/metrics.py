"""CloudWatch metrics: which series there are, and their values."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from chalicelib.aws.clients import Aws
from chalicelib.prediction.requests import Series

_MOST_QUERIES = 500
"""In one call."""

Points = Mapping[float, float]


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A series, and from when on its values are wanted, in seconds."""

    series: Series
    since: float


class Metrics:
    """Reads metrics."""

    def __init__(self, aws: Aws) -> None:
        self._aws = aws

    def dimensions(self, namespace: str, name: str) -> Iterator[dict[str, str]]:
        """The dimensions of every series of a metric that had values in the last three hours."""
        given: dict[str, Any] = {"Namespace": namespace, "MetricName": name, "RecentlyActive": "PT3H"}
        while True:
            answer = self._aws.read("cloudwatch", "list_metrics", **given)
            for found in answer["Metrics"]:
                yield {one["Name"]: one["Value"] for one in found["Dimensions"]}
            if "NextToken" not in answer:
                return
            given["NextToken"] = answer["NextToken"]

    def read_values(self, wanted: Sequence[Wanted], until: float) -> list[list[tuple[float, float]]]:
        """The values of each series, by time, as (seconds, value): those of periods that ended by `until`.

        Where a series is per another one, it is in per cent of that one's value at the same time.
        """
        queries = [query for place, one in enumerate(wanted) for query in _queries(place, one.series)]
        since = _on_the_grid(min(one.since for one in wanted), [one.series.period_seconds for one in wanted])
        found: dict[str, dict[float, float]] = {}
        for start in range(0, len(queries), _MOST_QUERIES):
            for name, values in self._read(queries[start : start + _MOST_QUERIES], since, until):
                found.setdefault(name, {}).update(values)
        return [_points(found, place, one, until) for place, one in enumerate(wanted)]

    def _read(
        self, queries: list[dict[str, Any]], since: float, until: float
    ) -> Iterator[tuple[str, dict[float, float]]]:
        given: dict[str, Any] = {
            "MetricDataQueries": queries,
            "StartTime": datetime.fromtimestamp(since, UTC),
            "EndTime": datetime.fromtimestamp(until, UTC),
            "ScanBy": "TimestampAscending",
        }
        while True:
            answer = self._aws.read("cloudwatch", "get_metric_data", **given)
            for result in answer["MetricDataResults"]:
                pairs = zip(result["Timestamps"], result["Values"], strict=True)
                yield result["Id"], {at.timestamp(): float(value) for at, value in pairs}
            if "NextToken" not in answer:
                return
            given["NextToken"] = answer["NextToken"]


def _on_the_grid(since: float, periods: Iterable[int]) -> float:
    """CloudWatch counts periods from the start that is asked for: an even one gives the same values again."""
    step = math.lcm(*periods)
    return since // step * step


def _queries(place: int, series: Series) -> Iterator[dict[str, Any]]:
    yield _query(f"v{place}", series, series.name, series.statistic)
    if series.per:
        yield _query(f"p{place}", series, series.per, series.per_statistic)


def _query(name: str, series: Series, metric: str, statistic: str) -> dict[str, Any]:
    dimensions = [{"Name": key, "Value": value} for key, value in sorted(series.dimensions.items())]
    return {
        "Id": name,
        "MetricStat": {
            "Metric": {"Namespace": series.namespace, "MetricName": metric, "Dimensions": dimensions},
            "Period": series.period_seconds,
            "Stat": statistic,
        },
        "ReturnData": True,
    }


def _points(
    found: Mapping[str, Points], place: int, wanted: Wanted, until: float
) -> list[tuple[float, float]]:
    series = wanted.series
    values: Points = found.get(f"v{place}", {})
    if series.per:
        values = _in_per_cent(values, found.get(f"p{place}", {}), series)
    ended = until - series.period_seconds
    return sorted((at, value) for at, value in values.items() if wanted.since <= at <= ended)


def _in_per_cent(values: Points, whole: Points, series: Series) -> Points:
    """A sum over a period beside an average is compared as a rate; two alike as they are."""
    is_rate = series.statistic == "Sum" and series.per_statistic != "Sum"
    seconds = series.period_seconds if is_rate else 1
    return {at: 100 * value / (whole[at] * seconds) for at, value in values.items() if whole.get(at)}
