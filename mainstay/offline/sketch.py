"""A series of any length as one line of blocks, with its limit drawn."""

from __future__ import annotations

_BLOCKS = "▁▂▃▄▅▆▇█"
_OVER = "▲"
_BELOW = "▼"
_MOST = 256
"""Cells that are kept: when they are full, each two become one."""
_WIDEST = 100


class Sketch:
    """Lowest and highest value of each stretch; the stretches grow with the series."""

    def __init__(self) -> None:
        self._cells: list[tuple[float, float]] = []
        self._length = 1
        self._filled = 1

    def add(self, value: float) -> None:
        """One more value."""
        if self._cells and self._filled < self._length:
            low, high = self._cells[-1]
            self._cells[-1] = min(low, value), max(high, value)
            self._filled += 1
            return
        if len(self._cells) >= _MOST:
            self._halve()
        self._cells.append((value, value))
        self._filled = 1

    def lines(self, limit: float, *, rising: bool, width: int) -> list[str]:
        """Two lines: the limit and the values on that side of it, of at most this width."""
        cells = _squeeze(self._cells, max(1, min(width, _WIDEST)))
        if not cells:
            return []
        values = [high if rising else low for low, high in cells]
        reach = max(abs(limit - value) for value in values) or 1.0
        drawn = "".join(_block(value, limit, reach, rising=rising) for value in values)
        line = "╌" * len(values) + f" {limit:g}"
        return [line, drawn] if rising else [drawn, line]

    def _halve(self) -> None:
        self._cells = _squeeze(self._cells, len(self._cells) // 2)
        self._length *= 2


def _squeeze(cells: list[tuple[float, float]], width: int) -> list[tuple[float, float]]:
    """At most so many cells."""
    size = -(-len(cells) // width)
    groups = [cells[at : at + size] for at in range(0, len(cells), size or 1)]
    return [(min(low for low, _ in group), max(high for _, high in group)) for group in groups]


def _block(value: float, limit: float, reach: float, *, rising: bool) -> str:
    if (value >= limit) if rising else (value <= limit):
        return _OVER if rising else _BELOW
    share = abs(limit - value) / reach
    height = 1 - share if rising else share
    return _BLOCKS[min(len(_BLOCKS) - 1, int(height * len(_BLOCKS)))]
