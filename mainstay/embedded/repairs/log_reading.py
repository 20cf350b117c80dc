"""FilterLogEvents: streams mixed by time, patterns that filter, pages as AWS makes them."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

from moto.logs.exceptions import InvalidParameterException, ResourceNotFoundException

from mainstay.embedded.logstore import Line, LogStore, Position, event_bytes
from mainstay.embedded.repairs.log_groups import checked_filter, find_group, store_of

PAGE_EVENTS = 10_000
PAGE_BYTES = 1_048_576
PAGE_LINES = 200_000
"""So many lines one call looks at. A page may be empty and still have a next one, as on AWS."""

CHUNK_LINES = PAGE_EVENTS + 1
"""A full page is then found full with one reading."""


def filter_log_events(response: Any) -> str:
    """Answer FilterLogEvents."""
    param = response._get_param
    group = find_group(response.logs_backend, param("logGroupName") or param("logGroupIdentifier") or "")
    limit = param("limit", PAGE_EVENTS)
    if not 1 <= limit <= PAGE_EVENTS:
        raise InvalidParameterException(
            constraint=f"Member must have value between 1 and {PAGE_EVENTS}", parameter="limit", value=limit
        )
    wanted = _wanted(group, param("logStreamNames"), param("logStreamNamePrefix"), param("filterPattern"))
    lines, position = read_page(
        store_of(group),
        (param("startTime"), param("endTime")),
        after=_read_token(param("nextToken")),
        wanted=wanted,
        limit=limit,
    )
    answer: dict[str, Any] = {"events": list(map(_as_filtered, lines)), "searchedLogStreams": []}
    return json.dumps(answer | ({"nextToken": _make_token(position)} if position else {}))


def read_page(
    store: LogStore,
    window: tuple[int | None, int | None],
    *,
    after: Position | None,
    wanted: Callable[[Line], bool],
    limit: int,
) -> tuple[list[Line], Position | None]:
    """Answer one page of what is wanted, and the position behind which more may follow."""
    found: list[Line] = []
    size = 0
    for _ in range(PAGE_LINES // CHUNK_LINES):
        chunk = list(store.read(*window, after=after, most=CHUNK_LINES))
        for line in filter(wanted, chunk):
            size += event_bytes(line.message)
            if found and (len(found) == limit or size > PAGE_BYTES):
                return found, Position(found[-1].timestamp, found[-1].number)
            found.append(line)
        if len(chunk) < CHUNK_LINES:
            return found, None
        after = Position(chunk[-1].timestamp, chunk[-1].number)
    return found, after


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


def _make_token(position: Position) -> str:
    return base64.urlsafe_b64encode(f"{position.timestamp}/{position.number}".encode()).decode()


def _read_token(token: str | None) -> Position | None:
    if token is None:
        return None
    try:
        timestamp, number = base64.urlsafe_b64decode(token).decode().split("/")
        return Position(int(timestamp), int(number))
    except ValueError as error:
        raise InvalidParameterException("The specified nextToken is invalid.") from error


def filter_for_export(backend: Any, log_group_name: str, log_stream_names: list[str], **options: Any) -> Any:
    """What moto's export to S3 asks: every event of some streams between two times."""
    lines = store_of(find_group(backend, log_group_name)).read(options["start_time"], options["end_time"])
    return [_as_filtered(line) for line in lines if line.stream in log_stream_names], None, []
