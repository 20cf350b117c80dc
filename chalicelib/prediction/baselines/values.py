"""Numbers inside a template: latency, size, queue length; what they usually are, on a logarithmic scale.

A slot gives one mean; how far means lie apart (between) is learnt beside how far single values do
(within), so that numbers that wander by themselves are not held to be steady. A number that only ever
grows is a counter or an id, and no measurement.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from chalicelib.prediction.baselines.evidence import Tail

SAMPLED = 16
"""Lines per template and slot whose numbers are read."""

_NUMBER = re.compile(r"[\[(\"'=]*([+-]?\d{1,12}(?:\.\d{1,12})?)\s?(%|[a-zA-Zµ]{1,5})?[\])\"',;.]*")
_UNITS = {
    "": 1.0, "%": 1.0, "ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "sec": 1.0, "secs": 1.0,
    "m": 60.0, "min": 60.0, "mins": 60.0, "h": 3600.0,
    "b": 1.0, "bytes": 1.0, "kb": 1e3, "mb": 1e6, "gb": 1e9, "tb": 1e12,
    "k": 1e3, "kib": 2.0**10, "mib": 2.0**20, "gib": 2.0**30, "tib": 2.0**40,
}  # fmt: skip
_JOINS_TIMES = frozenset({":", "-"})
_SMALLEST = 1e-6
_KEPT = 0.5 ** (1 / 600)
_FEWEST_SLOTS = 48.0
_WITHIN_PRIOR, _BETWEEN_PRIOR = 0.05, 0.01
_OUTLYING = 4.0
_TREND_RATE = 0.05
_COUNTER = 0.3
_SMALLEST_SHIFT = math.log(1.5)
_MOST_PER_SLOT = 4.0
"""Nats: no single slot is enough for an alarm, however far its numbers are off."""


def read_number(text: str) -> float | None:
    """The number that a wildcard stands for, in seconds or bytes where it has such a unit; else None."""
    match = _NUMBER.fullmatch(text)
    if match is None:
        return None
    unit = _UNITS.get((match[2] or "").lower())
    return None if unit is None else float(match[1]) * unit


def places_of_clocks(template: str) -> frozenset[int]:
    """The wildcards that are parts of a time or a date, such as ``<*>:<*>:<*>``: no measurements either."""
    between = template.split("<*>")[1:-1]
    joined = [place for place, text in enumerate(between) if text in _JOINS_TIMES]
    return frozenset([*joined, *(place + 1 for place in joined)])


class Numbers:
    """Where one wildcard's numbers lie: mean of logarithms, variance within and between slots."""

    FIELDS = ("slots", "mean", "within", "between", "rising", "previous", "up", "down")
    __slots__ = (*FIELDS, "tail")

    def __init__(self) -> None:
        self.slots = self.mean = self.previous = self.up = self.down = 0.0
        self.within, self.between = _WITHIN_PRIOR, _BETWEEN_PRIOR
        self.rising = 0.5
        self.tail = Tail()

    def known(self) -> bool:
        """Whether it was seen often enough to be judged, and is a measurement."""
        return self.slots >= _FEWEST_SLOTS and abs(self.rising - 0.5) < _COUNTER

    def usual(self) -> float:
        """The number that is usual (a geometric mean)."""
        return math.exp(self.mean)

    def summarise(self, values: Sequence[float]) -> tuple[float, float]:
        """The mean of a slot's logarithms, outlying ones pulled in, and the deviation it should have."""
        reach = _OUTLYING * math.sqrt(self.within + self.between) + 2 * _SMALLEST_SHIFT
        bounded = [self._bounded(value, reach) for value in values]
        return sum(bounded) / len(bounded), math.sqrt(self.between + self.within / len(bounded))

    def shift(self) -> float:
        """The shift that is tested for: by half as much again, or more where numbers scatter."""
        return max(_SMALLEST_SHIFT, 0.7 * math.sqrt(self.within + self.between))

    def weigh(self, values: Sequence[float], *, limit: float) -> None:
        """Let a slot's numbers speak for a shift upwards or downwards, up to `limit` nats."""
        mean, deviation = self.summarise(values)
        shift = self.shift()
        for name, distance in (("up", mean - self.mean), ("down", self.mean - mean)):
            step = shift * (distance - shift / 2) / (deviation * deviation)
            height = getattr(self, name) + max(-_MOST_PER_SLOT, min(_MOST_PER_SLOT, step))
            setattr(self, name, min(limit, max(0.0, height)))

    def learn(self, values: Sequence[float]) -> None:
        """Take in a slot's numbers."""
        if not self.slots:
            self.mean = self.previous = sum(map(_log, values)) / len(values)
        mean, _ = self.summarise(values)
        rate = max(1 - _KEPT, 1 / (self.slots + 2))
        moved = mean - self.mean
        if len(values) > 1:
            spread = sum((_log(value) - mean) ** 2 for value in values) / (len(values) - 1)
            self.within += rate * (min(spread, 9 * (self.within + self.between) + 1) - self.within)
        else:
            self.within += rate / 2 * (moved * moved - self.within)
        self.between += rate * (max(0.0, moved * moved - self.within / len(values)) - self.between)
        self.between = max(self.between, 1e-4)
        self.within = max(self.within, 1e-4)
        self.mean += rate * moved
        self._follow(mean)
        self.slots += 1

    def _bounded(self, value: float, reach: float) -> float:
        if not self.slots:
            return _log(value)
        return min(self.mean + reach, max(self.mean - reach, _log(value)))

    def _follow(self, mean: float) -> None:
        if mean != self.previous:
            self.rising += _TREND_RATE * ((mean > self.previous) - self.rising)
        self.previous = mean


def _log(value: float) -> float:
    return math.log(max(_SMALLEST, value))
