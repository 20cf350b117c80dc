"""EC2 says that an instance changed its state. It does not say who did it, or why."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from chalicelib.incidents.model import SignalSource
from chalicelib.resources.model import ResourceType
from chalicelib.signals.fields import fact_at, require_id, text_at
from chalicelib.signals.model import Known, Reading
from chalicelib.signals.states import StateReport, read_state, states_of

DETAIL_TYPE = "EC2 Instance State-change Notification"
_EVENT_SOURCE = "aws.ec2"


def read_state_change(event: object, known: Known) -> Reading:
    """Read ``{"instance-id": ..., "state": ...}``. Raise InvalidEventError."""
    report = StateReport(
        source=SignalSource.STATE_CHANGE,
        event_source=_EVENT_SOURCE,
        resource_id=require_id(event, "detail", "instance-id"),
        state=require_id(event, "detail", "state"),
        happened_at=(text_at(event, "time"),),
        details={"event_id": fact_at(event, "id")},
    )
    return read_state(event, report, known)


def narrow_state_change(types: Iterable[ResourceType]) -> list[dict[str, Any]]:
    """The part of an event pattern that lets only failures through."""
    states = states_of(types, _EVENT_SOURCE)
    return [{"state": states}] if states else []
