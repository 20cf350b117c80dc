"""RDS says what happened to a database instance, by the numbers of its own list of events."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from chalicelib.incidents.model import SignalSource
from chalicelib.resources.model import ResourceType
from chalicelib.signals.fields import fact_at, require_id, text_at
from chalicelib.signals.model import Known, Reading
from chalicelib.signals.states import StateReport, read_state, states_of

DETAIL_TYPE = "RDS DB Instance Event"
_EVENT_SOURCE = "aws.rds"


def read_db_event(event: object, known: Known) -> Reading:
    """Read ``{"SourceIdentifier": ..., "EventID": "RDS-EVENT-0087"}``. Raise InvalidEventError."""
    report = StateReport(
        source=SignalSource.DB_EVENT,
        event_source=_EVENT_SOURCE,
        resource_id=require_id(event, "detail", "SourceIdentifier"),
        state=require_id(event, "detail", "EventID"),
        happened_at=(text_at(event, "detail", "Date"), text_at(event, "time")),
        details={"event_id": fact_at(event, "id"), "message": fact_at(event, "detail", "Message")},
    )
    return read_state(event, report, known)


def narrow_db_event(types: Iterable[ResourceType]) -> list[dict[str, Any]]:
    """The part of an event pattern that lets only failures through."""
    states = states_of(types, _EVENT_SOURCE)
    return [{"EventID": states}] if states else []
