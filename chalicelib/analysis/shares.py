"""Shares of what was counted, with how far they can be trusted: few cases prove little."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import ceil, sqrt
from typing import Annotated

from pydantic import Field

from chalicelib.incidents.base import Record, Share

_Z = 1.959964
"""95 % of a normal distribution lie within so many deviations."""

Count = Annotated[int, Field(ge=0)]


class Counted(Record):
    """So many good ones, of so many."""

    good: Count
    of: Count

    @property
    def share(self) -> float | None:
        """None where nothing was counted: nothing is not zero."""
        return self.good / self.of if self.of else None

    @property
    def bounds(self) -> tuple[float, float]:
        """Between which the true share lies with 95 % certainty (Wilson's score interval)."""
        if not self.of:
            return 0.0, 1.0
        share, weight = self.good / self.of, _Z * _Z / self.of
        middle = share + weight / 2
        reach = _Z * sqrt((share * (1 - share) + weight / 4) / self.of)
        low, high = ((middle + side * reach) / (1 + weight) for side in (-1, 1))
        return max(0.0, min(low, share)), min(1.0, max(high, share))


class Band(Record):
    """What was stated with about the same probability, and how much of it turned out right."""

    stated: Share
    """On average."""
    right: Counted


def calibrate_bands(told: Iterable[tuple[float, bool]], edges: Sequence[float]) -> tuple[Band, ...]:
    """Probabilities with whether they turned out right, by bands between these edges; no band is empty."""
    bands: dict[int, list[tuple[float, bool]]] = {}
    for stated, right in told:
        bands.setdefault(sum(stated >= edge for edge in edges), []).append((stated, right))
    return tuple(
        Band(
            stated=sum(stated for stated, _ in found) / len(found),
            right=Counted(good=sum(right for _, right in found), of=len(found)),
        )
        for _, found in sorted(bands.items())
    )


def quantile(values: Iterable[float], share: float) -> float | None:
    """The smallest value that so many of them do not exceed; None of nothing."""
    ranked = sorted(values)
    return ranked[max(0, ceil(share * len(ranked)) - 1)] if ranked else None
