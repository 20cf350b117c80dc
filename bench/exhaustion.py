"""Made-up metrics of three days, a point each five minutes, that cross 100 or stay below it.

The same seed gives the same series. The first ten kinds are the usual ways in which a resource is exhausted,
or looks as if it were; `FURTHER` are harder or rarer ones. Noise is normal, of one of four sizes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from random import Random

LIMIT = 100.0
STEP_SECONDS = 300.0
DAY = 288
COUNT = 3 * DAY
_HIGHEST_HARMLESS = 99.0
_BATCH, _RESTART, _RARE = 0.04, 0.006, 0.01
"""Chances at each point."""


@dataclass(frozen=True, kw_only=True)
class Shape:
    """What the series of one kind differ in."""

    noise: float
    base: float
    rate: float
    start: int
    period: int
    swing: float
    phase: float
    top: float

    def season(self, at: int, *, days: float = 1.0) -> float:
        """-1..1, once in so many days."""
        return math.sin(math.tau * (at + self.phase) / (DAY * days))


@dataclass(frozen=True, kw_only=True)
class Series:
    """One series; `crossing` is where it goes over the limit and stays for two points, which ends it."""

    kind: str
    values: list[float]
    crossing: int | None


Kind = Callable[[Shape, Random], Iterator[float]]


def make_series(kind: str, dice: Random) -> Series:
    """One series of a kind."""
    shape = _draw_shape(dice)
    crosses = kind in CROSSING or kind in FURTHER_CROSSING
    values = []
    for level in KINDS[kind](shape, dice):
        value = level + dice.gauss(0, shape.noise)
        values.append(max(0.0, value if crosses else min(value, _HIGHEST_HARMLESS)))
    pairs = enumerate(pairwise(values[:-1]))
    crossing = next((at for at, pair in pairs if crosses and min(pair) >= LIMIT), None)
    return Series(kind=kind, values=values[: COUNT if crossing is None else crossing + 1], crossing=crossing)


def _draw_shape(dice: Random) -> Shape:
    noise, base = dice.choice([0.2, 0.5, 1.0, 2.0]), dice.uniform(10, 50)
    rate = dice.uniform(LIMIT - base, (LIMIT - base) * 4) / COUNT * dice.uniform(0.9, 3)
    return Shape(
        noise=noise,
        base=base,
        rate=rate,
        start=dice.randrange(60, COUNT // 2),
        period=dice.randrange(24, 200),
        swing=dice.uniform(5, 35),
        phase=dice.uniform(0, DAY),
        top=dice.uniform(80, 96),
    )


# -- what crosses -------------------------------------------------------------------------------


def _linear(shape: Shape, _: Random) -> Iterator[float]:
    for at in range(COUNT):
        yield shape.base + shape.rate * max(0, at - shape.start)


def _accelerating(shape: Shape, _: Random) -> Iterator[float]:
    for at in range(COUNT):
        grown = max(0, at - shape.start) / (COUNT * 0.6 - shape.start * 0.5)
        yield shape.base + (LIMIT - shape.base) * grown**2.2


def _leak_under_season(shape: Shape, _: Random) -> Iterator[float]:
    for at in range(COUNT):
        yield shape.base + shape.swing * 0.4 * shape.season(at) + shape.rate * at


def _step_then_leak(shape: Shape, _: Random) -> Iterator[float]:
    for at in range(COUNT):
        yield shape.base + (0 if at < shape.start else 20 + shape.rate * 1.5 * (at - shape.start))


def _batches(shape: Shape, dice: Random) -> Iterator[float]:
    level = shape.base
    for _ in range(COUNT):
        level += dice.uniform(2, 8) if dice.random() < _BATCH else 0
        yield level


def _logistic(shape: Shape, dice: Random) -> Iterator[float]:
    middle, width, most = dice.uniform(0.3, 0.7) * COUNT, dice.uniform(20, 90), dice.uniform(103, 130)
    for at in range(COUNT):
        yield shape.base + (most - shape.base) / (1 + math.exp((middle - at) / width))


def _exponential(shape: Shape, dice: Random) -> Iterator[float]:
    growth = dice.uniform(3, 8)
    for at in range(COUNT):
        grown = math.expm1(growth * at / (COUNT * 0.85)) / math.expm1(growth)
        yield shape.base + (LIMIT - shape.base) * grown


def _restarts_that_end(shape: Shape, dice: Random) -> Iterator[float]:
    """A leak, restarted now and then, until nobody does."""
    pace, level = dice.uniform(0.15, 0.8), shape.base
    for at in range(COUNT):
        if at < COUNT * 0.6 and level < LIMIT - 5 and dice.random() < _RESTART:
            level = shape.base
        level += pace
        yield level


def _climbing_sawtooth(shape: Shape, dice: Random) -> Iterator[float]:
    pace, gain, level = dice.uniform(0.15, 0.8), dice.uniform(5, 15), shape.base
    peak = shape.base + dice.uniform(15, 30)
    for _ in range(COUNT):
        level += pace
        if peak <= level and peak < LIMIT:
            level = shape.base + (peak - shape.base) * dice.uniform(0.1, 0.4)
            peak += gain
        yield level


def _drifting_walk(shape: Shape, dice: Random) -> Iterator[float]:
    level = shape.base
    for _ in range(COUNT):
        level += dice.gauss(shape.rate * 0.7, 0.6)
        yield level


def _growth_in_bursts(shape: Shape, dice: Random) -> Iterator[float]:
    often, pace, level, left = dice.uniform(0.005, 0.02), dice.uniform(0.2, 1.0), shape.base, 0
    for _ in range(COUNT):
        if left > 0:
            level, left = level + pace, left - 1
        elif dice.random() < often:
            left = dice.randrange(8, 40)
        yield level


def _leak_on_weekdays(shape: Shape, _: Random) -> Iterator[float]:
    """A season whose size differs from day to day."""
    for at in range(COUNT):
        size = 1.0 if (at // DAY) % 3 else 0.4
        yield shape.base + shape.swing * 0.4 * shape.season(at) * size + shape.rate * at


# -- what does not ------------------------------------------------------------------------------


def _season(shape: Shape, _: Random) -> Iterator[float]:
    for at in range(COUNT):
        yield shape.top - shape.swing + shape.swing * shape.season(at)


def _sawtooth(shape: Shape, _: Random) -> Iterator[float]:
    for at in range(COUNT):
        yield shape.base + (shape.top - shape.base) * ((at % shape.period) / shape.period)


def _reverting_walk(shape: Shape, dice: Random) -> Iterator[float]:
    level = shape.base
    for _ in range(COUNT):
        level += dice.gauss(0, 0.8) + 0.01 * (55 - level)
        yield level


def _plateau(shape: Shape, _: Random) -> Iterator[float]:
    for at in range(COUNT):
        yield shape.base if at < shape.start else shape.top


def _spikes(shape: Shape, dice: Random) -> Iterator[float]:
    for _ in range(COUNT):
        yield shape.base + (dice.uniform(20, 95 - shape.base) if dice.random() < _RARE else 0)


def _step_down(shape: Shape, _: Random) -> Iterator[float]:
    for at in range(COUNT):
        yield shape.top if at < shape.start else shape.base


def _asymptote(shape: Shape, dice: Random) -> Iterator[float]:
    memory = dice.uniform(15, 150)
    for at in range(COUNT):
        yield shape.top - (shape.top - shape.base) * math.exp(-max(0.0, at - shape.start * 0.3) / memory)


def _sawtooth_by_chance(shape: Shape, dice: Random) -> Iterator[float]:
    """Each tooth is of another height."""
    pace, level, peak = dice.uniform(0.15, 0.8), shape.base, shape.top
    for _ in range(COUNT):
        level += pace
        if level >= peak:
            level, peak = shape.base, dice.uniform(60, 95)
        yield level


def _step_that_decays(shape: Shape, dice: Random) -> Iterator[float]:
    memory = dice.uniform(15, 150)
    for at in range(COUNT):
        size = 0.0 if at < shape.start else math.exp(-(at - shape.start) / memory)
        yield shape.base + (shape.top - shape.base) * size


def _bounded_walk(shape: Shape, dice: Random) -> Iterator[float]:
    level = shape.base
    for _ in range(COUNT):
        level = min(94.0, level + dice.gauss(0, 1.2) + 0.02 * (70 - level))
        yield level


def _two_seasons(shape: Shape, _: Random) -> Iterator[float]:
    for at in range(COUNT):
        both = 0.75 * shape.season(at) + 0.25 * shape.season(at, days=0.25)
        yield shape.top - shape.swing + shape.swing * both


def _bursts_that_pass(shape: Shape, dice: Random) -> Iterator[float]:
    """A queue that fills up and is worked off again."""
    pace, level, left = 2 * dice.uniform(0.2, 1.0), shape.base, 0
    for _ in range(COUNT):
        if left > 0:
            level, left = min(shape.top, level + pace), left - 1
        else:
            level += (shape.base - level) * 0.05
            left = dice.randrange(8, 40) if dice.random() < _RARE else 0
        yield level


CROSSING: Mapping[str, Kind] = {
    "linear leak": _linear,
    "accelerating leak": _accelerating,
    "leak under a season": _leak_under_season,
    "step, then leak": _step_then_leak,
    "batches": _batches,
}
SILENT: Mapping[str, Kind] = {
    "season near the limit": _season,
    "sawtooth": _sawtooth,
    "reverting walk": _reverting_walk,
    "plateau after a step": _plateau,
    "spikes": _spikes,
}
FURTHER_CROSSING: Mapping[str, Kind] = {
    "logistic growth": _logistic,
    "exponential growth": _exponential,
    "restarts that end": _restarts_that_end,
    "climbing sawtooth": _climbing_sawtooth,
    "drifting walk": _drifting_walk,
    "growth in bursts": _growth_in_bursts,
    "leak on weekdays": _leak_on_weekdays,
}
FURTHER_SILENT: Mapping[str, Kind] = {
    "step down": _step_down,
    "asymptote": _asymptote,
    "sawtooth by chance": _sawtooth_by_chance,
    "step that decays": _step_that_decays,
    "bounded walk": _bounded_walk,
    "two seasons": _two_seasons,
    "bursts that pass": _bursts_that_pass,
}
KINDS: Mapping[str, Kind] = {**CROSSING, **SILENT, **FURTHER_CROSSING, **FURTHER_SILENT}
