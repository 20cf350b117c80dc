"""Values that are nowhere near what the trend says: spikes, or jumps of the level, and how often those come.

One such value tells neither from the other, so it is waited for the next. If that agrees, the level has
jumped and the trend goes on from there; if not, it was a spike and nothing has happened. Jumps upwards are
a process of their own (compound Poisson): batches that fill a disk give no warning, but they have a rate.
"""

from __future__ import annotations

from math import exp, sqrt

FAR = 5.0
"""Noises from the trend at which a value is doubted."""
_AGREES = 4.0
"""Noises within which the next value confirms a jump."""
_MOVES = 6
"""Points that are believed without doubt, once it was seen that the level is moving."""
_REMEMBERED = 12
_UNWATCHED = 2.0
"""Horizons that are added to the time watched: a rate is not known from the first jumps."""
_AHEAD = 4.0
"""Horizons in which the next jump is looked for. A leak is seen to come; a jump that crosses the limit comes
from one point to the next, so that whoever wants to know it an hour before has to be told while it is due."""
_MOST = 30.0


class Jumps:
    """The doubted value, if the last was one, and how many jumps upwards of what size there were."""

    __slots__ = ("count", "doubted", "mean", "moving", "seconds", "spread", "sudden")

    def __init__(self) -> None:
        self.doubted: float | None = None
        self.count = self.moving = 0
        self.mean = self.spread = self.seconds = self.sudden = 0.0

    def settle(self, value: float, sudden: float, drift: float, noise: float) -> float | None:
        """By how much the level has jumped, or None to wait for the next value.

        `sudden` is how far the value is from the one before, less the drift that was expected. Where it goes
        on from there, the first part is a jump and the rest a trend; where it goes back, nothing has jumped.
        """
        before, first = self.doubted, self.sudden
        if before is None:
            self.doubted, self.sudden = value, sudden
            return None
        step = value - before - drift
        if abs(step) > _AGREES * noise:
            if step * first < 0 and abs(step) > abs(first) / 2:
                self.doubted, self.sudden = value, sudden
                return 0.0
            self.moving = _MOVES
            step = 0.0
        elif first > 0:
            self._learn(first + step)
        self.doubted = None
        return first + step

    def chance(self, gap: float, horizon: float) -> float:
        """Probability that a jump of at least this size comes in time."""
        if self.count < 2 or self.mean * 4 < gap:  # noqa: PLR2004 - one jump has no rate
            return 0.0
        rate = (self.count - 1) / (self.seconds + _UNWATCHED * horizon)
        spread = sqrt(self.spread + 0.09 * self.mean * self.mean)
        enough = 1 / (1 + exp(min(_MOST, 1.702 * (gap - self.mean) / spread)))
        return 1 - exp(-rate * _AHEAD * horizon * enough)

    def _learn(self, size: float) -> None:
        self.count += 1
        share = 1 / min(self.count, _REMEMBERED)
        off = size - self.mean
        self.mean += share * off
        self.spread += share * (off * off * (1 - share) - self.spread)
