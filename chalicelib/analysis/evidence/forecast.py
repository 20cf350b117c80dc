"""What our own forecast says, by the numbers that it gives with its newest signal.

A forecast is refuted by a newer forecast, and by the time that it named. Good health refutes nothing: that
it is still well is what a warning is about. Without forecasts the rule has nothing to say.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from math import isfinite

from chalicelib.analysis.calibration import log_odds
from chalicelib.analysis.case import Case
from chalicelib.analysis.evidence.weights import DECISIVE
from chalicelib.analysis.facts import quoted
from chalicelib.incidents.base import Scalar
from chalicelib.incidents.model import Evidence, Signal, SignalSource

PASSED = 0.2
"""A newest probability below this says that the warning is over."""

_FRESH = timedelta(minutes=20)
"""Three scans and a delay: a warning that was not renewed for longer has grown old."""
_GRACE = timedelta(minutes=15)
_WORDS = 80
_fact = partial(Evidence, rule="forecast", source="forecast")


def weigh_forecast(case: Case) -> Evidence | None:
    """The probability in log odds; less where the warning is old; decisive where it no longer holds."""
    forecasts = [signal for signal in case.signals if signal.source is SignalSource.FORECAST]
    if not forecasts or not case.incident.foreseen:
        return None
    newest = max(forecasts, key=lambda signal: signal.occurred_at)
    chance = _number(newest.details.get("probability"))
    if not case.observation.exists:
        return _fact(fact="it is not there any more", weight=DECISIVE, decisive=True)
    if chance is None or not 0 <= chance <= 1:
        return _fact(fact="the forecast does not say how likely it is", weight=-1.0)
    if chance < PASSED:
        return _fact(
            fact=f"by the newest forecast it is over: {chance:.0%} likely", weight=DECISIVE, decisive=True
        )
    return _weighed(newest, chance, case.now)


def _weighed(newest: Signal, chance: float, now: datetime) -> Evidence:
    """Within the horizon it still may happen; what did not happen in its time will hardly come."""
    expected = newest.expected_at
    likely = f"{_series(newest)}, {chance:.0%} likely{_within(newest)}"
    if expected is not None and now > expected + _GRACE:
        return _fact(fact=f"it was expected by {expected:%H:%M} UTC and has not happened", weight=-1.5)
    age = now - newest.occurred_at
    if age > _FRESH:
        minutes = age.total_seconds() / 60
        return _fact(
            fact=f"{likely}, but said {minutes:.0f} minutes ago", weight=min(0.0, log_odds(chance) - 1.5)
        )
    return _fact(fact=likely, weight=round(log_odds(chance), 3))


def _series(signal: Signal) -> str:
    """Which numbers it was foreseen from: names from our own declarations, and from a log's templates."""
    metric = quoted(str(signal.details.get("metric") or "its metrics"), _WORDS)
    value, limit = (_number(signal.details.get(name)) for name in ("value", "limit"))
    if value is None or limit is None:
        return f"{metric} heads for its limit"
    return f"{metric} is {value:.6g} and heads for {limit:.6g}"


def _within(signal: Signal) -> str:
    minutes = _number(signal.details.get("horizon_minutes"))
    return f" within {minutes:.0f} minutes" if minutes is not None and minutes > 0 else ""


def _number(value: Scalar) -> float | None:
    """A finite number; no truth value, which Python takes for one."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        return None
    return float(value)
