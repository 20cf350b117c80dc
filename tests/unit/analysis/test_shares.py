from __future__ import annotations

from bisect import bisect_right

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.analysis.shares import Counted, calibrate_bands, quantile

EDGES = (0.5, 0.8)
counted = st.integers(0, 10**6).flatmap(
    lambda of: st.builds(Counted, good=st.integers(0, of), of=st.just(of))
)
told = st.lists(st.tuples(st.floats(0, 1), st.booleans()))


def test_a_share_of_nothing_is_no_number_and_may_be_anything() -> None:
    assert Counted(good=0, of=0).share is None
    assert Counted(good=0, of=0).bounds == (0, 1)


@pytest.mark.parametrize(
    ("good", "of", "low", "high"),
    [
        pytest.param(8, 10, 0.4902, 0.9433, id="eight-of-ten"),
        pytest.param(0, 10, 0.0, 0.2775, id="none-of-ten"),
        pytest.param(10, 10, 0.7225, 1.0, id="ten-of-ten"),
        pytest.param(1, 1, 0.2065, 1.0, id="one-of-one-proves-little"),
        pytest.param(500, 1000, 0.4691, 0.5309, id="half-of-a-thousand"),
    ],
)
def test_the_bounds_are_those_of_wilson(good: int, of: int, low: float, high: float) -> None:
    assert Counted(good=good, of=of).bounds == pytest.approx((low, high), abs=1e-4)


@given(counted)
def test_the_share_lies_between_its_bounds(found: Counted) -> None:
    low, high = found.bounds
    assert 0 <= low <= high <= 1
    assert found.share is None or low <= found.share <= high


@given(st.integers(0, 50), st.integers(1, 50), st.integers(2, 100))
def test_more_cases_of_the_same_share_are_surer(good: int, more: int, times: int) -> None:
    few = Counted(good=good, of=good + more)
    many = Counted(good=good * times, of=(good + more) * times)
    assert many.bounds[1] - many.bounds[0] < few.bounds[1] - few.bounds[0]


@given(told)
def test_bands_lose_nothing_and_keep_to_their_edges(found: list[tuple[float, bool]]) -> None:
    bands = calibrate_bands(found, EDGES)
    assert sum(band.right.of for band in bands) == len(found)
    assert sum(band.right.good for band in bands) == sum(right for _, right in found)
    places = [bisect_right(EDGES, band.stated) for band in bands]
    assert places == sorted(places)


def test_a_band_says_what_was_stated_and_what_turned_out() -> None:
    low, high = calibrate_bands([(0.9, True), (0.8, False), (1.0, True), (0.2, False)], EDGES)
    assert (low.stated, low.right) == (0.2, Counted(good=0, of=1))
    assert (high.stated, high.right) == (pytest.approx(0.9), Counted(good=2, of=3))


@pytest.mark.parametrize(("share", "value"), [(0, 1), (0.1, 1), (0.5, 5), (0.51, 6), (0.9, 9), (1, 10)])
def test_a_quantile_is_a_value_that_was_seen(share: float, value: int) -> None:
    assert quantile(range(10, 0, -1), share) == value


def test_of_nothing_there_is_no_quantile() -> None:
    assert quantile([], 0.5) is None
