"""Which events of one PutLogEvents CloudWatch Logs takes, which it leaves out, and when it refuses them all.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from moto.logs.exceptions import InvalidParameterException

from mainstay.embedded.clock import DAY_MS, HOUR_MS
from mainstay.embedded.logstore import event_bytes

MOST_EVENTS = 10_000
MOST_BYTES = 1_048_576
OLDEST_MS = 14 * DAY_MS
NEWEST_MS = 2 * HOUR_MS


def accept_events(
    events: list[dict[str, Any]], now_ms: int, retention_days: int | None
) -> tuple[list[dict[str, Any]], dict[str, int]]:
    """Answer the events to store, and where the others are: the end before, or the start from there on."""
    _require_batch(events)
    times = [event["timestamp"] for event in events]
    too_old = sum(time < now_ms - OLDEST_MS for time in times)
    expired = sum(time < now_ms - retention_days * DAY_MS for time in times) if retention_days else 0
    end = len(events) - sum(time > now_ms + NEWEST_MS for time in times)
    rejected = {"tooOldLogEventEndIndex": too_old} if too_old else {}
    rejected |= {"expiredLogEventEndIndex": expired} if expired else {}
    rejected |= {"tooNewLogEventStartIndex": end} if end < len(events) else {}
    return events[max(too_old, expired) : end], rejected


def _require_batch(events: list[dict[str, Any]]) -> None:
    times = [event["timestamp"] for event in events]
    if any(later < earlier for earlier, later in pairwise(times)):
        raise InvalidParameterException(
            "Log events in a single PutLogEvents request must be in chronological order."
        )
    if times and times[-1] - times[0] > DAY_MS:
        raise InvalidParameterException(
            "The batch of log events in a single PutLogEvents request cannot span more than 24 hours."
        )
    size = sum(event_bytes(event["message"]) for event in events)
    if not 1 <= len(events) <= MOST_EVENTS or size > MOST_BYTES:
        raise InvalidParameterException(
            f"Upload too large: {len(events)} events, {size} bytes exceed {MOST_EVENTS} or {MOST_BYTES}"
        )
