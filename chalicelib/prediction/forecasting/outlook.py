"""What is ahead of a series at one moment."""

from __future__ import annotations

from math import inf
from typing import NamedTuple

WARNING = 0.5
"""The probability from which a warning is given. Probabilities lean to the side of warning: where one half is
said, about one case in three crosses, and where nine tenths are said, four in five."""
ALL_CLEAR = 0.25
"""And below which it is taken back, so that one problem is one warning."""

LEAN = 2.5
"""By so much the odds behind `probability` are too high throughout, as ``bench.forecasts`` measures."""

_IN_SIGHT = 24.0
"""Horizons; what is further away than this is not forecast."""
_DECILE = 1.2816
"""Standard deviations to the tenth part of a normal distribution."""


class Forecast(NamedTuple):
    """What is ahead at one moment: a straight path to the limit, and how sure it is.

    `gap` is the way to the limit, `pace` how much of it goes by each second, `blur` the standard deviation
    of where the path starts and `drift` that of its pace. The probability is about the next `horizon`, in s.
    """

    probability: float
    at: float
    gap: float
    pace: float
    blur: float
    drift: float
    horizon: float

    @property
    def chance(self) -> float:
        """The probability as it comes true, 0..1: what people are told. `probability` leans to warning."""
        return chance_of(self.probability)

    @property
    def expected_at(self) -> float | None:
        """Epoch seconds at which the limit is crossed, by the median; None if that is not in sight."""
        seconds = self._seconds(0.0)
        if self.probability >= WARNING:
            return self.at + min(seconds, self.horizon)
        in_sight = seconds <= _IN_SIGHT * self.horizon and self.pace > self.drift
        return self.at + max(seconds, self.horizon) if in_sight else None

    @property
    def earliest_at(self) -> float | None:
        """One crossing in ten comes before this; None where `expected_at` is."""
        expected = self.expected_at
        return None if expected is None else min(expected, self.at + self._seconds(_DECILE))

    @property
    def latest_at(self) -> float | None:
        """One crossing in ten comes after this; None where `expected_at` is, or if it may well never come."""
        expected, seconds = self.expected_at, self._seconds(-_DECILE)
        if expected is None or seconds > 2 * _IN_SIGHT * self.horizon:
            return None
        return max(expected, self.at + seconds)

    def warns(self, *, before: bool) -> bool:
        """Whether there is a warning now, if there was one before or not: one problem is one warning."""
        return self.probability >= (ALL_CLEAR if before else WARNING)

    def _seconds(self, deviations: float) -> float:
        """Until the path, shifted by so many standard deviations, reaches the limit."""
        gap = self.gap - deviations * self.blur
        pace = self.pace + deviations * self.drift
        if gap <= 0:
            return 0.0
        return gap / pace if pace > 0 else inf


def chance_of(probability: float) -> float:
    """A probability that leans, as it comes true."""
    return probability / (probability + LEAN * (1 - probability))
