"""By how much values differ from one to the next for no reason."""

# ruff: noqa: FURB136 - in a loop as hot as this a comparison is a third of a call

from __future__ import annotations

from math import exp

_MEMORY = 6.0
"""Horizons after which a difference counts a third."""
_CLIP = 4.24
"""Noises: a difference counts for no more, three of its deviations."""
_TO_DEVIATION = 0.8862
"""Of a normal distribution: standard deviation over the mean absolute difference of two values."""
_LEAST = 5e-4
"""Of the scale: what changes by less is constant."""
_TINY = 1e-60
_SCALE_FADES = 0.1
_WARM = 7
"""Differences before any is unusual."""


class Noise:
    """`size` is a standard deviation, `scale` about the largest distance from the limit lately."""

    __slots__ = ("fading", "scale", "size")

    def __init__(self) -> None:
        self.size = self.scale = 0.0
        self.fading = 1.0

    def space(self, seconds: float, horizon: float) -> None:
        """Points come so many seconds apart from now on."""
        self.fading = 1 - exp(-seconds / (_MEMORY * horizon))

    def follow(self, difference: float, gap: float, count: int) -> float:
        """Take in a difference, after so many points, and a distance from the limit; answer the size."""
        fading, scale, size = self.fading, self.scale, self.size
        self.scale = scale = gap if gap > scale else scale + _SCALE_FADES * fading * (gap - scale)
        found = abs(difference)
        if found > _CLIP * size and count >= _WARM:
            found = _CLIP * size
        share = fading if count * fading > 1 else 1 / count
        size += share * (_TO_DEVIATION * found - size)
        least = _LEAST * scale + _TINY
        self.size = size if size > least else least
        return self.size
