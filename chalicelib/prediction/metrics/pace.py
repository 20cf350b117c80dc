"""How far a series moves from one record to the next: always, lately, and at this time of day."""

from __future__ import annotations

from math import sqrt

HALF_HOURS = 48
_SECONDS = 1800.0
_MEMORY = 4_000.0
_LATELY = 0.04
_OF_DAY_MEMORY = 60.0
"""Records of one half hour of the day."""
_LARGEST_STEP = 10.0
_LARGEST = 4.0
"""Times the usual step: what one record can count for."""
_LEAST = 0.2
"""Of the usual step: no time is taken to be calmer than this."""
_FEW, _SOME = 4, 20
_RELATIVE, _TINY = 1e-9, 1e-100


class Pace:
    """Sizes of steps, robust to single ones: `usual` is a mean, the others are mean squares."""

    __slots__ = ("counts", "lately", "of_day", "usual")

    def __init__(self) -> None:
        self.usual = 0.0
        self.lately = 0.0
        self.of_day = [0.0] * HALF_HOURS
        self.counts = [0] * HALF_HOURS

    def floor(self, level: float) -> float:
        """The usual step, above 0 however constant a series at this level is."""
        return self.usual + _RELATIVE * abs(level) + _TINY

    def expect(self, at: float, floor: float) -> float:
        """The step that is to be expected now: the larger of what is usual lately and at this time of day."""
        slot = int(at // _SECONDS) % HALF_HOURS
        lately = sqrt(self.lately)
        if self.counts[slot] >= _FEW:
            of_day = sqrt(self.of_day[slot])
            if of_day > lately:
                return of_day + _LEAST * floor
        elif lately < floor:
            return floor
        return lately + _LEAST * floor

    def learn(self, at: float, step: float, floor: float, seen: int) -> None:
        """Take in a step, cut to a few times what was expected; `seen` counts records from 1."""
        size = abs(step)
        weight = 1.0 / seen if seen < _MEMORY else 1.0 / _MEMORY
        largest = _LARGEST_STEP * floor
        self.usual += weight * ((largest if size > largest and seen > _SOME else size) - self.usual)
        largest = _LARGEST * (sqrt(self.lately) + _LEAST * floor)
        size_now = largest if size > largest and seen > _SOME else size
        weight = 1.0 / seen if seen * _LATELY < 1.0 else _LATELY
        self.lately += weight * (size_now * size_now - self.lately)
        self._learn_time_of_day(int(at // _SECONDS) % HALF_HOURS, size, floor)

    def _learn_time_of_day(self, slot: int, size: float, floor: float) -> None:
        count = self.counts[slot]
        known = self.of_day[slot]
        if count < _OF_DAY_MEMORY:
            count = self.counts[slot] = count + 1
        if count > _SOME:
            largest = _LARGEST * (sqrt(known) + _LEAST * floor)
            size = min(size, largest)
        self.of_day[slot] = known + (size * size - known) / count
