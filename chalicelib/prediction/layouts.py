"""What stands in front of the messages of a log: its layout is learnt from many lines, never from one.

A line's beginning is read as fields: time stamps, levels, numbers, names, brackets, separators. The fields
that nearly all lines have in common, up to the last that can end a header, are the layout.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from chalicelib.prediction.instants import INSTANT, narrow_instant

LEVELS = {
    **dict.fromkeys(["FATAL", "CRITICAL", "CRIT", "EMERG", "EMERGENCY", "ALERT", "PANIC", "F"], "FATAL"),
    **dict.fromkeys(["ERROR", "ERR", "SEVERE", "FAILURE", "E"], "ERROR"),
    **dict.fromkeys(["WARN", "WARNING", "W"], "WARN"),
    **dict.fromkeys(["INFO", "INFORMATION", "NOTICE", "LOG", "I"], "INFO"),
    **dict.fromkeys(["DEBUG", "CONFIG", "FINE", "FINER", "D"], "DEBUG"),
    **dict.fromkeys(["TRACE", "FINEST", "VERBOSE", "V"], "TRACE"),
}
"""What logs call a level, and what we call it."""

_LONG = "|".join(sorted((name for name in LEVELS if len(name) > 1), key=len, reverse=True))
_LEVEL = rf"[\[(<]?(?:(?i:{_LONG})|[FEWIDV](?=[ /]))[\])>]?(?:[:,]|(?=[\s|/]))"
_FIELDS = {
    "instant": rf"[\[(]?(?:{INSTANT})(?!\d)[\])]?[,:;]?",
    "level": _LEVEL,
    "cell": r"[^\s|]*\|",
    "bracket": r"\[(?:[^\[\]]|\[[^\[\]]*\])*\]:?",
    "dash": r"-+(?=\s)|:(?=\s)",
    "number": r"#?\d+(?=\s)",
    "component": r"[^\s:|\[\]]+(?:\[[^\]\s]*\])?(?: \([^)]*\))? {0,20}:(?=\s|$)",
    "column": r"[^\s|]+(?=\t| {2,})",
    "word": r"[^\s|]+(?=\s)",
}
_ENDS = frozenset(["instant", "level", "cell", "bracket", "dash", "component", "column"])
"""Fields that can be the last of a header."""
_FIELD = re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in _FIELDS.items()))
_GAP = r"[ \t|]*"
_SPACE = re.compile(_GAP)
_STARTS = re.compile(rf"{_LEVEL}")
_ENDINGS = {"component": r"(?:[^:]{1,60}: )?", "dash": r"(?:(?:\S+ ){0,4}?--? )?"}
"""How a header of that last field may end where the fields before it are others."""
_MOST_FIELDS = 12
_COMMON = 0.85
_MOSTLY = 0.6
"""For a component, which ends the header: lines without one keep what is behind their time stamp."""
_ALWAYS = 0.98
"""So many lines must have a field that may as well be the beginning of the message."""
_HEADER = 400
"""Characters in which a header must be over."""


class Layout:
    """A header: `match` finds it at the beginning of a line."""

    __slots__ = ("_pattern", "_short", "names_level")

    def __init__(self, fields: Sequence[str], instant: str = INSTANT) -> None:
        self.names_level = "level" in fields
        self._pattern = re.compile(_pattern_of(fields, instant))
        stamps = [place for place, kind in enumerate(fields) if kind == "instant"]
        shortest = fields[: stamps[-1] + 1]
        level = "(?P<level>)" if self.names_level and "level" not in shortest else ""
        self._short = re.compile(_pattern_of(shortest, instant) + level + _ENDINGS.get(fields[-1], ""))

    def match(self, line: str) -> re.Match[str] | None:
        """The header with the group `instant`, and `level` if the layout `names_level`."""
        return self._pattern.match(line, 0, _HEADER) or self._short.match(line, 0, _HEADER)


def learn_layout(lines: Sequence[str]) -> Layout | None:
    """The layout of these lines; none where most of them have no time stamp in front."""
    headers = [_without_lead(read_fields(line)) for line in lines if line.strip()]
    stamped = [fields for fields in headers if "instant" in fields]
    if not stamped or 2 * len(stamped) <= len(headers):
        return None
    fields = _common_fields(stamped)
    layout = Layout(fields) if "instant" in fields else None
    if not layout or not _leaves_messages(layout, lines):
        return None
    stamps = [header["instant"] for line in lines if (header := layout.match(line))]
    return Layout(fields, narrow_instant(stamp.lstrip("[(") for stamp in stamps))


def read_fields(line: str) -> list[str]:
    """The kinds of fields that a line begins with."""
    fields: list[str] = []
    at = _skip(line, 0)
    while len(fields) < _MOST_FIELDS and (match := _FIELD.match(line, at, _HEADER)):
        kind = match.lastgroup or ""
        fields.append(kind)
        if kind == "component" and "instant" in fields:
            break
        at = _skip(line, match.end())
    return fields


def _skip(line: str, at: int) -> int:
    gap = _SPACE.match(line, at)
    return gap.end() if gap else at


def _leaves_messages(layout: Layout, lines: Sequence[str]) -> bool:
    """Whether there is something behind the headers: else they are what was logged."""
    headers = [(line, header) for line in lines if (header := layout.match(line))]
    return sum(bool(line[header.end() :].strip()) for line, header in headers) > _COMMON * len(headers)


def _without_lead(fields: list[str]) -> list[str]:
    """What is in front of the time stamp may be anything."""
    lead = fields.index("instant") if "instant" in fields else 0
    return ["word"] * lead + fields[lead:]


@lru_cache(maxsize=256)
def level_of(name: str) -> str:
    """Our name of a level, whatever brackets it has; empty where it is none."""
    return LEVELS.get(name.strip("[](){}<>:,/| ").upper(), "")


def leading_level(text: str) -> str:
    """The level that a message itself begins with, as in ``ERROR: no space``."""
    match = _STARTS.match(text)
    return level_of(match[0]) if match and len(match[0].strip("[]()<>:,")) > 1 else ""


def _common_fields(headers: list[list[str]]) -> list[str]:
    """Field by field, what most have; cut after the last that can end a header."""
    common: list[str] = []
    shares: list[float] = []
    left = headers
    while True:
        depth = len(common)
        kinds = Counter(header[depth] for header in left if len(header) > depth)
        if not kinds:
            break
        kind, count = kinds.most_common(1)[0]
        if count < (_MOSTLY if kind == "component" else _COMMON) * len(headers):
            break
        common.append(kind)
        shares.append(count / len(headers))
        left = [header for header in left if len(header) > depth and header[depth] == kind]
    while common and not (common[-1] in _ENDS or (common[-1] == "number" and shares[-1] >= _ALWAYS)):
        common.pop()
        shares.pop()
    return common


def _pattern_of(fields: Sequence[str], instant: str) -> str:
    """A pattern for a header of these fields; the first time stamp and the first level are its groups.

    `instant` is what the first time stamp looks like.
    """
    parts = [_GAP]
    named: set[str] = set()
    for kind in fields:
        pattern = _FIELDS[kind]
        if kind == "instant":
            pattern = rf"[\[(]?(?:{INSTANT if kind in named else instant})(?!\d)"
        name = kind if kind in {"instant", "level"} and kind not in named else ""
        named.add(kind)
        parts.append(f"(?P<{name}>{pattern})" if name else f"(?:{pattern})")
        if kind == "instant":
            parts.append(r"[\])]?[,:;]?")
        parts.append(_GAP)
    return "".join(parts)
