"""CloudWatch metrics: the values of many series, of periods that have ended."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib.aws.clients import Aws
from chalicelib.aws.metrics import Metrics, Wanted
from tests.unit.aws.making import REGION
from tests.unit.incidents.alerts import a_series

NOW = 1_900_000_200.0
PERIOD = 300.0


class StoredAws(Aws):
    """GetMetricData over values by name of metric, some results on each page, and each result in halves."""

    def __init__(self, values: Mapping[str, Mapping[float, float]], on_page: int = 3) -> None:
        super().__init__(region=REGION)
        self._on_page = on_page
        self._values = values
        self.calls: list[dict[str, Any]] = []

    def read(self, service: str, operation: str, /, **parameters: Any) -> dict[str, Any]:
        assert (service, operation) == ("cloudwatch", "get_metric_data")
        self.calls.append(parameters)
        assert len(parameters["MetricDataQueries"]) <= 500
        results = [
            half for query in parameters["MetricDataQueries"] for half in self._result(query, parameters)
        ]
        start = int(parameters.get("NextToken", 0))
        end = start + self._on_page
        more = {"NextToken": str(end)} if end < len(results) else {}
        return {"MetricDataResults": results[start:end], **more}

    def _result(self, query: Mapping[str, Any], given: Mapping[str, Any]) -> list[dict[str, Any]]:
        values = self._values.get(query["MetricStat"]["Metric"]["MetricName"], {})
        points = [
            (datetime.fromtimestamp(at, UTC), value)
            for at, value in sorted(values.items())
            if given["StartTime"] <= datetime.fromtimestamp(at, UTC) < given["EndTime"]
        ]
        middle = len(points) // 2
        return [
            {
                "Id": query["Id"],
                "Timestamps": [at for at, _ in half],
                "Values": [value for _, value in half],
            }
            for half in (points[:middle], points[middle:])
        ]


def before(periods: float) -> float:
    return NOW - periods * PERIOD


def test_values_of_ended_periods_come_in_order() -> None:
    stored = {before(number): float(number) for number in range(8)}
    (found,) = Metrics(StoredAws({"FreeStorageSpace": stored})).read_values(
        [Wanted(series=a_series(), since=before(5))], NOW
    )
    assert found == [(before(number), float(number)) for number in (5, 4, 3, 2, 1)]


def test_a_period_that_has_not_ended_is_left_to_the_next_look() -> None:
    stored = {before(0.5): 7.0, before(1.5): 8.0}
    (found,) = Metrics(StoredAws({"FreeStorageSpace": stored})).read_values(
        [Wanted(series=a_series(), since=before(9))], NOW
    )
    assert found == [(before(1.5), 8.0)]


def test_each_series_is_given_from_when_on_it_was_wanted() -> None:
    stored = {"A": {before(9): 1.0, before(3): 2.0}, "B": {before(9): 3.0, before(3): 4.0}}
    wanted = [
        Wanted(series=a_series(name="A"), since=before(10)),
        Wanted(series=a_series(name="B"), since=before(4)),
        Wanted(series=a_series(name="C"), since=before(4)),
    ]
    assert Metrics(StoredAws(stored)).read_values(wanted, NOW) == [
        [(before(9), 1.0), (before(3), 2.0)],
        [(before(3), 4.0)],
        [],
    ]


@pytest.mark.parametrize(
    ("statistic", "per_statistic", "per_cent"),
    [("Sum", "Average", 30.0), ("Average", "Average", 9000.0), ("Sum", "Sum", 9000.0)],
    ids=["a rate of a limit", "a share", "sums"],
)
def test_a_series_that_is_per_another_one_is_in_per_cent(
    statistic: str, per_statistic: str, per_cent: float
) -> None:
    series = a_series(name="Used", per="Provisioned", statistic=statistic, per_statistic=per_statistic)
    stored = {"Used": {before(2): 900.0}, "Provisioned": {before(2): 10.0}}
    (found,) = Metrics(StoredAws(stored)).read_values([Wanted(series=series, since=before(9))], NOW)
    assert found == [(before(2), per_cent)]


@pytest.mark.parametrize(
    "whole", [{}, {before(2): 0.0}, {before(3): 10.0}], ids=["none", "zero", "another time"]
)
def test_of_nothing_there_is_no_per_cent(whole: dict[float, float]) -> None:
    series = a_series(name="Used", per="Provisioned")
    stored = {"Used": {before(2): 900.0}, "Provisioned": whole}
    assert Metrics(StoredAws(stored)).read_values([Wanted(series=series, since=before(9))], NOW) == [[]]


def test_more_series_than_one_call_takes_are_asked_for_in_several() -> None:
    stored = {f"M{number}": {before(2): float(number)} for number in range(600)} | {"P": {before(2): 100.0}}
    wanted = [
        Wanted(series=a_series(name=f"M{number}", per="P", statistic="Average"), since=before(9))
        for number in range(600)
    ]
    aws = StoredAws(stored, on_page=501)
    found = Metrics(aws).read_values(wanted, NOW)
    assert found == [[(before(2), float(number))] for number in range(600)]
    assert {len(call["MetricDataQueries"]) for call in aws.calls} == {500, 200}


def test_a_series_is_asked_for_by_all_that_names_it() -> None:
    aws = StoredAws({})
    series = a_series(dimensions={"b": "2", "a": "1"}, period_seconds=60)
    Metrics(aws).read_values([Wanted(series=series, since=before(9))], NOW)
    (query,) = aws.calls[0]["MetricDataQueries"]
    assert query["MetricStat"] == {
        "Metric": {
            "Namespace": "AWS/RDS",
            "MetricName": "FreeStorageSpace",
            "Dimensions": [{"Name": "a", "Value": "1"}, {"Name": "b", "Value": "2"}],
        },
        "Period": 60,
        "Stat": "Minimum",
    }


class PagedAws(Aws):
    """ListMetrics in two pages."""

    def __init__(self) -> None:
        super().__init__(region=REGION)
        self.calls: list[dict[str, Any]] = []

    def read(self, service: str, operation: str, /, **parameters: Any) -> dict[str, Any]:
        self.calls.append(dict(parameters))
        name = "db-2" if "NextToken" in parameters else "db-1"
        found = {"Metrics": [{"Dimensions": [{"Name": "DBInstanceIdentifier", "Value": name}]}]}
        return found if "NextToken" in parameters else {**found, "NextToken": "t"}


def test_series_are_found_by_their_dimensions_over_all_pages() -> None:
    aws = PagedAws()
    found = list(Metrics(aws).dimensions("AWS/RDS", "FreeStorageSpace"))
    assert found == [{"DBInstanceIdentifier": "db-1"}, {"DBInstanceIdentifier": "db-2"}]
    assert {call["RecentlyActive"] for call in aws.calls} == {"PT3H"}


def test_periods_are_counted_from_an_even_time_whenever_is_asked() -> None:
    """CloudWatch counts them from the start that it is given: an odd one would cut the values anew."""
    aws = StoredAws({})
    five, hour = a_series(), a_series(period_seconds=3600)
    wanted = [Wanted(series=five, since=NOW - 7001), Wanted(series=hour, since=NOW - 3)]
    Metrics(aws).read_values(wanted, NOW)
    call = aws.calls[0]
    start = call["StartTime"].timestamp()
    assert start % 3600 == 0
    assert start <= NOW - 7001
