"""Series of numbers over time, from CSV: every data row in order, and what is wrong with it.

A row is a time and a value. A header is optional; where it names them, columns may stand in any order
and further ones are ignored. Times are ISO 8601 (without a zone: UTC), ``YYYY-MM-DD HH:MM:SS``, or
seconds, milliseconds, micro- or nanoseconds since 1970, told apart by their size. Commas, semicolons
(then with decimal commas), tabs, bars or blanks separate. Nothing in a file is an error: what cannot be
used is named in the row that has it, so that what comes out lines up with what went in.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import NamedTuple

NOT_A_NUMBER = "not a number"
NAN = "NaN"
BAD_TIME = "bad time"
UNSORTED = "unsorted"
DUPLICATE = "duplicate"
PROBLEMS = (BAD_TIME, NOT_A_NUMBER, NAN, UNSORTED, DUPLICATE)

TIME_NAMES = ("timestamp", "time", "datetime", "date", "at", "ts", "epoch", "@timestamp")
VALUE_NAMES = ("value", "val", "average", "avg", "mean", "maximum", "max", "minimum", "sum", "count", "y")

_NO_VALUE = frozenset({"", "nan", "na", "n/a", "null", "none", "-"})
_HEADING = re.compile(r"\s*[^\W\d][\w .:@()/%-]*\s*")
_SEPARATORS = (",", ";", "\t", "|")
_LONGEST_TIME = 100
"""Characters of a time that are kept: rubbish need not be shown whole."""
_LAST_SECOND = 253_402_300_799.0
"""The end of the year 9999."""
_BELIEVED_BACK = 10
"""So many rows running that lie before an earlier one, and that one was the mistake."""


class Row(NamedTuple):
    """One data row: its line in the file, the time as written and in seconds since 1970, the value, problems.

    `at` is None where the time cannot be read, `value` where there is no finite number. An unsorted or
    duplicate row keeps both.
    """

    line: int
    timestamp: str
    at: float | None
    value: float | None
    problems: tuple[str, ...] = ()


class Layout(NamedTuple):
    """Which separator, and in which columns time and value are."""

    separator: str
    time: int = 0
    value: int = 1


def read_series(lines: Iterable[str]) -> Iterator[Row]:
    """Every data row of a file's decoded lines. Empty lines and the header are none."""
    layout: Layout | None = None
    order = _Order()
    for number, raw in enumerate(lines, 1):
        line = raw.strip("\r\n\ufeff\0 ")
        if not line:
            continue
        found = layout or find_layout(line)
        row = _read_row(number, line, found, order)
        if layout is None:
            is_header = _is_header(line, found)
            layout = found if is_header or not row.problems else None
            if is_header:
                continue
        yield row


def find_layout(line: str) -> Layout:
    """How lines are laid out, by the header or the first row of data."""
    separator = max(_SEPARATORS, key=line.count)
    if separator not in line:
        separator = " "
    names = _names(line, separator)
    time = next((names.index(name) for name in TIME_NAMES if name in names), None)
    value = next((names.index(name) for name in VALUE_NAMES if name in names), None)
    if time is None:
        time = 1 if value == 0 else 0
    if value is None:
        value = 1 if time == 0 else 0
    return Layout(separator, time, value)


def _is_header(line: str, layout: Layout) -> bool:
    names = _names(line, layout.separator)
    known = not {*TIME_NAMES, *VALUE_NAMES}.isdisjoint(names)
    return len(names) > 1 and (known or all(map(_HEADING.fullmatch, names)))


def _names(line: str, separator: str) -> list[str]:
    return [cell.strip().lower() for cell in _cells(line, separator)]


def parse_time(text: str) -> float | None:
    """Seconds since 1970, or None where that is no time."""
    try:
        seconds = _in_seconds(float(text))
    except ValueError:
        seconds = _parse_calendar(text)
    return seconds if seconds is not None and abs(seconds) <= _LAST_SECOND else None


def parse_value(text: str, *, decimal_comma: bool = False) -> float | None:
    """A finite number, or None."""
    try:
        value = float(text.replace(",", ".") if decimal_comma else text)
    except ValueError:
        return None
    return value if math.isfinite(value) and "_" not in text else None


def _in_seconds(number: float) -> float | None:
    size = abs(number)
    for limit, unit in ((1e11, 1.0), (1e14, 1e3), (1e17, 1e6), (1e20, 1e9)):
        if size < limit:
            return number / unit
    return None


def _parse_calendar(text: str) -> float | None:
    try:
        moment = datetime.fromisoformat(text.replace("/", "-").removesuffix(" UTC"))
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None


def _read_row(number: int, line: str, layout: Layout, order: _Order) -> Row:
    cells = _cells(line, layout.separator)
    timestamp = cells[layout.time].strip() if layout.time < len(cells) else ""
    text = cells[layout.value].strip() if layout.value < len(cells) else ""
    at = parse_time(timestamp)
    value = parse_value(text, decimal_comma=layout.separator == ";")
    if at is not None and value is not None and at > order.latest:
        order.latest, order.behind = at, 0
        return Row(number, timestamp, at, value)
    problems = (*order.judge(at), *_judge_value(text, value))
    return Row(number, timestamp[:_LONGEST_TIME], at, value, problems)


def _judge_value(text: str, value: float | None) -> tuple[str, ...]:
    if value is not None:
        return ()
    return (NAN,) if text.lower() in _NO_VALUE else (NOT_A_NUMBER,)


def _cells(line: str, separator: str) -> list[str]:
    if separator == " ":
        return list(line.rsplit(None, 1))
    if '"' not in line:
        return line.split(separator)
    try:
        return next(csv.reader([line.replace("\0", "")], delimiter=separator), [])
    except csv.Error:
        return line.split(separator)


class _Order:
    """The latest time so far, and how many rows running have been before it."""

    __slots__ = ("behind", "latest")

    def __init__(self) -> None:
        self.latest = -math.inf
        self.behind = 0

    def judge(self, at: float | None) -> tuple[str, ...]:
        """What is wrong with a row's time; from then on it counts."""
        if at is None:
            return (BAD_TIME,)
        if at == self.latest:
            return (DUPLICATE,)
        if at > self.latest or self.behind >= _BELIEVED_BACK:
            self.latest, self.behind = at, 0
            return ()
        self.behind += 1
        return (UNSORTED,)
