"""A rate is learnt with its spread and its season, whether a series is looked at in every slot or seldom."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from chalicelib.prediction.baselines.rate import Series
from chalicelib.prediction.baselines.season import SLOTS_PER_DAY, Clock


def follow(counts: Callable[[int], float], days: int, *, lazily: bool = False) -> tuple[Series, Clock]:
    """A series that is told of its counts, or, lazily, only of those that are not zero."""
    clock = Clock()
    series = Series(clock, 0, 0)
    for slot in range(days * SLOTS_PER_DAY):
        count = counts(slot)
        if count or not lazily:
            series.learn(slot, count, clock, 1.0, 1.0)
            if count:
                series.note(slot, count, clock, 1.0, 1.0)
            series.catch_up(clock, 1.0, 1.0)
        clock.advance(1.0, 1.0, teach=True)
    return series, clock


def by_chance(mean: float) -> Callable[[int], float]:
    dice = random.Random(7)  # noqa: S311 - an example
    return lambda _: float(sum(dice.random() < mean / 10 for _ in range(10)))


def in_bursts(slot: int) -> float:
    return 20.0 if slot % 50 == 0 else 0.0


@pytest.mark.parametrize("lazily", [False, True])
def test_a_rate_is_learnt(lazily: bool) -> None:
    series, clock = follow(by_chance(0.8), 3, lazily=lazily)

    assert series.expect(clock, 12, 12) == pytest.approx(9.6, rel=0.1)
    assert series.expect(clock, 12, 12, cautious=True) > series.expect(clock, 12, 12)


@pytest.mark.parametrize("lazily", [False, True])
def test_bursts_have_a_large_spread_and_what_is_regular_a_small_one(lazily: bool) -> None:
    bursts, _ = follow(in_bursts, 4, lazily=lazily)
    regular, _ = follow(lambda _: 1.0, 4, lazily=lazily)

    assert bursts.spread() == pytest.approx(20, rel=0.25)
    assert regular.spread() == pytest.approx(0.25, abs=0.01)


def test_one_flood_barely_moves_the_rate() -> None:
    counts = by_chance(0.8)
    quiet, clock = follow(by_chance(0.8), 3)
    flooded, _ = follow(lambda slot: counts(slot) + 1000 * (slot == 800), 3)

    assert flooded.expect(clock, 1, 1) == pytest.approx(quiet.expect(clock, 1, 1), rel=0.05)


def test_a_rate_that_changes_is_followed() -> None:
    series, clock = follow(lambda slot: 1.0 if slot < 3 * SLOTS_PER_DAY else 2.0, 12)

    assert series.expect(clock, 1, 1) == pytest.approx(2, rel=0.15)


def test_a_series_finds_out_whether_it_has_the_group_s_season() -> None:
    clock = Clock()
    busy, steady = Series(clock, 0, 0), Series(clock, 0, 0)
    for slot in range(4 * SLOTS_PER_DAY):
        factor = 1.8 if slot % SLOTS_PER_DAY < SLOTS_PER_DAY // 2 else 0.2
        for series, count in ((busy, 5 * factor), (steady, 5.0)):
            series.learn(slot, count, clock, 1.0, factor)
            series.catch_up(clock, 1.0, factor)
        clock.advance(1.0, factor, teach=True)

    assert busy.expect(clock, 1, 1.8) / busy.expect(clock, 1, 0.2) > 6
    assert steady.expect(clock, 1, 1.8) / steady.expect(clock, 1, 0.2) < 1.2


def test_slots_that_are_withheld_change_nothing() -> None:
    series, clock = follow(by_chance(0.8), 3)
    before = series.expect(clock, 1, 1)

    for _ in range(100):
        series.withhold(clock, 1.0, 1.0)
        clock.advance(1.0, 1.0, teach=True)

    assert series.expect(clock, 1, 1) == pytest.approx(before, rel=0.01)
