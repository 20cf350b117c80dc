"""What happened: events of AWS become signals, one file per source."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from chalicelib.errors import InvalidEventError
from chalicelib.resources.model import ResourceType
from chalicelib.signals import api_call, budget, db_event, health, state_change
from chalicelib.signals.alarm import message_in, read_alarm_message, said_in
from chalicelib.signals.fields import text_at
from chalicelib.signals.model import Ignored, IgnoredCode, Known, Reading, ignore

__all__ = [
    "EVENT_FORMS",
    "MESSAGE_FORMS",
    "Ignored",
    "IgnoredCode",
    "Reading",
    "event_pattern",
    "ignore",
    "message_in",
    "read_alarm",
    "read_event",
]

_OF_AWS = "aws."
"""EventBridge lets nobody but AWS name such a source."""


@dataclass(frozen=True, kw_only=True)
class EventForm:
    """How one form of event is read, and how a rule lets only what matters of it through."""

    read: Callable[[object, Known], Reading]
    narrow: Callable[[Iterable[ResourceType]], list[dict[str, Any]]]


EVENT_FORMS: Mapping[str, EventForm] = MappingProxyType(
    {
        state_change.DETAIL_TYPE: EventForm(
            read=state_change.read_state_change, narrow=state_change.narrow_state_change
        ),
        api_call.DETAIL_TYPE: EventForm(read=api_call.read_api_call, narrow=api_call.narrow_api_call),
        db_event.DETAIL_TYPE: EventForm(read=db_event.read_db_event, narrow=db_event.narrow_db_event),
    }
)
"""Every event that we read, by its ``detail-type``."""


@dataclass(frozen=True, kw_only=True)
class MessageForm:
    """How one form of message of the alarm topic is known, and how it is read."""

    speaks: Callable[[object], bool]
    read: Callable[[object, Known], Reading]


MESSAGE_FORMS: Mapping[str, MessageForm] = MappingProxyType(
    {
        "health": MessageForm(speaks=health.is_of_health, read=health.read_health),
        "budget": MessageForm(speaks=budget.is_of_budgets, read=budget.read_budget),
        "cost anomaly": MessageForm(speaks=budget.is_of_cost_anomalies, read=budget.read_cost_anomaly),
    }
)
"""What else the topic brings; whatever none of these knows is read as an alarm."""


def read_event(
    event: object,
    *,
    types: Mapping[str, ResourceType],
    own_roles: tuple[str, ...],
    iac_roles: tuple[str, ...],
    received_at: datetime,
) -> Reading:
    """Read an event of EventBridge, whatever it holds: what is no signal is ignored with its reason.

    `own_roles` and `iac_roles` are patterns of role names. Nothing is raised, and the same event gives
    the same signal ids each time.
    """
    known = Known(types=types, own_roles=own_roles, iac_roles=iac_roles, received_at=received_at)
    return _read_safely(_read_envelope, event, known)


def read_alarm(
    message: object,
    *,
    types: Mapping[str, ResourceType],
    own_roles: tuple[str, ...],
    iac_roles: tuple[str, ...],
    received_at: datetime,
) -> Reading:
    """Read a message of the alarm topic: of a CloudWatch alarm, or of `MESSAGE_FORMS`; as `read_event`."""
    known = Known(types=types, own_roles=own_roles, iac_roles=iac_roles, received_at=received_at)
    return _read_safely(_read_message, message, known)


def event_pattern(types: Mapping[str, ResourceType]) -> dict[str, Any]:
    """The EventBridge pattern for everything that the resource types declare, and nothing else.

    `types` must declare something. There is one ``$or``, with one choice for each CloudTrail service and
    two more: EventBridge allows 1,000. The service's own choice keeps a call of that name elsewhere out.
    """
    choices = {name: form.narrow(types.values()) for name, form in EVENT_FORMS.items()}
    wanted = [choice for each in choices.values() for choice in each]
    speaking = {entry.event_source for entry in types.values() if entry.api_calls or entry.state_changes}
    return {
        "source": sorted(speaking),
        "detail-type": [name for name, each in choices.items() if each],
        "detail": {"$or": wanted} if len(wanted) > 1 else wanted[0],
    }


def _read_envelope(event: object, known: Known) -> Reading:
    if not isinstance(event, Mapping):
        raise InvalidEventError(f"the event is no object but {type(event).__name__}")
    detail_type, source = text_at(event, "detail-type"), text_at(event, "source")
    if not source.startswith(_OF_AWS):
        return ignore(IgnoredCode.UNKNOWN_EVENT, f"only events of AWS are read, not of {source[:80]!r}")
    form = EVENT_FORMS.get(detail_type)
    if form is None:
        return ignore(IgnoredCode.UNKNOWN_EVENT, f"events of the type {detail_type[:80]!r} are not read")
    return form.read(event, known)


def _read_message(message: object, known: Known) -> Reading:
    said = said_in(message)
    form = next((form for form in MESSAGE_FORMS.values() if form.speaks(said)), None)
    return form.read(said, known) if form else read_alarm_message(message, known)


def _read_safely(read: Callable[[object, Known], Reading], event: object, known: Known) -> Reading:
    try:
        return read(event, known)
    except InvalidEventError as error:
        return ignore(IgnoredCode.MALFORMED, str(error))
