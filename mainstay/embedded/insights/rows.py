"""One row of a query: a log event with what has been computed for it, or one of an aggregation."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NoReturn

from mainstay.embedded.insights.values import Instant, Value
from mainstay.embedded.logstore import Line

LAMBDA_GROUPS = ":/aws/lambda/"
"""In their events the first JSON fragment is discovered; in others only what is JSON as a whole."""

_UNREAD: Any = object()


class Row:
    """`log` is the account and the log group; `computed` holds aliases and parsed fields."""

    __slots__ = ("_document", "computed", "line", "log")

    def __init__(self, line: Line | None, log: str, computed: dict[str, Value]) -> None:
        self.line = line
        self.log = log
        self.computed = computed
        self._document = _UNREAD

    def get(self, name: str) -> Value:
        """Answer what was computed, a field of the event, or a field of its JSON; nothing where none is."""
        if name in self.computed:
            return self.computed[name]
        if self.line is None:
            return None
        if name in EVENT_FIELDS:
            return EVENT_FIELDS[name](self)
        if self._document is _UNREAD:
            self._document = read_document(self.line.message, anywhere=LAMBDA_GROUPS in self.log)
        return None if self._document is None else find_field(self._document, name)


EVENT_FIELDS: dict[str, Callable[[Any], Value]] = {
    "@timestamp": lambda row: Instant(row.line.timestamp),
    "@message": lambda row: row.line.message,
    "@logStream": lambda row: row.line.stream,
    "@ingestionTime": lambda row: Instant(row.line.ingested),
    "@log": lambda row: row.log,
    "@ptr": lambda row: f"{row.log}#{row.line.event_id}",
}
"""What every event has."""


def read_document(message: str, *, anywhere: bool) -> dict[str, Any] | None:
    """Answer the JSON object that a message is, or with `anywhere` the first that it holds."""
    at = message.find("{")
    if at < 0 or (not anywhere and message[:at].strip()):
        return None
    try:
        document, end = _DECODER.raw_decode(message, at)
    except (ValueError, RecursionError):
        return None
    return document if anywhere or not message[end:].strip() else None


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")


_DECODER = json.JSONDecoder(parse_constant=_refuse)


def find_field(document: dict[str, Any], name: str) -> Value:
    """Follow a name with dots into objects and, by number, into lists. Booleans are 1 and 0."""
    found: Any = document
    if name in document:
        return _leaf(document[name])
    for part in name.split("."):
        if isinstance(found, dict):
            found = found.get(part)
        elif isinstance(found, list) and part.isdecimal() and len(part) < 6 and int(part) < len(found):  # noqa: PLR2004
            found = found[int(part)]
        else:
            return None
    return _leaf(found)


def _leaf(value: Any) -> Value:
    return None if isinstance(value, dict | list) else value
