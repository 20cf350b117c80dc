"""Log lines become log events: headers off, stack traces joined, JSON read by its message.

What the header of a stream looks like is learnt from its first lines. Where most lines begin with a time
stamp, one without belongs to the event before it. Where lines have none, only what is surely part of a stack
trace is joined, and the text stays as it is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import chain, islice
from typing import Any

from chalicelib.prediction.instants import Calendar
from chalicelib.prediction.layouts import Layout, leading_level, learn_layout, level_of

SAMPLE = 200
"""Lines from which the layout is learnt."""
_LONGEST_EVENT = 16_384
"""Characters of an event that are kept."""
_MOST_LINES = 2_000
"""Lines of one event; what follows is an event of its own."""
_NO_YEAR = 2000
"""A leap year, for time stamps that name none."""

_TRACE = re.compile(
    r"\s+at \S+|\s*Caused by: |\s*Suppressed: |\s+\.\.\. \d+ (?:more|common)|\s+File \".*\", line \d+|\s+\^+$"
    r"|Traceback \(most recent call last\):|\s*During handling of the above exception"
)
_PYTHON = re.compile(r"Traceback \(most recent call last\):|\s+File \".*\", line \d+")
_EXCEPTION = re.compile(r"(?:\w+\.)*\w+(?:Error|Exception|Interrupt|Exit|Warning)\b")

_MESSAGES = ("message", "msg", "log", "event", "text", "@message", "short_message", "body")
_LEVEL_NAMES = ("level", "severity", "lvl", "log.level", "loglevel", "levelname", "severity_text")
_TIMES = ("timestamp", "@timestamp", "time", "ts", "datetime", "date", "asctime")
_NUMBERED_LEVELS = {10: "TRACE", 20: "DEBUG", 30: "INFO", 40: "WARN", 50: "ERROR", 60: "FATAL"}
"""As bunyan and pino write them."""


class LogEvent:
    """One thing that was logged.

    `at`: when (UTC), where the line says it. `level`: FATAL, ERROR, WARN, INFO, DEBUG, TRACE or empty.
    `text`: the message without its header, first line. `whole`: all lines, bounded. `line`: the number of the
    first, from 1. `lines`: how many there are.
    """

    __slots__ = ("at", "level", "line", "lines", "text", "whole")

    def __init__(self, at: datetime | None, level: str, text: str, whole: str, line: int) -> None:
        self.at = at
        self.level = level
        self.text = text
        self.whole = whole
        self.line = line
        self.lines = 1

    def add(self, line: str) -> None:
        """One more line belongs to it."""
        self.lines += 1
        room = _LONGEST_EVENT - len(self.whole)
        if room > 1:
            self.whole += "\n" + line[: room - 1]


def read_events(lines: Iterable[str], *, year: int = _NO_YEAR) -> Iterator[LogEvent]:
    """The events of a stream of lines, in order. `year` is that of a first time stamp that names none."""
    stream = iter(lines)
    sample = list(islice(stream, SAMPLE))
    reader = _Reader(learn_layout(sample), Calendar(year))
    event: LogEvent | None = None
    for number, line in enumerate(chain(sample, stream), start=1):
        begun = reader.begin(line, number, event)
        if begun:
            if event:
                yield event
            event = begun
        elif event:
            event.add(line)
    if event:
        yield event


def read_document(text: str) -> tuple[str, str] | None:
    """The level and the message of a JSON document; None where it is none that has a message."""
    document = _parse(text)
    return None if document is None else _level_and_message(document)


def is_continuation(line: str) -> bool:
    """Whether a line can only be the further part of a stack trace."""
    return _TRACE.match(line) is not None


class _Reader:
    """Tells where an event begins, and what it says."""

    def __init__(self, layout: Layout | None, calendar: Calendar) -> None:
        self._layout = layout
        self._calendar = calendar
        self._in_python_trace = False

    def begin(self, line: str, number: int, event: LogEvent | None) -> LogEvent | None:
        """The event that this line begins; nothing where it belongs to `event`."""
        if line[:1] == "{" and (document := _parse(line)):
            return self._from_document(document, line, number)
        if self._layout:
            return self._from_layout(self._layout, line, number, event)
        if event and self._continues(line):
            return None
        return LogEvent(None, leading_level(line), line, line[:_LONGEST_EVENT], number)

    def _from_layout(self, layout: Layout, line: str, number: int, event: LogEvent | None) -> LogEvent | None:
        header = layout.match(line)
        if header:
            at = self._calendar.read(header["instant"].lstrip("[("))
            text = line[header.end() :]
            level = (level_of(header["level"]) if layout.names_level else "") or leading_level(text)
            return LogEvent(at, level, text, line[:_LONGEST_EVENT], number)
        if event and event.lines < _MOST_LINES:
            return None
        return LogEvent(event.at if event else None, "", line, line[:_LONGEST_EVENT], number)

    def _from_document(self, document: Mapping[str, Any], line: str, number: int) -> LogEvent:
        level, message = _level_and_message(document)
        at = self._calendar.read(str(_first(document, _TIMES) or ""))
        return LogEvent(at, level, message, line[:_LONGEST_EVENT], number)

    def _continues(self, line: str) -> bool:
        """Whether a line is part of a stack trace, in a stream without time stamps."""
        within, self._in_python_trace = self._in_python_trace, False
        if _TRACE.match(line):
            self._in_python_trace = bool(_PYTHON.match(line))
            return True
        if within and line[:1] == " ":
            self._in_python_trace = True
            return True
        return within and bool(_EXCEPTION.match(line))


def _parse(line: str) -> Mapping[str, Any] | None:
    """The document in a line, if it is one that has a message."""
    try:
        document = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) and _first(document, _MESSAGES) is not None else None


def _level_and_message(document: Mapping[str, Any]) -> tuple[str, str]:
    """The first line of the message alone."""
    level = _first(document, _LEVEL_NAMES)
    name = _NUMBERED_LEVELS.get(level, "") if isinstance(level, int) else level_of(str(level or ""))
    return name, str(_first(document, _MESSAGES)).partition("\n")[0]


def _first(document: Mapping[str, Any], names: Iterable[str]) -> Any:
    """The first of these fields that is there and says something."""
    return next((value for name in names if (value := document.get(name)) not in (None, "", {}, [])), None)
