"""How long a series usually stays away, so that staying away longer can be judged.

Gaps run between slots in which something came, in slots of the series' own time (its season taken out).
Their mean and variance tell a heartbeat from bursts: the tail beyond the mean falls with a scale of
mean * (cv + cv^2) / 2, which is exact for a Poisson process (cv = 1), above a gamma's for what is more
regular, and long for what comes in bursts.
"""

from __future__ import annotations

import math

_KEPT = 1 - 1 / 400
_SMALLEST_SHARE = 0.15
_FEWEST, _SHORTEST_TIME = 20.0, 144.0
"""Gaps, and slots that they make up together, before one is judged."""
_SHORTEST_MEAN = 1e-3
_REGULAR = 0.75
_CAP = 16.0
"""Scales beyond the mean above which a gap teaches no more: an outage is not what is usual."""


class Gaps:
    """Streaming moments of gaps; each new gap counts a four-hundredth in the long run."""

    FIELDS = ("gaps", "gap_sum", "gap_squares")
    __slots__ = FIELDS

    def __init__(self) -> None:
        self.gaps = self.gap_sum = self.gap_squares = 0.0

    def known(self) -> bool:
        """Whether enough gaps were seen to judge one."""
        return self.gaps >= _FEWEST and self.gap_sum >= _SHORTEST_TIME

    def mean(self) -> float:
        """In slots; 0 where no gap was seen."""
        return self.gap_sum / self.gaps if self.gaps else 0.0

    def scale(self) -> float:
        """Slots beyond the mean in which the chance of a gap falls by e."""
        mean = self.mean()
        if mean < _SHORTEST_MEAN:
            return 1.0
        squared = max(0.0, self.gap_squares / self.gaps / (mean * mean) - 1)
        return mean * max(_SMALLEST_SHARE, (math.sqrt(squared) + squared) / 2) + _SMALLEST_SHARE

    def log_chance(self, gap: float) -> float:
        """The logarithm of the chance that a gap is at least this long: 0 up to the mean."""
        return -max(0.0, gap - self.mean()) / self.scale()

    def regular(self) -> bool:
        """Whether gaps are so much alike that counts can be trusted to be independent."""
        return self.scale() < _REGULAR * self.mean()

    def learn(self, gap: float) -> None:
        """Take in a gap that has ended."""
        if self.known():
            gap = min(gap, self.mean() + _CAP * self.scale())
        self.gaps = self.gaps * _KEPT + 1
        self.gap_sum = self.gap_sum * _KEPT + gap
        self.gap_squares = self.gap_squares * _KEPT + gap * gap
