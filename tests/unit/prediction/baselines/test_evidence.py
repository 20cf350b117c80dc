"""Evidence grows with what speaks for a change, falls with what does not, and is rarely high by chance."""

from __future__ import annotations

import math
import random

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.prediction.baselines.evidence import Tail, add_count

positive = st.floats(1e-6, 1e5)


@given(height=st.floats(0, 100), count=st.floats(0, 1e6), expected=positive, spread=st.floats(0.25, 1e4))
def test_more_lines_are_never_less_evidence(
    height: float, count: float, expected: float, spread: float
) -> None:
    heights = [add_count(height, many, expected, spread=spread, ratio=3) for many in (0, count, count + 1)]

    assert heights == sorted(heights)
    assert all(math.isfinite(one) and one >= 0 for one in heights)
    assert heights[0] <= height


def test_a_burst_weighs_less_where_bursts_are_usual() -> None:
    plain, bursty = (add_count(0, 20, 1, spread=spread, ratio=3) for spread in (1.0, 20.0))

    assert plain > 10 * bursty


def test_chance_passes_a_height_more_seldom_than_the_bound_says() -> None:
    dice = random.Random(3)  # noqa: S311 - an example
    height, passed, steps = 0.0, 0, 40_000
    for _ in range(steps):
        count = sum(dice.random() < 0.08 for _ in range(10))
        height = add_count(height, count, 0.8, spread=1.0, ratio=3)
        if height > 5:
            passed, height = passed + 1, 0.0

    assert 0 < passed < steps * math.exp(-5)


def test_a_series_that_climbs_by_itself_gets_a_larger_scale() -> None:
    calm, restless = Tail(), Tail()
    for _ in range(50):
        for tail, peak in ((calm, 2.5), (restless, 9.0)):
            tail.watch(peak)
            tail.watch(0.0)

    assert calm.scale() == 1
    assert restless.scale() > 4
