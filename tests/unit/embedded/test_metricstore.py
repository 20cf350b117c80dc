"""A metric's samples by period are what counting them one by one gives."""

import math
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainstay.embedded.metricstore import (
    MetricSeries,
    Sample,
    by_period,
    percentage_of,
    single,
    statistic_of,
)

POINTS = st.lists(st.tuples(st.integers(-20, 20), st.integers(-5, 5)), max_size=12)


@given(st.lists(POINTS, max_size=3), st.integers(-20, 20), st.integers(-20, 30), st.integers(1, 7))
def test_periods_hold_what_is_in_them(
    batches: list[list[tuple[int, int]]], start: int, end: int, period: int
) -> None:
    series = MetricSeries()
    for batch in batches:
        series.write(single(at, value) for at, value in batch)
        series.read(-1, 1)
    points = [point for batch in batches for point in batch]
    expected = {}
    for begin in range(start, end, period):
        values = [value for at, value in points if begin <= at < min(begin + period, end)]
        if values:
            expected[begin] = (sum(values), len(values), min(values), max(values))
    found = {
        begin: tuple(statistic_of(samples, name) for name in ("Sum", "SampleCount", "Minimum", "Maximum"))
        for begin, samples in by_period(series.read(start, end), start, period)
    }
    assert found == expected
    assert series.newest == max([0, *(at for at, _ in points)])


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30), st.integers(0, 100))
def test_a_percentile_is_the_smallest_value_that_enough_do_not_exceed(
    values: list[float], percent: int
) -> None:
    found = statistic_of([single(0, value) for value in values], f"p{percent}")
    rank = max(1, math.ceil(len(values) * percent / 100))
    assert found == sorted(values)[rank - 1]


@given(st.lists(st.tuples(st.integers(-9, 9), st.integers(1, 5)), min_size=1, max_size=8))
def test_a_weight_is_so_many_values(weighted: list[tuple[int, int]]) -> None:
    together = [single(0, value, weight=weight) for value, weight in weighted]
    apart = [single(0, value) for value, weight in weighted for _ in range(weight)]
    for name in ("Sum", "SampleCount", "Minimum", "Maximum", "p0", "p50", "p90", "p100"):
        assert statistic_of(together, name) == statistic_of(apart, name)
    average = statistic_of(together, "Average")
    assert average == pytest.approx(fmean(sample.total for sample in apart))


def test_values_that_are_not_known_have_no_percentile() -> None:
    assert statistic_of([Sample(0, 1, 9, 10, 2)], "p50") is None
    assert statistic_of([Sample(0, 5, 5, 10, 2)], "p50") == 5


@pytest.mark.parametrize(
    ("statistic", "percentage"),
    [("p99", 99), ("p99.99", 99.99), ("p0", 0), ("p100", 100)]
    + [(name, None) for name in ("p", "p101", "p-1", "p1e1", "99", "px", "p.", "tm99", "Sum", "p1.2.3")],
)
def test_what_a_percentile_is_called(statistic: str, percentage: float | None) -> None:
    assert percentage_of(statistic) == percentage
