"""A series of any length as a line of blocks, with marks under it."""

from __future__ import annotations

from typing import NamedTuple

_BLOCKS = "▁▂▃▄▅▆▇█"
_MARK = "▲"
_MOST = 256
"""Cells that are kept: when they are full, each two become one."""
_WIDEST = 100


class Cell(NamedTuple):
    """One stretch: its lowest and highest value, and whether something in it is marked."""

    low: float
    high: float
    marked: bool


class Strip:
    """Stretches of equal length, which grow with the series."""

    def __init__(self) -> None:
        self._cells: list[Cell] = []
        self._length = 1
        self._filled = 1

    def add(self, value: float, *, marked: bool) -> None:
        """One more value."""
        cell = Cell(value, value, marked)
        if self._cells and self._filled < self._length:
            self._cells[-1] = _join([self._cells[-1], cell])
            self._filled += 1
            return
        if len(self._cells) >= _MOST:
            self._cells = _squeeze(self._cells, _MOST // 2)
            self._length *= 2
        self._cells.append(cell)
        self._filled = 1

    def lines(self, width: int) -> list[str]:
        """The values, and below them the marks; nothing for no values."""
        cells = _squeeze(self._cells, max(1, min(width, _WIDEST)))
        if not cells:
            return []
        middle = sorted((cell.low + cell.high) / 2 for cell in cells)[len(cells) // 2]
        values = [cell.high if cell.high - middle >= middle - cell.low else cell.low for cell in cells]
        marks = "".join(_MARK if cell.marked else " " for cell in cells).rstrip()
        return [
            "".join(_block(value, min(values), max(values)) for value in values),
            *([marks] if marks else []),
        ]


def _squeeze(cells: list[Cell], width: int) -> list[Cell]:
    size = max(1, -(-len(cells) // width))
    return [_join(cells[at : at + size]) for at in range(0, len(cells), size)]


def _join(cells: list[Cell]) -> Cell:
    return Cell(
        min(cell.low for cell in cells), max(cell.high for cell in cells), any(cell.marked for cell in cells)
    )


def _block(value: float, low: float, high: float) -> str:
    """Halves, because the difference of two huge numbers may be infinite."""
    reach = high / 2 - low / 2
    share = (value / 2 - low / 2) / reach if reach else 0.0
    return _BLOCKS[min(len(_BLOCKS) - 1, int(share * len(_BLOCKS)))]
