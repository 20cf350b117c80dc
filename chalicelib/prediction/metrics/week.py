"""What is usual at each hour of the week: a level and a spread for each, robust to single records."""

from __future__ import annotations

from math import sqrt

HOURS = 168
_SECONDS = 3600.0
_MEMORY = 80
"""Records of one hour that are remembered."""
_FEW, _SOME = 4, 20
_LARGEST = 4.0
"""Spreads that one record can count for."""
_FIRST_SPREAD = 2.0
_LEAST = 0.3
"""Usual steps: no hour's spread is taken to be smaller."""


class Week:
    """The hours of a week, in UTC. An hour that was never seen says nothing."""

    __slots__ = ("counts", "levels", "squares")

    def __init__(self) -> None:
        self.levels = [0.0] * HOURS
        self.squares = [0.0] * HOURS
        self.counts = [0] * HOURS

    def weigh(self, at: float, value: float, floor: float) -> float:
        """How many spreads the value is above (or below) what is usual at this hour; then learn it.

        `floor` is the usual step between records.
        """
        hour = int(at // _SECONDS) % HOURS
        count, square = self.counts[hour], self.squares[hour]
        if not count:
            self.levels[hour], square = value, (_FIRST_SPREAD * floor) ** 2
        departure = value - self.levels[hour]
        spread = sqrt(square)
        found = departure / (spread + _LEAST * floor) if count >= _FEW else 0.0
        if count < _MEMORY:
            count = self.counts[hour] = count + 1
        if count > _SOME:
            largest = _LARGEST * spread + floor
            departure = min(largest, max(-largest, departure))
        self.levels[hour] += departure / count
        self.squares[hour] = square + (departure * departure - square) / (count + 1)
        return found
