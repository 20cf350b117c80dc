"""Heights at which rises have turned back so far: what a sawtooth, a season or a restart teaches.

A rise that passes the heights at which earlier ones ended is a new thing, and about a rise below them the
earlier ones testify. The chance to get from here to the limit is the share of rises which, having come this
high, would come that far: a survival function with a heavy tail beyond the highest peak, to the power of the
number of peaks that testify (about the rule of succession).
"""

from __future__ import annotations

from chalicelib.prediction.forecasting.kept import LOWEST

_REVERSAL = 8.0
"""Noises by which a level has to turn back for a peak."""
_REVERSAL_SHARE = 0.05
"""And the share of the largest distance from the limit."""
_WIDTH_SHARE = 0.02
_TESTIFYING = 3
_YIELDING = 0.1
"""How much of its lead over a new peak the highest one loses."""
_CLEAR = 1.5
"""A trend of the peaks counts when it is so many times as large as its errors."""


class Peaks:
    """The rise or fall that is on, the highest peak (fading), and the trend from peak to peak."""

    __slots__ = ("climb", "count", "extreme", "highest", "last", "miss", "rising")

    def __init__(self) -> None:
        self.rising = True
        self.extreme = LOWEST
        self.count = 0
        self.highest = self.last = self.climb = self.miss = 0.0

    def follow(self, level: float, noise: float, scale: float) -> None:
        """Take a level in. `scale` is the largest distance from the limit so far."""
        turned = self.extreme - level if self.rising else level - self.extreme
        if turned <= 0:
            self.extreme = level
        elif turned > _REVERSAL * noise and turned > _REVERSAL_SHARE * scale:
            if self.rising:
                self._learn(self.extreme)
            self.rising, self.extreme = not self.rising, level

    def chance(self, level: float, limit: float, noise: float, scale: float) -> float:
        """The share of rises which, having come to this level, would come to the limit."""
        if not self.count:
            return 1.0
        height, width = self.highest, max(_WIDTH_SHARE * scale, noise)
        if self.count > 2 and self.climb > _CLEAR * self.miss:  # noqa: PLR2004 - three points show a trend
            height, width = self.last + self.climb, max(width, self.miss)
        if limit <= height or level >= limit:
            return 1.0
        share = (width + max(level - height, 0.0)) / (width + limit - height)
        return share ** min(self.count, _TESTIFYING)

    def _learn(self, peak: float) -> None:
        self.count += 1
        if self.count == 1:
            self.highest = self.last = peak
            return
        rise, miss = peak - self.last, abs(peak - self.last - self.climb)
        share = 1.0 if self.count == 2 else 0.5  # noqa: PLR2004 - the first rise from peak to peak
        self.miss += share * (miss - self.miss)
        self.climb += (0.5 if self.count == 2 else 0.4) * (rise - self.climb)  # noqa: PLR2004
        self.highest = max(peak, self.highest - _YIELDING * (self.highest - peak))
        self.last = peak
