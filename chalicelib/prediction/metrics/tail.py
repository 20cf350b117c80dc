"""How rare a number is at the upper end of what a series shows: peaks over a moving threshold.

The threshold follows the quantile that a small share of the numbers exceeds (stochastic approximation,
Robbins and Monro 1951). What exceeds it is modelled by a Lomax distribution, the heavy-tailed case of the
generalised Pareto to which excesses tend (Pickands 1975; for streams Siffer et al., KDD 2017, SPOT). Its
scale is a mean that no single outlier can move far; its shape is the mean of logarithms, so that a series
whose spikes return learns that it spikes.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log

EXCEEDING = 0.025
"""The share of numbers beyond the threshold."""
MEMORY = 8_000.0
"""Numbers that are remembered: older ones fade."""
_KNEE = 10.0
"""Mean excesses after which the tail turns from exponential to a power."""
_USUAL_SHAPE = 0.0916
"""The mean of log(1 + excess / knee) where excesses are exponential: what is believed beforehand."""
_BELIEF = 20.0
"""Excesses that this belief is worth."""
_LARGEST = 8.0
"""Mean excesses that one number can count for when the scale is learnt."""
_FIRST = 2.0


class Tail:
    """One end of a distribution. Numbers may be of any size and unit."""

    __slots__ = ("rate", "scale", "shape", "threshold")

    def __init__(self, threshold: float, scale: float, rate: float, shape: float) -> None:
        self.threshold = threshold
        self.scale = scale
        self.rate = rate
        self.shape = shape

    @classmethod
    def learn(cls, numbers: Sequence[float]) -> Tail:
        """Begin with a few dozen numbers, taking their upper half as exponential."""
        ordered = sorted(numbers)
        middle, high = ordered[len(ordered) // 2], ordered[-len(ordered) // 10]
        scale = (high - middle) / log(5.0)
        return cls(high + scale * log(0.1 / EXCEEDING), scale, EXCEEDING, _USUAL_SHAPE)

    def weigh(self, number: float, seen: float) -> float:
        """The surprise, -ln(share of numbers as high as this), or 0 below the threshold; then learn it.

        `seen` is how many numbers are remembered, `MEMORY` at most.
        """
        weight = 1.0 / seen
        excess = number - self.threshold
        scale = self.scale
        if excess <= 0.0:
            self.rate -= weight * self.rate
            self.threshold -= scale * weight
            return 0.0
        if scale <= 0.0:
            scale = self.scale = excess
        length = log(1.0 + excess / (_KNEE * scale))
        surprise = length / self.shape - log(self.rate)
        self._learn_excess(excess, length, EXCEEDING * seen)
        self.rate += weight * (1.0 - self.rate)
        self.threshold += scale * weight * (1.0 - EXCEEDING) / EXCEEDING
        return surprise

    def _learn_excess(self, excess: float, length: float, exceeded: float) -> None:
        self.scale += (min(excess, _LARGEST * self.scale) - self.scale) / (_FIRST + exceeded)
        self.shape += (length - self.shape) / (_BELIEF + exceeded)

    def state(self) -> list[float]:
        """What `Tail` is made of, in order."""
        return [self.threshold, self.scale, self.rate, self.shape]
