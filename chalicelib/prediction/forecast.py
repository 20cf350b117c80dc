"""Will a series cross its limit within the horizon, and when.

    forecaster = Forecaster(limit=100.0)
    for at, value in series:
        forecast = forecaster.step(at, value)

Four ways of forecasting (the trend over a short and over a longer memory, that it stays where it is, and
what the day looks like) are pooled by how well each has done at exactly this horizon; their own errors
there are the spread. What that gives is lowered by earlier rises that turned back before the limit, and
raised by jumps that come at some rate. Constant work and memory for each point, whatever its spacing.
"""

# ruff: noqa: FURB136 - in a loop as hot as this a comparison is a third of a call

from __future__ import annotations

from collections.abc import Mapping
from math import inf, sqrt
from typing import Any

from chalicelib.prediction.forecasting.days import Days
from chalicelib.prediction.forecasting.jumps import FAR, Jumps
from chalicelib.prediction.forecasting.kept import LONG_AGO, dump, load
from chalicelib.prediction.forecasting.noise import Noise
from chalicelib.prediction.forecasting.outlook import ALL_CLEAR, WARNING, Forecast
from chalicelib.prediction.forecasting.peaks import Peaks
from chalicelib.prediction.forecasting.pool import chance_of, guess_error, lift, pool, spread_of
from chalicelib.prediction.forecasting.record import TRUSTED, Forecasts, Record
from chalicelib.prediction.forecasting.trends import Trends

__all__ = ["ALL_CLEAR", "HORIZON_SECONDS", "WARNING", "Forecast", "Forecaster"]

HORIZON_SECONDS = 3600.0
STATE_VERSION = 1

_LEAST = 0.001
"""No forecast is surer than this, either way."""
_UNSURE = 0.05
"""What one point says that is not over the limit."""
_WARM = 7
"""Points before anything is called unusual."""
_BOUND = 1e60
"""Values beyond count as none: their squares' squares would be infinite."""
_LAST_SECOND = 1e15
_SAME_TIME = 1e-4
"""Horizons within which two points are at the same time."""
_BELIEVED_BACK = 10
"""So many points running that are not later than an earlier one: the clock was set back."""
_GAP = 4.0
"""Spacings, and horizons, after which a trend is not carried on."""
_UNKNOWN = -1e300
_JITTER = 0.1
"""The share by which spacings may differ and are the same."""
_FELL = 0.3
_OUT_OF_REACH = 64.0
"""Mean squares: eight standard deviations."""
_OUT_OF_TOUCH = 4.0
"""Times the smallest mean square: such a forecast has no say."""
_JUMPS_REACH = 0.25
_PEAKS_MATTER = 0.02
_LEAN = 1.7
"""The odds are raised by so much: a failure that nobody was told of is worse than a warning too many."""

_OWN = ("rising", "limit", "horizon", "at", "spacing", "behind", "odd", "odd_at", "jumped", "level")
_PARTS = ("noise", "trends", "record", "jumps", "peaks", "days")


class Forecaster:
    """Follows one series. `rising`: the limit is crossed from below; else the value falls below it.

    Raises ValueError for a limit that is no number.
    """

    __slots__ = (
        "at", "behind", "days", "horizon", "jumped", "jumps", "latest", "level", "limit", "noise",
        "odd", "odd_at", "peaks", "reach", "record", "rising", "spacing", "trends",
    )  # fmt: skip

    def __init__(
        self, *, limit: float, rising: bool = True, horizon_seconds: float = HORIZON_SECONDS
    ) -> None:
        if not -_BOUND < limit < _BOUND:
            raise ValueError(f"a limit is a number, and less than {_BOUND:g}")
        self.rising = rising
        self.limit = limit if rising else -limit
        self.horizon = horizon_seconds
        self.at = LONG_AGO
        self.spacing = self.reach = horizon_seconds
        self.behind = 0
        self.odd, self.odd_at = 0.0, LONG_AGO
        self.latest: Forecast | None = None
        self.jumped = self.level = 0.0
        self.noise, self.trends, self.record, self.jumps = Noise(), Trends(), Record(), Jumps()
        self.peaks, self.days = Peaks(), Days(horizon_seconds)

    def step(self, at_seconds: float, value: float | None) -> Forecast | None:
        """Take in a point; answer what is ahead, or None before the first.

        A gap (None, NaN, infinity) and a point that is not later than the last change nothing. A value that
        is nowhere near what was expected is believed when the next one agrees; where it is over the limit,
        that is said at once.
        """
        if value is None or not -_BOUND < value < _BOUND:
            return self.latest
        if not self.rising:
            value = -value
        seconds = at_seconds - self.at
        if seconds != self.spacing and not self._space(at_seconds, value, seconds):
            return self.latest
        self.at = at_seconds
        trends, noise = self.trends, self.noise.size
        level = value - self.jumped
        drift = trends.usual_pace * seconds
        miss = level - trends.usual - drift
        far = FAR * noise
        if trends.count <= _WARM:
            far = inf
        elif self.jumps.moving:
            self.jumps.moving -= 1
            far = inf
        if miss > far or miss < -far:
            jumped = self._settle(level, seconds, far)
            if jumped is None:
                return self.latest if value < self.limit else self._over()
            self.jumped += jumped
            level -= jumped
            far = inf if self.jumps.doubted is None else far
        else:
            self.jumps.doubted = None
        step, self.level = level - self.level - drift, level
        forecasts = self._learn(seconds, level, step, far)
        self.latest = forecast = self._judge(value, forecasts)
        return forecast

    def _space(self, at: float, value: float, seconds: float) -> bool:
        """See to a spacing that is new: whether the point can be taken as one that follows the last.

        One gap changes nothing; two spacings running that are alike are the new one.
        """
        if not -_LAST_SECOND < at < _LAST_SECOND:
            return False
        if seconds < self.horizon * _SAME_TIME:
            self.behind += 1
            if self.behind < _BELIEVED_BACK:
                return False
            seconds = inf
        self.behind = 0
        usual = self.spacing
        if seconds == inf or (usual > 0 and seconds > _GAP * max(usual, self.horizon)):
            self._start(at, value)
            return False
        if usual < 0:
            self.set_spacing(seconds)
        elif abs(seconds - usual) > _JITTER * usual:
            if self.odd_at == self.at and abs(seconds - self.odd) < max(seconds, self.odd) / 2:
                self.set_spacing(seconds)
            self.odd_at, self.odd = at, seconds
        return True

    def set_spacing(self, seconds: float) -> None:
        """Points come so many seconds apart from now on; a horizon is never less than that."""
        self.spacing, self.reach = seconds, max(self.horizon, seconds)
        self.noise.space(seconds, self.reach)
        self.trends.space(seconds, self.reach)
        self.record.space(seconds, self.reach)

    def _start(self, at: float, value: float) -> None:
        """Begin, or begin again after a gap with what was learnt before it."""
        gap = self.limit - value
        if not self.trends.count:
            self.noise.scale = abs(gap)
        self.at, self.spacing = at, _UNKNOWN
        self.level = value - self.jumped
        self.trends.start(self.level)
        self.record.break_off()
        self.jumps.doubted = None
        self.latest = Forecast(_UNSURE if gap > 0 else 1.0, at, gap, 0.0, 0.0, 0.0, self.horizon)

    def _settle(self, level: float, seconds: float, far: float) -> float | None:
        """By how much the level has jumped, or None while that is not clear; then the forecast stands.

        What the quick trend foresaw is no surprise. After a fall a crossing is less likely at once.
        """
        trends, jumps = self.trends, self.jumps
        drift = trends.quick_pace * seconds
        miss, sudden = level - trends.quick - drift, level - self.level - drift
        if jumps.doubted is None and (-far <= miss <= far or -far <= sudden <= far):
            return 0.0
        jumped = jumps.settle(level, sudden, drift, self.noise.size)
        if jumped is None and self.latest:
            trends.coast(seconds)
            lower = _FELL if miss < 0 else 1.0
            self.latest = self.latest._replace(at=self.at, probability=self.latest.probability * lower)
        return jumped

    def _learn(self, seconds: float, level: float, step: float, most: float) -> Forecasts:
        """Everything that is kept takes the point in; answer the forecasts.

        `step` is how far it is from the last, less the drift; a trend is moved by no more than `most`.
        """
        trends, record, days, at = self.trends, self.record, self.days, self.at
        noise = self.noise.follow(step, abs(self.limit - self.jumped - level), trends.count)
        trends.follow(level, seconds, most)
        days.follow(at, level)
        record.check(at + seconds / 2, level, noise * noise)
        reach = self.reach
        quick = trends.quick
        forecasts = (
            quick + trends.quick_pace * reach,
            trends.usual + trends.usual_pace * reach,
            trends.usual,
            None if days.change is None else quick + days.change,
        )
        record.keep(at, reach, forecasts)
        self.peaks.follow(quick + self.jumped, noise, self.noise.scale)
        self.jumps.seconds += seconds
        return forecasts

    def _judge(self, value: float, forecasts: Forecasts) -> Forecast:
        """Pool the forecasts and weigh in what is known of peaks and jumps."""
        horizon, reach, noise, limit = self.horizon, self.reach, self.noise.size, self.limit - self.jumped
        if value >= self.limit:
            return self._over()
        if self._is_far(limit, forecasts):
            return self._see_far(limit)
        trends = self.trends
        level, ahead, variance = pool(trends, self.record, forecasts, noise)
        if self.record.count < TRUSTED:
            variance = guess_error(trends.count, reach / self.spacing, noise)
        rise = ahead - level
        gap = limit - level - noise * lift(rise * self.spacing / (reach * noise))
        spread = spread_of(variance, noise)
        chance = chance_of((gap - max(rise, 0.0)) / spread)
        chance = 1 - (1 - chance) * (1 - self.jumps.chance(gap, reach))
        if chance > _PEAKS_MATTER and self.peaks.count:
            level += self.jumped
            passing = self.peaks.chance(level, level + gap, noise, self.noise.scale)
            chance *= passing
            if passing < WARNING:
                rise = 0.0
        chance = max(_LEAST, min(1 - _LEAST, _LEAN * chance / (1 + (_LEAN - 1) * chance)))
        blur = min(spread, noise) / 2
        return Forecast(chance, self.at, gap, rise / reach, blur, (spread - blur) / reach, horizon)

    def _over(self) -> Forecast:
        """It is over the limit, if only for this one point."""
        return Forecast(1.0, self.at, 0.0, 0.0, 0.0, 0.0, self.horizon)

    def _is_far(self, limit: float, forecasts: Forecasts) -> bool:
        """Whether the limit is out of reach by every forecast, so that a closer look is not worth while."""
        quick, usual, _, days = forecasts
        record = self.record
        least = min(record.quick, record.usual, record.still)
        top = quick if quick > usual else usual
        if days is not None and days > top and record.days < _OUT_OF_TOUCH * least:
            top = days
        room = limit - top
        return (
            room > 0
            and room * room > _OUT_OF_REACH * (least + self.noise.size * self.noise.size)
            and record.count >= TRUSTED
            and self.jumps.mean < room * _JUMPS_REACH
        )

    def _see_far(self, limit: float) -> Forecast:
        """The usual trend, as far as it goes."""
        trends, record, reach = self.trends, self.record, self.reach
        return Forecast(
            _LEAST, self.at, limit - trends.usual, trends.usual_pace,
            self.noise.size / 2, sqrt(record.usual) / reach, self.horizon,
        )  # fmt: skip

    def state(self) -> dict[str, Any]:
        """Everything that is known, as JSON: about three kilobytes, however much was seen."""
        own = {name: getattr(self, name) for name in _OWN}
        latest = list(self.latest) if self.latest else None
        parts = {name: dump(getattr(self, name)) for name in _PARTS}
        return {"version": STATE_VERSION, **own, "latest": latest, **parts}

    @classmethod
    def restore(cls, state: Mapping[str, Any]) -> Forecaster:
        """The forecaster that this is the state of. Raises ValueError for another version's."""
        if state.get("version") != STATE_VERSION:
            raise ValueError(f"a forecaster's state of version {state.get('version')}, not {STATE_VERSION}")
        forecaster = cls(limit=state["limit"], horizon_seconds=state["horizon"])
        for name in _OWN:
            setattr(forecaster, name, state[name])
        for name in _PARTS:
            load(getattr(forecaster, name), state[name])
        if state["latest"]:
            forecaster.latest = Forecast(*state["latest"])
        if forecaster.spacing > 0:
            forecaster.set_spacing(forecaster.spacing)
        return forecaster
