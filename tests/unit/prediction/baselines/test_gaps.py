"""A pause is judged by the pauses that a series usually makes."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.prediction.baselines.gaps import Gaps


def learnt(*lengths: float) -> Gaps:
    gaps = Gaps()
    for length in lengths:
        gaps.learn(length)
    return gaps


def test_a_heartbeat_is_missed_soon_and_a_burst_is_not() -> None:
    heartbeat = learnt(*[3.0] * 200)
    bursts = learnt(*([1.0] * 20 + [40.0]) * 10)

    assert heartbeat.log_chance(12) < -10
    assert bursts.log_chance(12) > -1
    assert heartbeat.regular()
    assert not bursts.regular()


def test_what_comes_by_chance_has_the_tail_of_chance() -> None:
    dice = random.Random(5)  # noqa: S311 - an example
    gaps = learnt(*[dice.expovariate(0.1) for _ in range(2000)])

    assert gaps.mean() == pytest.approx(10, rel=0.2)
    assert gaps.log_chance(110) == pytest.approx(-10, rel=0.3)


def test_an_outage_does_not_teach_that_outages_are_usual() -> None:
    gaps = learnt(*[3.0] * 300)
    before = gaps.mean()

    gaps.learn(1000.0)

    assert gaps.mean() < 1.1 * before


def test_a_few_gaps_are_not_enough_to_judge_by() -> None:
    assert not learnt(*[3.0] * 19).known()
    assert not learnt(*[1.0] * 100).known()
    assert learnt(*[3.0] * 130).known()


@given(lengths=st.lists(st.floats(0, 1e5), max_size=50), away=st.floats(0, 1e6))
def test_a_chance_is_a_chance(lengths: list[float], away: float) -> None:
    gaps = learnt(*lengths)

    assert gaps.log_chance(away + 1) <= gaps.log_chance(away) <= 0
