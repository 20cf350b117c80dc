"""One-minute series as production makes them, with anomalies at known places, from a seed.

Seven kinds: a smooth daily course, a noisy one, counts, latencies with a heavy tail, a success ratio at its
ceiling, a batch job that runs each night, and a level that drifts. Weekends are quieter, some days fuller,
half a percent of the minutes are missing, and a few hours. Into them come spikes and dips of one to six
minutes, shifts of level, bursts and flat lines, sized by the noise around them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import NamedTuple

DAY = 1_440
_HOUR = 60
_START = 1_767_225_600.0
_QUIET_DAYS = 2
"""Without anomalies, at the beginning."""


@dataclass(frozen=True)
class Kpi:
    """A series without its missing minutes: epoch seconds, values, and whether each is anomalous."""

    name: str
    at: list[float]
    values: list[float]
    anomalous: list[bool]


class Course(NamedTuple):
    """For each minute, the values and what one deviation is there."""

    values: list[float]
    deviations: list[float]


def make_kpi(kind: str, seed: int, days: int, *, anomalies: bool = True) -> Kpi:
    """A series of a kind in `KINDS`; the same for the same arguments."""
    dice = Random(f"{kind} {seed}")  # noqa: S311 - seeded
    course = KINDS[kind](dice, days * DAY)
    anomalous = [False] * (days * DAY)
    if anomalies:
        for begin, end in _choose_places(dice, days):
            _INJECTED[dice.choice(_SUITED.get(kind, tuple(_INJECTED)))](dice, course, begin, end, kind)
            anomalous[begin:end] = [True] * (end - begin)
    kept = _keep(dice, days * DAY)
    return Kpi(
        f"{kind} {seed}",
        [_START + 60.0 * minute for minute in kept],
        [_shape(kind, course.values[minute]) for minute in kept],
        [anomalous[minute] for minute in kept],
    )


def count_events(kpi: Kpi, alarms: Sequence[bool], *, late: int = 3, gap: int = 5) -> tuple[int, int, int]:
    """Anomalies found, false episodes, and all anomalies.

    One is found by any alarm in it or up to `late` rows after its start; alarms outside of all that are not
    more than `gap` rows apart are one false episode, and one more for each hour that it goes on: who cries
    wolf all day is not right in between.
    """
    found = total = 0
    excused = [False] * len(alarms)
    for begin, end in _segments(kpi.anomalous):
        total += 1
        found += any(alarms[begin : max(end, begin + late)])
        excused[begin : end + late] = [True] * len(excused[begin : end + late])
    false, last, counted = 0, -math.inf, -math.inf
    for row, alarm in enumerate(alarms):
        if alarm and not excused[row]:
            if row - last > gap or row - counted >= _HOUR:
                false, counted = false + 1, row
            last = row
    return found, false, total


def event_f1(counts: Sequence[tuple[int, int, int]]) -> float:
    """Of the sums of `count_events`."""
    found, false, total = (sum(column) for column in zip(*counts, strict=True))
    return 2 * found / (total + found + false) if total + found + false else 0.0


def _segments(flags: Sequence[bool]) -> list[tuple[int, int]]:
    edges = [row for row in range(1, len(flags)) if flags[row] != flags[row - 1]]
    edges = ([0] if flags[0] else []) + edges + ([len(flags)] if flags[-1] else [])
    return list(zip(edges[::2], edges[1::2], strict=True))


# -- kinds ----------------------------------------------------------------------------------------


def _day(dice: Random) -> Callable[[int], float]:
    """A daily course of four harmonics, 0 to 1, quieter at weekends."""
    parts = [(n, dice.uniform(0.3, 1.0) / n, dice.uniform(0, 2 * math.pi)) for n in (1, 2, 3, 4)]
    minutes = [
        sum(size * math.sin(2 * math.pi * n * t / DAY + turn) for n, size, turn in parts) for t in range(DAY)
    ]
    low, high = min(minutes), max(minutes)
    weekend = dice.uniform(0.5, 0.9)
    return lambda t: (minutes[t % DAY] - low) / (high - low) * (weekend if t // DAY % 7 >= 5 else 1.0)  # noqa: PLR2004


def _wander(dice: Random, length: int, kept: float, deviation: float) -> list[float]:
    """An autoregressive process of this standard deviation."""
    value, values = 0.0, []
    for _ in range(length):
        value = kept * value + dice.gauss(0.0, deviation * math.sqrt(1.0 - kept * kept))
        values.append(value)
    return values


def _smooth(dice: Random, length: int) -> Course:
    day, fuller, near = _day(dice), _wander(dice, length, 0.9995, 0.05), _wander(dice, length, 0.9, 1.0)
    levels = [1_000.0 * (0.3 + day(t)) * (1.0 + fuller[t]) for t in range(length)]
    values = [
        level * (1.0 + 0.02 * (0.6 * dice.gauss(0, 1) + 0.8 * near[t])) for t, level in enumerate(levels)
    ]
    return Course(values, [0.02 * level for level in levels])


def _noisy(dice: Random, length: int) -> Course:
    day = _day(dice)
    return Course([100.0 + 50.0 * day(t) + dice.gauss(0.0, 15.0) for t in range(length)], [15.0] * length)


def _counts(dice: Random, length: int) -> Course:
    day = _day(dice)
    levels = [0.6 + 6.0 * day(t) for t in range(length)]
    return Course([_poisson(dice, level) for level in levels], [math.sqrt(level) + 0.5 for level in levels])


def _latency(dice: Random, length: int) -> Course:
    day, fuller = _day(dice), _wander(dice, length, 0.9995, 0.05)
    levels = [50.0 * (1.0 + 0.3 * day(t)) * (1.0 + fuller[t]) for t in range(length)]
    slow = [1.0 + dice.expovariate(1.0) if dice.random() < 0.003 else 1.0 for _ in range(length)]  # noqa: PLR2004
    values = [level * math.exp(dice.gauss(0.0, 0.25)) * slow[t] for t, level in enumerate(levels)]
    return Course(values, [0.3 * level for level in levels])


def _ratio(dice: Random, length: int) -> Course:
    return Course([min(100.0, 99.9 - 0.1 * dice.expovariate(1.0)) for _ in range(length)], [0.15] * length)


def _batch(dice: Random, length: int) -> Course:
    values, deviations = [dice.gauss(5.0, 0.5) for _ in range(length)], [0.8] * length
    starts = dice.randrange(1_200)
    for midnight in range(0, length - DAY + 1, DAY):
        begin, load = midnight + starts + dice.randrange(3), dice.uniform(30.0, 40.0)
        for minute in range(begin, begin + dice.randrange(8, 14)):
            values[minute] += load
            deviations[minute] = 3.0
    return Course(values, deviations)


def _drift(dice: Random, length: int) -> Course:
    day, near, level = _day(dice), _wander(dice, length, 0.5, 1.0), 50.0
    values = []
    for t in range(length):
        level += dice.gauss(0.0, 0.03) + (dice.gauss(0.0, 2.0) if dice.random() < 1 / (7 * DAY) else 0.0)
        values.append(level + 2.0 * day(t) + near[t])
    return Course(values, [1.0] * length)


KINDS: dict[str, Callable[[Random, int], Course]] = {
    "smooth": _smooth,
    "noisy": _noisy,
    "counts": _counts,
    "latency": _latency,
    "ratio": _ratio,
    "batch": _batch,
    "drift": _drift,
}


def _poisson(dice: Random, mean: float) -> float:
    """Knuth's way, for small means."""
    limit, product, count = math.exp(-mean), dice.random(), 0
    while product > limit:
        product *= dice.random()
        count += 1
    return float(count)


def _shape(kind: str, value: float) -> float:
    if kind in {"counts", "latency", "smooth"}:
        value = max(0.0, value)
    return float(round(value)) if kind == "counts" else value


def _keep(dice: Random, length: int) -> list[int]:
    missing: set[int] = set()
    for _ in range(4):
        begin = dice.randrange(length)
        missing.update(range(begin, begin + dice.randrange(5, 200)))
    return [t for t in range(length) if t not in missing and dice.random() > 0.005]  # noqa: PLR2004


# -- anomalies ------------------------------------------------------------------------------------


def _choose_places(dice: Random, days: int) -> list[tuple[int, int]]:
    """Where anomalies begin, and where they may end, far from each other."""
    places: list[tuple[int, int]] = []
    for _ in range(int(days * dice.uniform(0.4, 2.0))):
        begin = dice.randrange(_QUIET_DAYS * DAY, days * DAY - 200)
        length = dice.choice((1, 2, 3, 4, 5, 6, 1, 2, 3, 4, dice.randrange(8, 30), dice.randrange(30, 120)))
        if all(abs(begin - other) > 300 for other, _ in places):  # noqa: PLR2004
            places.append((begin, begin + length))
    return places


def _push(dice: Random, course: Course, begin: int, end: int, kind: str) -> None:
    """Up or down, large where it is short."""
    size = dice.uniform(5.0, 16.0) * (1.0 if end - begin <= 6 else 0.6)  # noqa: PLR2004
    side = -1.0 if kind == "ratio" or dice.random() < 0.5 else 1.0  # noqa: PLR2004
    for t in range(begin, end):
        course.values[t] += side * size * course.deviations[t] * dice.uniform(0.8, 1.2)


def _shake(dice: Random, course: Course, begin: int, end: int, _kind: str) -> None:
    size = dice.uniform(3.0, 8.0)
    for t in range(begin, end):
        course.values[t] += size * course.deviations[t] * dice.gauss(0.0, 1.0)


def _freeze(_dice: Random, course: Course, begin: int, end: int, _kind: str) -> None:
    """A sensor that jumps and then repeats itself."""
    course.values[begin:end] = [course.values[begin - 1] + 8.0 * course.deviations[begin]] * (end - begin)


_INJECTED: dict[str, Callable[[Random, Course, int, int, str], None]] = {
    "push": _push,
    "push again": _push,
    "push most": _push,
    "shake": _shake,
    "freeze": _freeze,
}
_SUITED = {"counts": ("push",), "ratio": ("push",)}
