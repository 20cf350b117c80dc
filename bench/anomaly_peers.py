"""Simple detectors of unusual values, to compare with: each is `score(at_seconds, value)`, from 0 to 1."""

from __future__ import annotations

import math
from collections import deque

_FEW = 30


class WindowedGaussian:
    """NAB's own baseline: the normal probability within the last 6,400 values, renewed every 100."""

    def __init__(self, window: int = 6_400, step: int = 100) -> None:
        self._window: deque[float] = deque()
        self._new: list[float] = []
        self._size, self._step = window, step
        self._mean, self._deviation = 0.0, 1.0

    def score(self, _at: float, value: float) -> float:
        """One minus the probability of a value as far on this side."""
        score = 0.0
        if self._window:
            distance = abs(value - self._mean) / self._deviation
            score = 1.0 - 0.5 * math.erfc(distance / math.sqrt(2.0))
        self._learn(value)
        return score

    def _learn(self, value: float) -> None:
        self._new.append(value)
        if len(self._window) >= self._size and len(self._new) < self._step:
            return
        self._window.extend(self._new)
        self._new = []
        while len(self._window) > self._size:
            self._window.popleft()
        count = len(self._window)
        self._mean = sum(self._window) / count
        self._deviation = math.sqrt(sum((one - self._mean) ** 2 for one in self._window) / count) or 1e-6


class EwmaOfDifference:
    """The step from the last value, in deviations of the steps of late: a hard one to beat on minutes."""

    def __init__(self, weight: float = 0.05) -> None:
        self._weight = weight
        self._seen = 0
        self._last = self._mean = self._variance = 0.0

    def score(self, _at: float, value: float) -> float:
        """The number of deviations, mapped to 0..1."""
        self._seen += 1
        if self._seen == 1:
            self._last = value
        departure = value - self._last - self._mean
        self._last = value
        deviations = abs(departure) / math.sqrt(self._variance) if self._variance > 0.0 else 0.0
        weight = max(self._weight, 1.0 / self._seen)
        self._mean += weight * departure
        self._variance += weight * (departure * departure - self._variance)
        return deviations / (1.0 + deviations) if self._seen > _FEW else 0.0


class ThreeSigma:
    """The distance from the mean of everything so far, in standard deviations: 0.5 is three of them."""

    def __init__(self) -> None:
        self._seen = 0
        self._mean = self._squares = 0.0

    def score(self, _at: float, value: float) -> float:
        """The number of deviations, mapped to 0..1."""
        deviation = math.sqrt(self._squares / self._seen) if self._seen > _FEW else math.inf
        distance = abs(value - self._mean) / (3.0 * deviation) if deviation > 0.0 else 0.0
        self._seen += 1
        departure = value - self._mean
        self._mean += departure / self._seen
        self._squares += departure * (value - self._mean)
        return distance / (1.0 + distance)
