"""Whether a series is smooth: whether its steps are small beside how far it ranges over days."""

from __future__ import annotations

_MEMORY = 4_000.0
_LARGEST = 4.0
"""Times the usual distance: what one record can count for."""
_SOME = 20
_BETWEEN = 0.15
"""The step, as a share of the usual distance from the mean, that is half way between smooth and rough."""
_TINY = 1e-100


class Smoothness:
    """The mean of thousands of records, and the usual distance from it, robust to single records."""

    __slots__ = ("distance", "mean")

    def __init__(self, mean: float = 0.0, distance: float = 0.0) -> None:
        self.mean = mean
        self.distance = distance

    def share(self, step: float) -> float:
        """0 (its steps are as large as its range) to 1 (far smaller), for a series of this usual step."""
        rough = step / (_BETWEEN * self.distance + _TINY)
        squared = min(rough * rough, 1.0 / _TINY)
        return 1.0 / (1.0 + squared * squared)

    def learn(self, value: float, floor: float, seen: int) -> None:
        """Take in a value, cut to a few distances; `floor` is the usual step, `seen` counts from 1."""
        weight = 1.0 / seen if seen < _MEMORY else 1.0 / _MEMORY
        if seen == 1:
            self.mean = value
        departure = value - self.mean
        if seen > _SOME:
            largest = _LARGEST * self.distance + floor
            departure = min(largest, max(-largest, departure))
        self.mean += weight * departure
        self.distance += weight * (abs(departure) - self.distance)

    def state(self) -> list[float]:
        """What `Smoothness` is made of, in order."""
        return [self.mean, self.distance]
