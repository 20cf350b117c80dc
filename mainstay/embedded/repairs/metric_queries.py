"""CloudWatch metrics: GetMetricData and GetMetricStatistics.

moto matches dimensions loosely, takes points of other namespaces, fails at percentiles, has one page only,
and answers expressions with nothing or with everything. Here periods are counted from the start time, which
is rounded as AWS rounds it, empty periods are absent, and an expression is refused.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from moto.cloudwatch.exceptions import InvalidParameterCombination, ValidationError
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult

from mainstay.embedded.clock import CLOCK, DAY_MS, HOUR_MS, MINUTE_MS
from mainstay.embedded.metricstore import (
    SIMPLE_STATISTICS,
    MetricKey,
    Sample,
    by_period,
    percentage_of,
    statistic_of,
)
from mainstay.embedded.repairs.metric_series import (
    all_series,
    make_key,
    make_token,
    milliseconds,
    provided_samples,
    read_token,
)
from mainstay.embedded.repairs.replacing import replace

MOST_QUERIES = 500
MOST_POINTS = 100_800
MOST_STATISTICS_POINTS = 1440
SECOND_MS = 1000
SHORT_PERIODS = (1, 5, 10, 20, 30)

KEPT = ((3 * HOUR_MS, 1), (15 * DAY_MS, 60), (63 * DAY_MS, 300), (455 * DAY_MS, 3600))
"""For how long points are kept for periods that are a multiple of so many seconds."""


def install() -> None:
    """Install the repair."""
    replace(CloudWatchResponse, "get_metric_data", _get_metric_data)
    replace(CloudWatchResponse, "get_metric_statistics", _get_metric_statistics)


@dataclass(frozen=True)
class _Window:
    """From when to before when, in milliseconds, in periods of so many."""

    start: int
    end: int
    period: int

    def of(self, samples: list[Sample]) -> Iterator[tuple[datetime, list[Sample]]]:
        for start, members in by_period(samples, self.start, self.period):
            yield _EPOCH + timedelta(milliseconds=start), members


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _window(start: datetime, end: datetime, period: int) -> _Window:
    if period not in SHORT_PERIODS and (period <= 0 or period % 60):
        raise ValidationError(
            f"The value {period} for parameter Period must be 1, 5, 10, 20, 30 or a multiple of 60."
        )
    begin = milliseconds(start)
    return _Window(begin - begin % _rounding(begin, period), milliseconds(end), period * SECOND_MS)


def _rounding(start: int, period: int) -> int:
    """To what a start is rounded down: it depends on its age, and for short periods on the period."""
    age = CLOCK.now_ms() - start
    if period < 60:  # noqa: PLR2004 - a minute
        return period * SECOND_MS
    if age < 15 * DAY_MS:
        return MINUTE_MS
    return 5 * MINUTE_MS if age < 63 * DAY_MS else HOUR_MS


def _kept_since(period_ms: int) -> int:
    """From when on there are points for a period."""
    age = max(age for age, seconds in KEPT if period_ms % (seconds * SECOND_MS) == 0)
    return CLOCK.now_ms() - age


def _read(backend: Any, key: MetricKey, window: _Window, unit: str | None) -> list[Sample]:
    since = max(window.start, _kept_since(window.period))
    series = all_series(backend).get(key)
    samples = series.read(since, window.end) if series else []
    samples += provided_samples(backend, key, since, window.end)
    return [sample for sample in samples if unit in (None, sample.unit)]


def _require_statistic(name: str) -> None:
    if name not in SIMPLE_STATISTICS and percentage_of(name) is None:
        raise ValidationError(f"The value {name} for parameter Stat is not supported here.")


def _dimensions(given: list[Mapping[str, str]] | None) -> dict[str, str]:
    return {dimension["Name"]: dimension["Value"] for dimension in given or []}


# -- GetMetricData ------------------------------------------------------------------------------


def _get_metric_data(response: Any) -> Any:
    params = response._get_params()
    queries = params.get("MetricDataQueries", [])
    _require_queries(queries)
    start, end = params["StartTime"], params["EndTime"]
    if start >= end:
        raise ValidationError("The parameter EndTime must be greater than StartTime.")
    newest_first = (params.get("ScanBy") or "TimestampDescending") == "TimestampDescending"
    found = [
        (
            query,
            _points(response.cloudwatch_backend, query["MetricStat"], start, end, newest_first=newest_first),
        )
        for query in queries
        if query.get("ReturnData", True)
    ]
    most = params.get("MaxDatapoints") or MOST_POINTS
    results, token = _page(found, read_token(params.get("NextToken")), most)
    return ActionResult({"MetricDataResults": results, "NextToken": token, "Messages": []})


def _require_queries(queries: list[dict[str, Any]]) -> None:
    if not 1 <= len(queries) <= MOST_QUERIES:
        raise ValidationError(f"The collection MetricDataQueries must have 1 to {MOST_QUERIES} members.")
    for number, query in enumerate(queries, 1):
        where = f"MetricDataQueries.member.{number}"
        if "Expression" in query:
            raise ValidationError(f"Error in expression '{query['Id']}': expressions are not supported here.")
        if "MetricStat" not in query:
            raise ValidationError(f"The parameter {where}.MetricStat is required.\n")
        if not re.fullmatch("[a-z][A-Za-z0-9_]*", query["Id"]):
            raise ValidationError(
                f"The value {query['Id']} for parameter {where}.Id is not matching the expected pattern."
            )
        _require_statistic(query["MetricStat"]["Stat"])
    if len({query["Id"] for query in queries}) < len(queries):
        raise ValidationError("The values for parameter id in MetricDataQueries are not unique.")


_Point = tuple[datetime, float]


def _points(
    backend: Any, asked: Mapping[str, Any], start: datetime, end: datetime, *, newest_first: bool
) -> list[_Point]:
    metric = asked["Metric"]
    key = make_key(metric["Namespace"], metric["MetricName"], _dimensions(metric.get("Dimensions")))
    window = _window(start, end, int(asked["Period"]))
    computed = [
        (at, statistic_of(samples, asked["Stat"]))
        for at, samples in window.of(_read(backend, key, window, asked.get("Unit")))
    ]
    points = [(at, value) for at, value in computed if value is not None]
    return points[::-1] if newest_first else points


def _page(
    found: list[tuple[dict[str, Any], list[_Point]]], first: int, most: int
) -> tuple[list[dict[str, Any]], str | None]:
    """Answer what of each result is on the page that begins with this point, counted through all."""
    results, before, last = [], 0, first + most
    for query, points in found:
        begin, end = max(first - before, 0), max(min(last - before, len(points)), 0)
        before += len(points)
        if begin < end or (not points and first == 0):
            results.append(_result(query, points[begin:end], is_complete=end == len(points)))
    return results, make_token(last) if before > last else None


def _result(query: Mapping[str, Any], points: list[_Point], *, is_complete: bool) -> dict[str, Any]:
    return {
        "Id": query["Id"],
        "Label": query.get("Label") or query["MetricStat"]["Metric"]["MetricName"],
        "Timestamps": [at for at, _ in points],
        "Values": [value for _, value in points],
        "StatusCode": "Complete" if is_complete else "PartialData",
    }


# -- GetMetricStatistics ------------------------------------------------------------------------


def _get_metric_statistics(response: Any) -> Any:
    param = response._get_param
    simple, extended = param("Statistics") or [], param("ExtendedStatistics") or []
    if not simple and not extended:
        raise InvalidParameterCombination("Must specify either Statistics or ExtendedStatistics")
    for name in (*simple, *extended):
        _require_statistic(name)
    start, end = param("StartTime"), param("EndTime")
    if start >= end:
        raise InvalidParameterCombination("The parameter StartTime must be less than the parameter EndTime.")
    window = _window(start, end, response._get_int_param("Period"))
    if (window.end - window.start) / window.period > MOST_STATISTICS_POINTS:
        raise InvalidParameterCombination(
            f"You have requested more than the limit of {MOST_STATISTICS_POINTS} datapoints."
        )
    key = make_key(param("Namespace"), param("MetricName"), _dimensions(param("Dimensions")))
    samples = _read(response.cloudwatch_backend, key, window, param("Unit"))
    datapoints = [_datapoint(at, members, simple, extended) for at, members in window.of(samples)]
    return ActionResult({"Label": param("MetricName"), "Datapoints": datapoints})


def _datapoint(at: datetime, samples: list[Sample], simple: list[str], extended: list[str]) -> dict[str, Any]:
    point: dict[str, Any] = {"Timestamp": at, "Unit": samples[0].unit or "None"}
    point |= {name: statistic_of(samples, name) for name in simple}
    computed = {name: statistic_of(samples, name) for name in extended}
    known = {name: value for name, value in computed.items() if value is not None}
    return point | ({"ExtendedStatistics": known} if known else {})
