"""FilterLogEvents: streams mixed by time, patterns that filter, pages as AWS makes them."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from moto.logs.exceptions import InvalidParameterException, ResourceNotFoundException

from mainstay.embedded.logstore import Line, LogStore, Position, event_bytes
from mainstay.embedded.repairs.log_groups import checked_filter, find_group, store_of

PAGE_EVENTS = 10_000
PAGE_BYTES = 1_048_576
PAGE_LINES = 200_000
"""So many lines one call looks at. A page may be empty and still have a next one, as on AWS."""

BACKWARDS_SINCE = 1_704_067_200_000
"""2024-01-01 00:00 UTC: events before cannot be read backwards."""

CHUNK_LINES = PAGE_EVENTS + 1
"""A full page is then found full with one reading."""


def filter_log_events(response: Any) -> str:
    """Answer FilterLogEvents."""
    param = response._get_param
    group = _find_group(response.logs_backend, param("logGroupName"), param("logGroupIdentifier"))
    limit = param("limit", PAGE_EVENTS)
    if not 1 <= limit <= PAGE_EVENTS:
        raise InvalidParameterException(
            constraint=f"Member must have value between 1 and {PAGE_EVENTS}", parameter="limit", value=limit
        )
    wanted = _wanted(group, param("logStreamNames"), param("logStreamNamePrefix"), param("filterPattern"))
    oldest_first, position = _place(param("nextToken"), param("startFromHead"), param("startTime"))
    reader = PageReader(store_of(group), param("startTime"), param("endTime"), oldest_first=oldest_first)
    lines, rest = reader.read(position, wanted, limit)
    answer: dict[str, Any] = {"events": list(map(_as_filtered, lines)), "searchedLogStreams": []}
    return json.dumps(answer | ({"nextToken": _make_token(rest, oldest_first=oldest_first)} if rest else {}))


def _find_group(backend: Any, name: str | None, identifier: str | None) -> Any:
    if (name is None) == (identifier is None):
        raise InvalidParameterException("Give one of logGroupName and logGroupIdentifier")
    return find_group(backend, name or identifier or "")


@dataclass(frozen=True)
class PageReader:
    """Reads a group's lines between two times, in milliseconds and both included, page by page."""

    store: LogStore
    start: int | None
    end: int | None
    oldest_first: bool = True

    def read(
        self, position: Position | None, wanted: Callable[[Line], bool], limit: int
    ) -> tuple[list[Line], Position | None]:
        """Answer one page of what is wanted, and the position behind which more may follow."""
        found: list[Line] = []
        size = 0
        for _ in range(PAGE_LINES // CHUNK_LINES):
            chunk = self._read_chunk(position)
            for line in filter(wanted, chunk):
                size += event_bytes(line.message)
                if found and (len(found) == limit or size > PAGE_BYTES):
                    return found, Position(found[-1].timestamp, found[-1].number)
                found.append(line)
            if len(chunk) < CHUNK_LINES:
                return found, None
            position = Position(chunk[-1].timestamp, chunk[-1].number)
        return found, position

    def _read_chunk(self, position: Position | None) -> list[Line]:
        if self.oldest_first:
            return list(self.store.read(self.start, self.end, after=position, most=CHUNK_LINES))
        return list(self.store.read_backwards(self.start, self.end, before=position, most=CHUNK_LINES))


def _wanted(
    group: Any, streams: list[str] | None, prefix: str | None, pattern: str | None
) -> Callable[[Line], bool]:
    matches = checked_filter(pattern)
    if streams and prefix:
        raise InvalidParameterException("logStreamNames and logStreamNamePrefix cannot both be given")
    if any(name not in group.streams for name in streams or ()):
        raise ResourceNotFoundException("The specified log stream does not exist.")
    if streams:
        names = frozenset(streams)
        return lambda line: line.stream in names and matches(line.message)
    if prefix:
        return lambda line: line.stream.startswith(prefix) and matches(line.message)
    return lambda line: matches(line.message)


def _as_filtered(line: Line) -> dict[str, Any]:
    return {
        "eventId": line.event_id,
        "ingestionTime": line.ingested,
        "logStreamName": line.stream,
        "message": line.message,
        "timestamp": line.timestamp,
    }


# -- tokens -------------------------------------------------------------------------------------


def _make_token(position: Position, *, oldest_first: bool) -> str:
    text = f"{'f' if oldest_first else 'b'}/{position.timestamp}/{position.number}"
    return base64.urlsafe_b64encode(text.encode()).decode()


def _place(token: str | None, from_head: bool | None, start: int | None) -> tuple[bool, Position | None]:
    """Answer the direction, which a token keeps, and from where to go on."""
    if token is not None:
        return _read_token(token)
    if from_head is False and (start or 0) < BACKWARDS_SINCE:
        raise InvalidParameterException("startFromHead can be false only for a startTime since 2024-01-01")
    return from_head is not False, None


def _read_token(token: str) -> tuple[bool, Position]:
    try:
        direction, timestamp, number = base64.urlsafe_b64decode(token).decode().split("/")
        return {"f": True, "b": False}[direction], Position(int(timestamp), int(number))
    except (ValueError, KeyError) as error:
        raise InvalidParameterException("The specified nextToken is invalid.") from error


def filter_for_export(backend: Any, log_group_name: str, log_stream_names: list[str], **options: Any) -> Any:
    """What moto's export to S3 asks: every event of some streams between two times."""
    lines = store_of(find_group(backend, log_group_name)).read(options["start_time"], options["end_time"])
    return [_as_filtered(line) for line in lines if line.stream in log_stream_names], None, []
