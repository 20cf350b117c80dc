"""The audit trail: append-only, numbered, and chained by hashes, so that a changed line is noticed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from chalicelib.errors import BrokenTimelineError
from chalicelib.incidents.base import digest_of
from chalicelib.incidents.model import Bookmark, State, TimelineEvent

START = Bookmark(version=0, head="0" * 64)
"""Before the first event."""


@dataclass(frozen=True, kw_only=True)
class News:
    """Something that is to become a timeline event: past tense, with its facts."""

    what: str
    at: datetime
    data: dict[str, Any] = field(default_factory=dict)


def write_events(
    incident_id: str, after: Bookmark, state: State, news: Sequence[News]
) -> list[TimelineEvent]:
    """Chain news to what came before; `state` is the one that the incident is in once they are written."""
    events: list[TimelineEvent] = []
    for item in news:
        fields: dict[str, Any] = {
            "number": after.version + len(events) + 1,
            "at": item.at,
            "state": state,
            "what": item.what,
            "data": json.loads(json.dumps(item.data, default=str)),
            "previous_hash": events[-1].hash if events else after.head,
        }
        events.append(TimelineEvent(**fields, hash=_hash_of(incident_id, fields)))
    return events


def bookmark_after(events: Sequence[TimelineEvent]) -> Bookmark:
    """Where the record stands after these events."""
    return Bookmark(version=events[-1].number, head=events[-1].hash)


def check_timeline(incident_id: str, events: Iterable[TimelineEvent], end: Bookmark | None = None) -> None:
    """Raise BrokenTimelineError at the first event that was changed, is missing, or does not belong.

    `end` is the record's own bookmark: with it, events cut off at the end are noticed too.
    """
    last = START
    for event in events:
        fields = event.model_dump(exclude={"hash"})
        if (event.number, event.previous_hash) != (last.version + 1, last.head):
            raise BrokenTimelineError(f"event {last.version + 1} is missing or was put in afterwards")
        if event.hash != _hash_of(incident_id, fields):
            raise BrokenTimelineError(f"event {event.number} was changed")
        last = Bookmark(version=event.number, head=event.hash)
    if end is not None and end != last:
        raise BrokenTimelineError(f"the timeline ends at event {last.version}, the record at {end.version}")


def _hash_of(incident_id: str, fields: dict[str, Any]) -> str:
    at: datetime = fields["at"]
    return digest_of({**fields, "incident_id": incident_id, "at": at.isoformat()})
