from __future__ import annotations

import math
from random import Random

import pytest

from chalicelib.prediction.metrics.tail import EXCEEDING, MEMORY, Tail

DICE = Random(4)  # noqa: S311 - seeded


def learnt(numbers: list[float]) -> Tail:
    tail = Tail.learn(numbers[:40])
    for seen, number in enumerate(numbers[40:], 41):
        tail.weigh(number, min(float(seen), MEMORY))
    return tail


def test_the_threshold_is_what_a_small_share_exceeds() -> None:
    tail = learnt([DICE.gauss(0.0, 1.0) for _ in range(20_000)])

    assert tail.threshold == pytest.approx(1.96, abs=0.15)
    assert tail.rate == pytest.approx(EXCEEDING, rel=0.2)


def test_surprise_is_minus_the_logarithm_of_the_share_as_high() -> None:
    tail = learnt([DICE.expovariate(1.0) for _ in range(20_000)])

    for share in (1e-2, 1e-3, 1e-4):
        number = -math.log(share)
        assert tail.weigh(number, MEMORY) == pytest.approx(-math.log(share), rel=0.15)


def test_nothing_is_surprising_below_the_threshold() -> None:
    assert learnt([DICE.gauss(0.0, 1.0) for _ in range(2_000)]).weigh(1.0, 2_000.0) == 0.0


def test_spikes_that_return_become_less_surprising() -> None:
    tail = learnt([DICE.gauss(0.0, 1.0) for _ in range(4_000)])
    surprises = []
    for number in range(4_000):
        if number % 200 == 0:
            surprises.append(tail.weigh(50.0, 4_000.0))
        else:
            tail.weigh(DICE.gauss(0.0, 1.0), 4_000.0)

    assert surprises[0] > 20.0
    assert surprises[-1] < 0.5 * surprises[0]


def test_a_constant_is_no_surprise_and_what_leaves_it_is() -> None:
    tail = learnt([7.0] * 500)

    assert tail.weigh(7.0, 500.0) == 0.0
    assert tail.weigh(7.1, 500.0) > 5.0


def test_a_tail_is_remade_from_its_state() -> None:
    tail = learnt([DICE.gauss(0.0, 1.0) for _ in range(500)])

    assert Tail(*tail.state()).weigh(4.0, 500.0) == tail.weigh(4.0, 500.0)
