"""Evidence that something has changed, in nats, gathered over time.

Page's CUSUM of log-likelihood ratios: where nothing has changed it passes a height h by chance at most
once in exp(h) steps (Lorden 1971), and of all tests that rarely wrong it is the one that answers soonest.
It adds up what single windows are too short to show, and needs no choice of a window.
"""

from __future__ import annotations

import math

_POISSON = 1e-6


def add_count(height: float, count: float, expected: float, *, spread: float, ratio: float) -> float:
    """A CUSUM after `count` came where `expected` (> 0) were, testing for `ratio` times as many.

    `spread` is variance over mean. Above 1 the likelihood is negative binomial, in which a single burst
    weighs less than many small excesses; below 1, for what comes regularly, a scaled Poisson.
    """
    over = spread - 1
    if over < _POISSON:
        step = (count * math.log(ratio) - expected * (ratio - 1)) / spread
    else:
        grown = 1 + ratio * over
        step = count * math.log(ratio * spread / grown) - expected / over * math.log(grown / spread)
    return max(0.0, height + step)


class Tail:
    """How high a CUSUM climbs where nothing is wrong, learnt from its own past peaks.

    Where the model holds, what a peak has above any height is exponential with mean 1 nat. A series that
    climbs higher gets a scale above 1, by which its evidence is divided: the same height then means the
    same rarity in every series.
    """

    FIELDS = ("peak", "peaks", "excess")
    __slots__ = FIELDS
    FROM = 2.0
    _PRIOR = 4.0
    _KEPT = 0.99
    _HIGHEST_EXCESS = 8.0

    def __init__(self) -> None:
        self.peak = self.peaks = self.excess = 0.0

    def scale(self) -> float:
        """Nats of this series' own climb that are worth one."""
        return max(1.0, (self._PRIOR + self.excess) / (self._PRIOR + self.peaks))

    def watch(self, height: float) -> None:
        """Take in the next height; a peak is over once the CUSUM is back at the ground."""
        if height > 0:
            self.peak = max(self.peak, height)
        elif self.peak > 0:
            if self.peak > self.FROM:
                self.peaks = self.peaks * self._KEPT + 1
                self.excess = self.excess * self._KEPT + min(self._HIGHEST_EXCESS, self.peak - self.FROM)
            self.peak = 0.0
