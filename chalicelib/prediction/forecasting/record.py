"""How well each way of forecasting has done at exactly the horizon that is asked about.

Every forecast is kept until its time has come and is then compared with what was there. The mean square of
these errors, fading, is the honest spread of the next forecast of that kind, whatever the reason for them
(after the idea of conformal prediction), and says which kind to believe.
"""

# ruff: noqa: FURB136 - in a loop as hot as this a comparison is a third of a call

from __future__ import annotations

from collections import deque
from math import exp

from chalicelib.prediction.forecasting.kept import LONG_AGO

_MEMORY = 3.0
"""Horizons after which an error counts a third."""
_KEPT = 6
"""Forecasts that wait in a horizon; where points are denser, some are left out."""
_FAR = 9.0
"""An error counts at most three times the usual."""
_ANY = 1e20
TRUSTED = 4
"""Errors from which on a mean square is one."""

Forecasts = tuple[float, float, float, float | None]
"""By the quick and the usual trend, by staying where it is, and by the time of day where that is known."""


class Record:
    """Mean square errors of four kinds of forecast; 0 where there are none yet."""

    __slots__ = ("count", "count_of_days", "days", "fading", "next_at", "quick", "still", "usual", "waiting")

    def __init__(self) -> None:
        self.waiting: deque[tuple[float, Forecasts]] = deque()
        self.next_at = LONG_AGO
        self.fading = 1.0
        self.count = self.count_of_days = 0
        self.quick = self.usual = self.still = self.days = 0.0

    def space(self, seconds: float, horizon: float) -> None:
        """Points come so many seconds apart from now on."""
        self.fading = 1 - exp(-max(seconds, horizon / _KEPT) / (_MEMORY * horizon))

    def keep(self, at: float, horizon: float, forecasts: Forecasts) -> None:
        """Keep what is forecast for a horizon from now."""
        if at >= self.next_at:
            self.waiting.append((at + horizon, forecasts))
            self.next_at = at + horizon * 0.99 / _KEPT

    def check(self, until: float, value: float, spare: float) -> None:
        """Compare the forecasts for the time until then with what is there."""
        waiting = self.waiting
        while waiting and waiting[0][0] <= until:
            self._score(value, waiting.popleft()[1], spare)

    def break_off(self) -> None:
        """Time has jumped: what was forecast for it will not be compared."""
        self.waiting.clear()
        self.next_at = LONG_AGO

    def _score(self, value: float, forecasts: Forecasts, spare: float) -> None:
        """Square errors, none more than a few times the usual, which is never less than `spare`."""
        self.count = count = self.count + 1
        share = self.fading
        if count * share < 1:
            share = 1 / count
        far = _FAR if count > TRUSTED else _ANY
        quick, usual, still, days = forecasts
        square, most = (value - quick) * (value - quick), far * (self.quick + spare)
        self.quick += share * ((square if square < most else most) - self.quick)
        square, most = (value - usual) * (value - usual), far * (self.usual + spare)
        self.usual += share * ((square if square < most else most) - self.usual)
        square, most = (value - still) * (value - still), far * (self.still + spare)
        self.still += share * ((square if square < most else most) - self.still)
        if days is not None:
            self.count_of_days += 1
            share = max(self.fading, 1 / self.count_of_days)
            self.days += share * ((value - days) * (value - days) - self.days)
