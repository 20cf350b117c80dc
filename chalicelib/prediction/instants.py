"""Time stamps as they stand in logs, and the instants that they mean.

What names no zone is taken as UTC. What names no year gets the one that the reader was told to begin with,
and the next one when the months start again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECONDS = 13
"""Digits of a Unix time in milliseconds."""
_MONTHS = {
    name: number
    for number, name in enumerate(
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"], start=1
    )
}
_MONTH = "|".join(_MONTHS)
_HMS = r"(?P<H>\d{1,2})[:.](?P<M>\d\d?)[:.](?P<S>\d\d?)(?:[.,:](?P<f>\d{1,9}))?"
_ZONE = r"(?: ?(?P<z>Z|[+-]\d\d:?\d\d)(?![\d:]))?"
_DAY = r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) )?"
_PATTERNS = (
    rf"(?P<Y>\d{{4}})[-/.](?P<m>\d\d)[-/.](?P<d>\d\d)[T ,_-] ?{_HMS}{_ZONE}",  # 2015-07-29 17:41:44,747
    rf"(?P<Y>\d{{4}})(?P<m>\d\d)(?P<d>\d\d)[T -]{_HMS}{_ZONE}",  # 20171223-22:15:29:606
    r"(?P<y>\d\d)(?P<m>\d\d)(?P<d>\d\d) (?P<H>\d\d)(?P<M>\d\d)(?P<S>\d\d)",  # 081109 203615
    rf"(?P<y>\d\d)/(?P<m>\d\d)/(?P<d>\d\d) {_HMS}",  # 17/06/09 20:10:40
    rf"(?P<d>\d\d)/(?P<b>{_MONTH})/(?P<Y>\d{{4}}):{_HMS}{_ZONE}",  # 10/Oct/2000:13:55:36 -0700
    # Jun 14 15:16:01, Sun Dec 04 04:47:44 2005
    rf"{_DAY}(?P<b>{_MONTH}) +(?P<d>\d\d?) {_HMS}(?: [A-Z]{{3,4}})?(?: (?P<Y>\d{{4}})\b)?",
    rf"(?P<m>\d\d)[-.](?P<d>\d\d) {_HMS}",  # 03-17 16:13:38.811
    r"(?P<e>1\d{9}(?:\d{3})?)(?:\.(?P<f>\d{1,9}))?",  # 1117838570
)
_PLAIN = tuple(re.sub(r"\?P<\w>", "?:", pattern) for pattern in _PATTERNS)
INSTANT = "|".join(_PLAIN)
"""A pattern without groups that finds any time stamp."""
_READERS = tuple(re.compile(pattern + r"(?!\d)") for pattern in _PATTERNS)


def narrow_instant(stamps: Iterable[str]) -> str:
    """A pattern like `INSTANT`, of the forms that these time stamps have."""
    firsts = {
        next((number for number, reader in enumerate(_READERS) if reader.match(stamp)), 0)
        for stamp in set(stamps)
    }
    return "|".join(_PLAIN[number] for number in sorted(firsts))


class Calendar:
    """Reads time stamps one after the other, in their order in the log. `year` is that of the first."""

    __slots__ = ("_last", "_month", "_reader", "_second", "_year")

    def __init__(self, year: int) -> None:
        self._year = year
        self._month = 0
        self._reader = _READERS[0]
        self._last: tuple[str, datetime | None] = ("", None)
        self._second: tuple[str, datetime | None] = ("", None)

    def read(self, stamp: str) -> datetime | None:
        """The instant that a time stamp means; nothing where there is no such time."""
        if stamp != self._last[0]:
            self._last = (stamp, self._read(stamp))
        return self._last[1]

    def _read(self, stamp: str) -> datetime | None:
        match = self._reader.match(stamp)
        if not match:
            found = next(((reader, match) for reader in _READERS if (match := reader.match(stamp))), None)
            if not found:
                return None
            self._reader, match = found
        begin, end = match.span("f") if "f" in self._reader.groupindex else (-1, -1)
        second = stamp if begin < 0 else stamp[:begin] + stamp[end:]
        if second != self._second[0]:
            self._second = (second, self._instant(match.groupdict()))
        at = self._second[1]
        return at.replace(microsecond=int(stamp[begin:end].ljust(6, "0")[:6])) if at and begin >= 0 else at

    def _instant(self, parts: dict[str, str | None]) -> datetime | None:
        """The second, without its fraction."""
        try:
            return self._second_of(parts)
        except (ValueError, OverflowError):
            return None

    def _second_of(self, parts: dict[str, str | None]) -> datetime:
        if unix := parts.get("e"):
            return _EPOCH + timedelta(seconds=int(unix) / (1000 if len(unix) == _MILLISECONDS else 1))
        month = _MONTHS[parts["b"] or ""] if "b" in parts else int(parts["m"] or 0)
        day, hour, minute, second = (int(parts[name] or 0) for name in "dHMS")
        zone = _zone(parts.get("z"))
        year = self._year_of(parts, month)
        return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=zone).astimezone(UTC)

    def _year_of(self, parts: dict[str, str | None], month: int) -> int:
        if year := parts.get("Y"):
            return int(year)
        if year := parts.get("y"):
            return 2000 + int(year)
        if month < self._month - 6:
            self._year += 1
        self._month = month
        return self._year


def _zone(text: str | None) -> timezone:
    if not text or text == "Z":
        return UTC
    minutes = int(text[1:3]) * 60 + int(text[-2:])
    return timezone(timedelta(minutes=-minutes if text[0] == "-" else minutes))
