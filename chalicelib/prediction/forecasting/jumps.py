"""Values that are nowhere near what the trend says: spikes, or jumps of the level, and how often those come.

One such value tells neither from the other, so it is waited for the next. If that agrees, the level has
jumped and the trend goes on from there; if not, it was a spike and nothing has happened. Jumps upwards are
a process of their own (compound Poisson): batches that fill a disk give no warning, but they have a rate.
"""

from __future__ import annotations

from math import exp, sqrt

FAR = 8.0
"""Noises from the trend at which a value is doubted."""
_AGREES = 3.0
"""Noises within which the next value confirms a jump."""
_REMEMBERED = 12
_UNWATCHED = 6.0
"""Horizons that are added to the time watched: a rate is not known from the first jump."""
_AHEAD = 2.0
"""Horizons in which the next jump is looked for. A leak is seen to come; a jump that crosses the limit comes
from one point to the next, so that whoever wants to know it an hour before has to be told while it is due."""
_MOST = 30.0


class Jumps:
    """The doubted value, if the last was one, and how many jumps upwards of what size there were."""

    __slots__ = ("count", "doubted", "mean", "seconds", "spread")

    def __init__(self) -> None:
        self.doubted: float | None = None
        self.count = 0
        self.mean = self.spread = self.seconds = 0.0

    def settle(self, value: float, miss: float, drift: float, noise: float) -> float | None:
        """What to make of a value that misses the trend: None to wait, else by how much the level jumped."""
        before, self.doubted = self.doubted, value
        if before is None:
            return None
        step = value - before - drift
        if abs(step) > _AGREES * noise or abs(step) > abs(miss):
            return 0.0
        self.doubted = None
        if miss > 0:
            self._learn(miss)
        return miss

    def chance(self, gap: float, horizon: float) -> float:
        """Probability that a jump of at least this size comes in time."""
        if not self.count or self.mean * 4 < gap:
            return 0.0
        rate = self.count / (self.seconds + _UNWATCHED * horizon)
        spread = sqrt(self.spread + 0.09 * self.mean * self.mean)
        enough = 1 / (1 + exp(min(_MOST, 1.702 * (gap - self.mean) / spread)))
        return 1 - exp(-rate * _AHEAD * horizon * enough)

    def _learn(self, size: float) -> None:
        self.count += 1
        share = 1 / min(self.count, _REMEMBERED)
        off = size - self.mean
        self.mean += share * off
        self.spread += share * (off * off * (1 - share) - self.spread)
