from __future__ import annotations

from itertools import pairwise
from math import pi, sin

import pytest

from chalicelib.prediction.metrics.smoothness import Smoothness

DAY = 1_440


def learnt(values: list[float], step: float) -> Smoothness:
    smoothness = Smoothness()
    for seen, value in enumerate(values, 1):
        smoothness.learn(value, step, seen)
    return smoothness


def course(days: int) -> list[float]:
    return [1_000.0 + 500.0 * sin(2.0 * pi * minute / DAY) for minute in range(days * DAY)]


def test_a_daily_course_of_small_steps_is_smooth() -> None:
    assert learnt(course(4), 5.0).share(5.0) > 0.99


def test_steps_as_large_as_the_range_are_rough() -> None:
    assert learnt(course(4), 5.0).share(300.0) < 0.01


def test_smooth_and_rough_are_continuous() -> None:
    smoothness = learnt(course(4), 5.0)

    shares = [smoothness.share(float(step)) for step in range(1, 300)]

    assert shares == sorted(shares, reverse=True)
    assert max(one - other for one, other in pairwise(shares)) < 0.05


def test_unit_and_offset_do_not_matter() -> None:
    moved = learnt([8.0 * value - 300.0 for value in course(2)], 40.0)

    assert moved.share(400.0) == pytest.approx(learnt(course(2), 5.0).share(50.0), rel=1e-6)


def test_one_huge_value_makes_nothing_smooth() -> None:
    values = course(4)
    smoothness = learnt([*values[:-1], 1e60], 5.0)

    assert smoothness.share(100.0) == pytest.approx(learnt(values, 5.0).share(100.0), abs=0.01)


def test_a_constant_series_is_smooth_only_without_steps() -> None:
    smoothness = learnt([0.0] * 100, 1e-100)

    assert smoothness.share(0.0) == 1.0
    assert smoothness.share(1.0) < 1e-9


def test_a_state_is_all_that_is_known() -> None:
    smoothness = learnt(course(1), 5.0)

    assert Smoothness(*smoothness.state()).state() == smoothness.state()
    assert smoothness.state() != Smoothness().state()
