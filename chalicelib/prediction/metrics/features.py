"""Nine views of a series, in each of which something else stands out.

| view | is | shows |
|---|---|---|
| jump | the step from the last record, in usual steps | spikes and dips |
| shift | the distance from where the last dozens of records were, in usual steps | changes of level |
| change | the distance of the mean of ten from that of thirty records ago, in usual steps | ramps and steps |
| level, level_30, level_100 | the mean of about so many records | what is high or low as such, for a while |
| unrest, unrest_30 | the logarithm of the spread of about so many | bursts, and lines gone flat |
| season | the distance from what is usual at this hour of the week, in spreads | values at the wrong time |
"""

from __future__ import annotations

from math import log
from typing import NamedTuple

from chalicelib.prediction.metrics.pace import Pace
from chalicelib.prediction.metrics.smoothness import Smoothness
from chalicelib.prediction.metrics.week import Week

WINDOW = 10
_DOZENS = 0.03
"""Weight of the newest record in where the series is."""
_THIRTY, _HUNDRED = 2.0 / 31.0, 2.0 / 101.0
"""Weights of the newest record in means over about so many."""
_LAG = 31
_LARGEST_SHIFT = 10.0
_LEAST_SPREAD = 0.03
"""Of the usual step: spreads below are all the same flat line."""
_GAP = 5.0
"""Usual intervals without a record, after which the last records say nothing of where the next one is."""
_LEAP = 1_000.0
"""Times the largest value of late."""
_REACH_KEPT = 0.999
_SOME = 20
_INTERVAL_WEIGHT = 0.02


class Views(NamedTuple):
    """One record's numbers."""

    jump: float
    shift: float
    change: float
    level: float
    level_30: float
    level_100: float
    unrest: float
    unrest_30: float
    season: float


class Features:
    """What has to be remembered of a series for the views of its next record."""

    __slots__ = (
        "at",
        "hundred",
        "interval",
        "levels",
        "pace",
        "reach",
        "recent",
        "seen",
        "slow",
        "smoothness",
        "square",
        "thirty",
        "value",
        "week",
    )

    def __init__(self) -> None:
        self.seen = 0
        self.at = self.interval = self.reach = 0.0
        self.value = self.slow = self.thirty = self.hundred = self.square = 0.0
        self.recent: list[float] = []
        self.levels: list[float] = []
        self.pace = Pace()
        self.smoothness = Smoothness()
        self.week = Week()

    def view(self, at: float, value: float) -> Views:
        """See a record from each side, then learn it. Times may repeat and go back."""
        seen = self.seen = self.seen + 1
        value = self._tame(value)
        if seen == 1:
            self._begin(at, value)
        gap = self._pass_time(at)
        step = 0.0 if gap else value - self.value
        floor = self.pace.floor(self.value)
        expected = self.pace.expect(at, floor)
        shift = value - self.slow
        self.value = value
        self._follow_slowly(shift, expected)
        least = (_LEAST_SPREAD * floor) ** 2
        level, square = self._look_back(value)
        self._look_far_back(value)
        season = self.week.weigh(at, value, floor)
        self.pace.learn(at, step, floor, seen)
        self.smoothness.learn(value, floor, seen)
        return Views(
            step / expected,
            shift / expected,
            (level - self._level_before(level)) / expected,
            level,
            self.thirty,
            self.hundred,
            0.5 * log(square + least),
            0.5 * log(self.square + least),
            season,
        )

    def _begin(self, at: float, value: float) -> None:
        self.at = at
        self.value = self.slow = self.thirty = self.hundred = value

    def _tame(self, value: float) -> float:
        """A value far beyond all of late is cut, so that it cannot blind the means for long."""
        farthest = _LEAP * self.reach or abs(value)
        value = min(farthest, max(-farthest, value))
        self.reach = max(abs(value), _REACH_KEPT * self.reach)
        return value

    def _pass_time(self, at: float) -> bool:
        """Whether records were missing before this one; then learn the usual interval."""
        passed = at - self.at
        self.at = at
        if passed <= 0.0:
            return False
        interval = self.interval
        if self.seen <= _SOME:
            self.interval += (passed - interval) / (self.seen - 1)
            return False
        longest = _GAP * interval
        self.interval += _INTERVAL_WEIGHT * (min(passed, longest) - interval)
        return passed > longest

    def _follow_slowly(self, shift: float, expected: float) -> None:
        if self.seen > _SOME:
            largest = _LARGEST_SHIFT * expected
            shift = min(largest, max(-largest, shift))
        self.slow += _DOZENS * shift

    def _look_back(self, value: float) -> tuple[float, float]:
        """Mean and mean square of the last ten."""
        recent = self.recent
        recent.append(value)
        if len(recent) > WINDOW:
            del recent[0]
        count = len(recent)
        mean = sum(recent) / count
        return mean, sum([(one - mean) ** 2 for one in recent]) / count

    def _level_before(self, level: float) -> float:
        """The mean of ten thirty records ago."""
        levels = self.levels
        levels.append(level)
        if len(levels) > _LAG:
            del levels[0]
        return levels[0]

    def _look_far_back(self, value: float) -> None:
        """Means, and a mean square (West 1979), with weights that fade."""
        departure = value - self.thirty
        self.thirty += _THIRTY * departure
        self.square = (1.0 - _THIRTY) * (self.square + _THIRTY * departure * departure)
        self.hundred += _HUNDRED * (value - self.hundred)
