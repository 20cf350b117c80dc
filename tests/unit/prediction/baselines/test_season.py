"""Days and weeks show as soon as they were seen, and not before."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.prediction.baselines.season import SLOTS_PER_DAY, SLOTS_PER_WEEK, Clock, Season

NOON, MIDNIGHT = SLOTS_PER_DAY // 2, 0


def lines_at(slot: int) -> float:
    """Twenty at night, a hundred by day; a fifth of it on the sixth and seventh day."""
    by_day = 100.0 if SLOTS_PER_DAY // 3 <= slot % SLOTS_PER_DAY < 2 * SLOTS_PER_DAY // 3 else 20.0
    return by_day / 5 if slot // SLOTS_PER_DAY % 7 >= 5 else by_day


def learnt(slots: int) -> Season:
    season = Season()
    for slot in range(slots):
        season.learn(slot, lines_at(slot), 1.0)
    return season


def test_nothing_is_known_at_first() -> None:
    assert Season().factor(NOON) == 1


def test_a_day_shows_after_the_first() -> None:
    season = learnt(SLOTS_PER_DAY)

    assert season.factor(NOON) / season.factor(MIDNIGHT) == pytest.approx(5, rel=0.45)


def test_a_weekend_shows_after_the_first_and_is_sure_after_some() -> None:
    def weekend(weeks: int) -> float:
        season = learnt(weeks * SLOTS_PER_WEEK)
        start = weeks * SLOTS_PER_WEEK
        return season.factor(start + 5 * SLOTS_PER_DAY + NOON) / season.factor(
            start + 2 * SLOTS_PER_DAY + NOON
        )

    assert 0.2 < weekend(1) < 0.8
    assert weekend(4) == pytest.approx(0.2, rel=0.5)


@given(counts=st.lists(st.floats(0, 1e9), max_size=60), slot=st.integers(0, 10**7))
def test_a_factor_is_always_a_sane_number(counts: list[float], slot: int) -> None:
    season = Season()
    for number, count in enumerate(counts):
        season.learn(slot + 7 * number, count, 1.0)

    assert 0.02 <= season.factor(slot) <= 50


def test_time_that_was_not_taught_passes_and_teaches_nothing() -> None:
    clock = Clock()
    clock.advance(1.0, 2.0, teach=True)

    clock.advance(1.0, 2.0, teach=False)

    assert (clock.taught, clock.passed, clock.passed_seasonal) == (1, 2, 4)
    assert (clock.flat, clock.seasonal) == (1, 2)
