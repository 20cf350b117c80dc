"""What share of a log's lines are errors or warnings: the level mix, remembered for days."""

from __future__ import annotations

import math
from array import array

from chalicelib.prediction.baselines.evidence import Tail
from chalicelib.prediction.baselines.season import SLOTS_PER_DAY, SLOTS_PER_HOUR

_KEPT = 0.5 ** (1 / SLOTS_PER_DAY / 4)
"""Half after four days, so that a share that creeps up is still held against what it was."""
_KEPT_PER_HOUR = 0.5 ** (1 / SLOTS_PER_HOUR / 7)
HOURS = 24
_DAY_PRIOR = 12.0
_SPREAD_PRIOR, _PRIOR_EVENTS = 2.0, 10.0
_PRIOR_LINES = 1000.0
"""Lines beforehand, one of which is of the level: so that a first error is no shift."""


class Share:
    """The lines of one level among all lines: mean and spread of their number, given all."""

    FIELDS = ("of_level", "lines", "squares", "counts", "low", "high", "slots")
    __slots__ = (*FIELDS, "day", "tail")

    def __init__(self) -> None:
        self.of_level = self.lines = self.squares = self.counts = 0.0
        self.low = self.high = self.slots = 0.0
        self.day = array("f", bytes(4 * 2 * HOURS))
        self.tail = Tail()

    def expect(self, slot: int, lines: float, *, cautious: bool = False) -> float:
        """Lines of the level among so many; `cautious`: as many as well may be usual."""
        known = self.of_level + 1
        if cautious:
            known += math.sqrt(known * self.spread())
        hour, prior = slot // SLOTS_PER_HOUR % HOURS, _DAY_PRIOR * self.spread()
        daily = (self.day[hour] + prior) / (self.day[hour + HOURS] + prior)
        return lines * daily * known / (self.lines + _PRIOR_LINES)

    def spread(self) -> float:
        """Variance over mean, given the number of all lines."""
        return max(1.0, (self.squares + _SPREAD_PRIOR * _PRIOR_EVENTS) / (self.counts + _PRIOR_EVENTS))

    def learn(self, slot: int, count: float, lines: float) -> None:
        """Take in a slot; what is unusually much counts up to a bound only."""
        expected = self.expect(slot, lines)
        plain = lines * (self.of_level + 1) / (self.lines + _PRIOR_LINES)
        bounded = min(count, expected + 4 * math.sqrt(expected * self.spread()) + 3)
        self.squares = self.squares * _KEPT + (bounded - expected) ** 2
        self.counts = self.counts * _KEPT + bounded
        hour = slot // SLOTS_PER_HOUR % HOURS
        self.day[hour] = self.day[hour] * _KEPT_PER_HOUR + bounded
        self.day[hour + HOURS] = self.day[hour + HOURS] * _KEPT_PER_HOUR + plain
        self.of_level = self.of_level * _KEPT + bounded
        self.lines = self.lines * _KEPT + lines
        self.slots += 1
