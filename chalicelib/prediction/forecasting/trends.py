"""Level and pace of a series over two memories: a quick and the usual one.

Each is a fading-memory polynomial filter of first degree (Morrison, Introduction to Sequential Smoothing
and Prediction, 1969; the same as Brown's double exponential smoothing): the line that fits the past best
when a point's weight fades with its age. While little has been seen it is the plain least-squares line,
so that a forecast has no lag from the start.
"""

# ruff: noqa: FURB136 - in a loop as hot as this a comparison is a third of a call

from __future__ import annotations

from math import exp

MEMORIES = (0.35, 1.0)
"""In horizons: what happens within the next hour shows in the last 20 minutes or the last hour."""
POINTS = (3.0, 8.0)
"""And never fewer points than that: of less no noise averages out."""


class Trends:
    """Two lines. Levels have the unit of the values, paces that per second."""

    __slots__ = (
        "count",
        "gains",
        "quick",
        "quick_pace",
        "starting",
        "usual",
        "usual_pace",
    )

    def __init__(self) -> None:
        self.count = self.starting = 0
        self.gains: tuple[float, ...] = ()
        self.quick = self.usual = 0.0
        self.quick_pace = self.usual_pace = 0.0

    def start(self, value: float) -> None:
        """Begin anew: from here nothing is known but this value."""
        self.count = 1
        self.quick = self.usual = value
        self.quick_pace = self.usual_pace = 0.0

    def space(self, seconds: float, horizon: float) -> None:
        """Points come so many seconds apart from now on."""
        memories = zip(MEMORIES, POINTS, strict=True)
        kept = [exp(-seconds / max(memory * horizon, points * seconds)) for memory, points in memories]
        self.gains = tuple(gain for one in kept for gain in (1 - one * one, (1 - one) * (1 - one)))
        self.starting = int(4 / self.gains[-2])

    def coast(self, seconds: float) -> None:
        """Let time pass without a value."""
        self.quick += self.quick_pace * seconds
        self.usual += self.usual_pace * seconds

    def follow(self, value: float, seconds: float, most: float) -> None:
        """Take a value in, so many seconds after the last. No line is moved by more than `most`."""
        self.count += 1
        a0, b0, a1, b1 = self.gains if self.count > self.starting else self._starting_gains()

        level = self.quick + self.quick_pace * seconds
        miss = value - level
        miss = most if miss > most else -most if miss < -most else miss
        self.quick = level + a0 * miss
        self.quick_pace += b0 * miss / seconds

        level = self.usual + self.usual_pace * seconds
        miss = value - level
        miss = most if miss > most else -most if miss < -most else miss
        self.usual = level + a1 * miss
        self.usual_pace += b1 * miss / seconds

    def _starting_gains(self) -> tuple[float, ...]:
        """Those of a growing memory, as long as they are larger."""
        n = self.count
        level, pace = 2 * (2 * n - 1) / (n * (n + 1)), 6 / (n * (n + 1))
        a0, b0, a1, b1 = self.gains
        if level > a1:
            a1, b1 = level, pace
        if level > a0:
            a0, b0 = level, pace
        return a0, b0, a1, b1
