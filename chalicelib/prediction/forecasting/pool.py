"""Four ways of forecasting become one: those that did best at this horizon have the say."""

from __future__ import annotations

from math import exp, log, sqrt

from chalicelib.prediction.forecasting.record import TRUSTED, Forecasts, Record
from chalicelib.prediction.forecasting.trends import Trends

_FLOOR = 0.05
"""Of the square of the noise: no forecast is better than this."""
_UNLIKE = 0.1
"""Of the square by which the day differs from the trend: yesterday need not come again."""
_HIGHEST = 0.6
_BLUR = 0.2
"""Of the square of the noise: how well a level can be known at all."""
_LEAST_SHARE = 0.1
"""Of a mean square error: not all of it is noise."""
_FAR_AWAY = 8.0
_LOGISTIC = 1.702
"""The logistic curve with this slope is the normal one within 0.01."""
_NEVER = 1e150
"""The mean square error of what is not known."""
_FAST = 0.3
"""Noises each point by which a level rises so fast that noise hardly helps it over the limit."""


def pool(trends: Trends, record: Record, forecasts: Forecasts, noise: float) -> tuple[float, float, float]:
    """Level now, level a horizon ahead, and the mean square error there.

    Weights are the fourth power of the inverse mean square, so that the best is nearly alone where it is
    clearly the best. A line that has lost touch with where the level is now is that much worse.
    """
    quick, usual = trends.quick, trends.usual
    of_quick, of_usual, of_still, of_days = forecasts
    least = _FLOOR * noise * noise
    v0 = record.quick + least
    v3 = record.days + least
    least += (usual - quick) * (usual - quick)
    v1 = record.usual + least
    v2 = record.still + least
    if of_days is not None:
        off = of_days - of_usual
        v3 += _UNLIKE * off * off
    if of_days is None or record.count_of_days < TRUSTED:
        of_days, v3 = quick, _NEVER
    best = min(v0, v1, v2, v3)
    w0, w1, w2, w3 = best / v0, best / v1, best / v2, best / v3
    w0, w1, w2, w3 = w0 * w0, w1 * w1, w2 * w2, w3 * w3
    w0, w1, w2, w3 = w0 * w0, w1 * w1, w2 * w2, w3 * w3
    total = w0 + w1 + w2 + w3
    return (
        ((w0 + w3) * quick + (w1 + w2) * usual) / total,
        (w0 * of_quick + w1 * of_usual + w2 * of_still + w3 * of_days) / total,
        (w0 * v0 + w1 * v1 + w2 * v2 + w3 * v3) / total,
    )


def guess_error(count: int, steps: float, noise: float) -> float:
    """The mean square error, so many steps ahead, of the least-squares line through so many points."""
    middle = steps + count / 2
    return noise * noise * (2 + 12 * middle * middle / (count * count * count))


def lift(pace: float) -> float:
    """Noises by which noise alone reaches further than the level: the slower that rises, the more tries.

    `pace` is in noises each point. Two points running over the limit count as a crossing; this is a fit to
    the median of when that happens first.
    """
    if pace > _FAST:
        return 0.0
    return min(_HIGHEST, 0.4 - 0.37 * log(max(pace, 0.02) / 0.1))


def spread_of(variance: float, noise: float) -> float:
    """Standard deviation of the level a horizon ahead: what is left of the errors without the noise."""
    square = noise * noise
    return sqrt(max(variance - square, _LEAST_SHARE * variance) + _BLUR * square)


def chance_of(deviations: float) -> float:
    """Probability that a normal variable exceeds its mean by so many standard deviations."""
    return 1 / (1 + exp(_LOGISTIC * deviations)) if deviations < _FAR_AWAY else 0.0
