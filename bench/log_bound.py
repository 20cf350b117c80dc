"""What no test can beat: how often a rise of a Poisson rate can be noticed before it is over."""

from __future__ import annotations

import math
import random

_STEPS_PER_HOUR = 12
_FALSE_EVERY_HOURS = 50 * 24.0
_RUNS = 2_000


def best_recall(per_hour: float, ratio: float, hours: float, series: int) -> float:
    """The share of rises that a CUSUM notices which knows the rate, the ratio, and that nothing else changes.

    It looks every five minutes, and is wrong once in 50 days over all `series`; no test that is wrong as
    seldom is sooner (Moustakides 1986). One that has to learn the rate can only do worse.
    """
    height = _height(per_hour / _STEPS_PER_HOUR, ratio, _FALSE_EVERY_HOURS * _STEPS_PER_HOUR * series)
    dice = random.Random(1)  # noqa: S311 - a simulation
    found = sum(
        _passes(per_hour / _STEPS_PER_HOUR, ratio, height, round(hours * _STEPS_PER_HOUR), dice)
        for _ in range(_RUNS)
    )
    return found / _RUNS


def _passes(mean: float, ratio: float, height: float, steps: int, dice: random.Random) -> bool:
    value = 0.0
    for _ in range(24):
        value = max(0.0, value + _step(mean, ratio, draw(mean, dice)))
    for _ in range(steps):
        value = max(0.0, value + _step(mean, ratio, draw(mean * ratio, dice)))
        if value > height:
            return True
    return False


def _step(mean: float, ratio: float, count: int) -> float:
    return count * math.log(ratio) - mean * (ratio - 1)


def draw(mean: float, dice: random.Random) -> int:
    """A Poisson number."""
    limit, product, count = math.exp(-mean), dice.random(), 0
    while product > limit:
        product *= dice.random()
        count += 1
    return count


def _height(mean: float, ratio: float, steps: float) -> float:
    """The height that is passed once in so many steps where nothing changes, by a Markov chain.

    Heights are cut into cells (Brook and Evans 1972); what is left below after each step gives the rate.
    """
    low, high = 2.0, 20.0
    for _ in range(24):
        middle = (low + high) / 2
        low, high = (middle, high) if _steps_to_pass(mean, ratio, middle) < steps else (low, middle)
    return high


def _steps_to_pass(mean: float, ratio: float, height: float, cells: int = 120) -> float:
    width = height / cells
    chances = [math.exp(-mean) * mean**count / math.factorial(count) for count in range(20)]
    moves: list[list[tuple[int, float]]] = []
    for cell in range(cells):
        targets: dict[int, float] = {}
        for count, chance in enumerate(chances):
            middle = (cell + 0.5 * (cell > 0)) * width
            target = int(max(0.0, middle + _step(mean, ratio, count)) / width)
            if target < cells:
                targets[target] = targets.get(target, 0.0) + chance
        moves.append(list(targets.items()))
    return _solve(moves)


def _solve(moves: list[list[tuple[int, float]]]) -> float:
    """Steps until the height is passed, by the share that is lost at each step once all has settled."""
    size = len(moves)
    share = [1.0] + [0.0] * (size - 1)
    for _ in range(400):
        share = _advance(moves, share)
    total = sum(share)
    later = share
    for _ in range(20):
        later = _advance(moves, later)
    lost = 1 - (sum(later) / total) ** (1 / 20)
    return math.inf if lost <= 0 else 1 / lost


def _advance(moves: list[list[tuple[int, float]]], share: list[float]) -> list[float]:
    later = [0.0] * len(share)
    for cell, there in enumerate(share):
        if there > 0:
            for target, chance in moves[cell]:
                later[target] += there * chance
    return later
