"""Messages that come with their own time, as CloudWatch keeps them, become log events.

One message is read at a time, and always in the same way: a scan may see three of them or three thousand,
and a template must not depend on that. So no layout is learnt; a time stamp in front goes, the rest stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from chalicelib.prediction.events import LogEvent, is_continuation, read_document
from chalicelib.prediction.instants import INSTANT
from chalicelib.prediction.layouts import leading_level
from chalicelib.prediction.sightings import in_utc

_STAMP = re.compile(rf"[ \t]*[\[(]?(?:{INSTANT})(?!\d)[\])]?[,:;|]?[ \t]+")
_HEADER = 100
"""Characters in which a time stamp must begin and end."""
_LONGEST = 16_384
_TOGETHER = 2.0
"""Seconds in which the lines of one stack trace come, where each is a message of its own."""


def read_messages(messages: Iterable[tuple[float, str]]) -> Iterator[LogEvent]:
    """The events of messages, as (epoch seconds, text), in the order in which they come."""
    event: LogEvent | None = None
    last = 0.0
    for number, (at, text) in enumerate(messages, start=1):
        first, _, more = text.partition("\n")
        if event and not more and abs(at - last) <= _TOGETHER and is_continuation(first):
            event.add(first)
            last = at
            continue
        if event:
            yield event
        event, last = _read(at, first, text, number), at
        event.lines += more.rstrip("\n").count("\n") + 1 if more.strip() else 0
    if event:
        yield event


def _read(at: float, first: str, whole: str, number: int) -> LogEvent:
    moment = in_utc(at)
    if first[:1] == "{" and (said := read_document(whole)):
        level, text = said
        return LogEvent(moment, level, text, whole[:_LONGEST], number)
    stamp = _STAMP.match(first, 0, _HEADER)
    text = first[stamp.end() :] if stamp else first
    return LogEvent(moment, leading_level(text), text, whole[:_LONGEST], number)
