"""What our own forecast says, by the numbers that it gives with its newest signal.

A forecast is refuted by a newer forecast, and by the time that it named. Good health refutes nothing: that
it is still well is what a warning is about. Without forecasts the rule has nothing to say.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from chalicelib.analysis.calibration import log_odds
from chalicelib.analysis.case import Case
from chalicelib.analysis.evidence.weights import DECISIVE
from chalicelib.incidents.model import Evidence, Signal, SignalSource
from chalicelib.incidents.signal_text import number_in, say_forecast

PASSED = 0.2
"""A newest probability below this says that the warning is over."""

_FRESH = timedelta(minutes=20)
"""Three scans and a delay: a warning that was not renewed for longer has grown old."""
_GRACE = timedelta(minutes=15)
_fact = partial(Evidence, rule="forecast", source="forecast")


def weigh_forecast(case: Case) -> Evidence | None:
    """The probability in log odds; less where the warning is old; decisive where it no longer holds."""
    forecasts = [signal for signal in case.signals if signal.source is SignalSource.FORECAST]
    if not forecasts or not case.incident.foreseen:
        return None
    newest = max(forecasts, key=lambda signal: signal.occurred_at)
    chance = number_in(newest.details, "probability")
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
    expected, age = newest.expected_at, now - newest.occurred_at
    if expected is not None and now > expected + _GRACE:
        return _fact(fact=f"it was expected by {expected:%H:%M} UTC and has not happened", weight=-1.5)
    weight = log_odds(chance)
    if age > _FRESH:
        old = f"{say_forecast(newest)}, but said {age.total_seconds() / 60:.0f} minutes ago"
        return _fact(fact=old, weight=round(min(0.0, weight - 1.5), 3))
    return _fact(fact=say_forecast(newest), weight=round(weight, 3))
