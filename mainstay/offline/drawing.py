"""Series drawn in text, as lines of blocks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

_BLOCKS = "▁▂▃▄▅▆▇█"
_TOP = len(_BLOCKS) - 1
_OVER, _BELOW = "▲", "▼"
_LIMIT = "╌"
_MOST = 256
"""Stretches that are kept: when they are full, each two become one."""
_WIDEST = 100


class Stretch(NamedTuple):
    """The lowest and highest value of a stretch, and whether something in it is marked."""

    low: float
    high: float
    marked: bool


class Drawing:
    """A series of any length: stretches of equal length, which grow with it."""

    def __init__(self) -> None:
        self._stretches: list[Stretch] = []
        self._length = 1
        self._filled = 1

    def add(self, value: float, *, marked: bool = False) -> None:
        """One more value."""
        one = Stretch(value, value, marked)
        if self._stretches and self._filled < self._length:
            self._stretches[-1] = _join([self._stretches[-1], one])
            self._filled += 1
            return
        if len(self._stretches) >= _MOST:
            self._stretches = _squeeze(self._stretches, _MOST // 2)
            self._length *= 2
        self._stretches.append(one)
        self._filled = 1

    def with_marks(self, width: int) -> list[str]:
        """The values in a line of at most this width, and below them the marks; nothing for no values."""
        stretches = self._fit(width)
        if not stretches:
            return []
        middle = sorted((low + high) / 2 for low, high, _ in stretches)[len(stretches) // 2]
        values = [high if high - middle >= middle - low else low for low, high, _ in stretches]
        marks = "".join(_OVER if marked else " " for _, _, marked in stretches).rstrip()
        return [
            "".join(_block_between(value, min(values), max(values)) for value in values),
            *([marks] if marks else []),
        ]

    def with_limit(self, limit: float, *, rising: bool, width: int) -> list[str]:
        """Two lines of at most this width: the limit, and the values on the side that it is crossed from."""
        stretches = self._fit(width)
        if not stretches:
            return []
        values = [high if rising else low for low, high, _ in stretches]
        reach = max(abs(limit - value) for value in values) or 1.0
        drawn = "".join(_block_before(value, limit, reach, rising=rising) for value in values)
        line = _LIMIT * len(values) + f" {limit:g}"
        return [line, drawn] if rising else [drawn, line]

    def _fit(self, width: int) -> list[Stretch]:
        return _squeeze(self._stretches, max(1, min(width, _WIDEST)))


def draw_rates(rates: Sequence[float]) -> str:
    """A line of blocks, each as high as its share of the greatest; only nothing is drawn as nothing."""
    most = max(rates)
    return "".join(_BLOCKS[0 if not rate else max(1, round(rate / most * _TOP))] for rate in rates)


def _squeeze(stretches: list[Stretch], most: int) -> list[Stretch]:
    size = max(1, -(-len(stretches) // most))
    return [_join(stretches[at : at + size]) for at in range(0, len(stretches), size)]


def _join(stretches: list[Stretch]) -> Stretch:
    return Stretch(
        min(one.low for one in stretches),
        max(one.high for one in stretches),
        any(one.marked for one in stretches),
    )


def _block_between(value: float, low: float, high: float) -> str:
    """Halves, because the difference of two huge numbers may be infinite."""
    reach = high / 2 - low / 2
    return _block((value / 2 - low / 2) / reach if reach else 0.0)


def _block_before(value: float, limit: float, reach: float, *, rising: bool) -> str:
    if (value >= limit) if rising else (value <= limit):
        return _OVER if rising else _BELOW
    share = abs(limit - value) / reach
    return _block(1 - share if rising else share)


def _block(share: float) -> str:
    return _BLOCKS[min(_TOP, int(share * len(_BLOCKS)))]
