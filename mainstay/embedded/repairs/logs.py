"""CloudWatch Logs: lines in one sorted store for each log group, and filter patterns that filter.

moto answers most filter patterns with everything, keeps streams apart where AWS mixes them by time, ignores
prefixes of streams and patterns of names, knows no pages of 1 MB, and tells wrong places of rejected events.
What embedded services write themselves is taken whatever its time is, since they live in real time.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from moto.logs import models
from moto.logs.models import LogEvent, LogGroup, LogsBackend, LogStream
from moto.logs.responses import LogsResponse

from mainstay.embedded.clock import CLOCK
from mainstay.embedded.repairs.log_batches import accept_events
from mainstay.embedded.repairs.log_groups import (
    checked_filter,
    describe_group,
    describe_log_groups,
    describe_stream,
    find_group,
    iter_tagged_resources,
    list_tags_for_resource,
    store_of,
)
from mainstay.embedded.repairs.log_reading import filter_for_export, filter_log_events
from mainstay.embedded.repairs.replacing import replace


def install() -> None:
    """Install the repair."""
    replace(LogsResponse, "put_log_events", _put_log_events)
    replace(LogsResponse, "filter_log_events", filter_log_events)
    replace(LogsResponse, "describe_log_groups", describe_log_groups)
    replace(LogsResponse, "list_tags_for_resource", list_tags_for_resource)
    replace(LogsBackend, "put_log_events", _store_events)
    replace(LogsBackend, "filter_log_events", filter_for_export)
    replace(LogsBackend, "iter_tagged_resources", iter_tagged_resources)
    for name, at in (("put_metric_filter", 1), ("put_subscription_filter", 2)):
        replace(LogsBackend, name, _with_checked_pattern(getattr(LogsBackend, name), at=at))
    replace(LogGroup, "delete_log_stream", _delete_stream(LogGroup.delete_log_stream))
    replace(LogGroup, "get_log_events", _before_end(LogGroup.get_log_events))
    replace(LogGroup, "to_describe_dict", describe_group(LogGroup.to_describe_dict))
    replace(LogStream, "put_log_events", _write)
    replace(LogStream, "to_describe_dict", describe_stream)
    replace(LogStream, "events", property(_as_moto_events, _ignore))
    replace(models, "EventMessageFilter", _LiveFilter)


# -- writing ------------------------------------------------------------------------------------


def _put_log_events(response: Any) -> str:
    """The call of a customer, whose events must be in order and neither too old nor too new."""
    backend, name = response.logs_backend, response._get_param("logGroupName")
    group = find_group(backend, name)
    events = response._get_param("logEvents")
    accepted, rejected = accept_events(events, CLOCK.now_ms(), group.retention_in_days)
    token, _ = backend.put_log_events(name, response._get_param("logStreamName"), accepted)
    answer = {"nextSequenceToken": token}
    return json.dumps(answer | {"rejectedLogEventsInfo": rejected} if rejected else answer)


def _store_events(
    backend: Any, log_group_name: str, log_stream_name: str, log_events: list[dict[str, Any]]
) -> tuple[str, dict[str, int]]:
    """The way of embedded services, with moto's names of arguments."""
    return find_group(backend, log_group_name).put_log_events(log_stream_name, log_events), {}


def _write(stream: Any, log_events: list[dict[str, Any]]) -> str:
    pairs = [(event["timestamp"], event["message"]) for event in log_events]
    group = stream.log_group
    numbers = store_of(group).write(stream.log_stream_name, pairs, ingested=CLOCK.now_ms())
    stream.upload_sequence_token += 1
    for subscription in list(group.subscription_filters.values()):
        matches = checked_filter(subscription.filter_pattern)
        chosen = [
            {"id": f"{number:056d}", "timestamp": timestamp, "message": message}
            for number, (timestamp, message) in zip(numbers, pairs, strict=True)
            if matches(message)
        ]
        if chosen:
            _send(stream, subscription, chosen)
    return f"{stream.upload_sequence_token:056d}"


def _send(stream: Any, subscription: Any, events: list[dict[str, Any]]) -> None:
    service = subscription.destination_arn.split(":")[2]
    stream._send_log_events(service, subscription.destination_arn, subscription.name, events)


def _with_checked_pattern(put: Callable[..., Any], *, at: int) -> Callable[..., Any]:
    """Refuse a filter whose pattern, the argument at this place, is none."""

    def checked(backend: Any, *given: Any) -> Any:
        checked_filter(given[at])
        return put(backend, *given)

    return checked


def _delete_stream(delete: Callable[..., None]) -> Callable[..., None]:
    def deleted(group: Any, name: str) -> None:
        delete(group, name)
        store_of(group).remove(name)

    return deleted


def write_lines(backend: Any, group: str, stream: str, lines: Iterable[tuple[float, str]]) -> int:
    """Store lines, each seconds since 1970 and a message, without the limits and ways of the API."""
    backend.ensure_log_group(group)
    backend.ensure_log_stream(group, stream)
    pairs = ((round(seconds * 1000), message) for seconds, message in lines)
    return len(store_of(backend.groups[group]).write(stream, pairs, ingested=CLOCK.now_ms()))


# -- what moto still does itself with a stream's events: GetLogEvents and live tails ------------


def _as_moto_events(stream: Any) -> list[Any]:
    return list(_moto_events(stream))


def _moto_events(stream: Any) -> Iterator[Any]:
    for line in store_of(stream.log_group).read(None, None):
        if line.stream == stream.log_stream_name:
            yield LogEvent(line.ingested, {"timestamp": line.timestamp, "message": line.message})


def _before_end(read: Callable[..., Any]) -> Callable[..., Any]:
    """GetLogEvents does not include its end, as FilterLogEvents does."""

    def read_before(group: Any, stream: str, start: int | None, end: int | None, *rest: Any) -> Any:
        return read(group, stream, start, None if end is None else end - 1, *rest)

    return read_before


def _ignore(_stream: Any, _events: list[Any]) -> None:
    """A new stream begins with an empty list."""


class _LiveFilter:
    """In the shape of moto's."""

    def __init__(self, pattern: str) -> None:
        self.matches = checked_filter(pattern)
