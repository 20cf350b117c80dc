"""A CloudWatch alarm went off, and one of its dimensions names a resource that we know."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from chalicelib.errors import InvalidEventError
from chalicelib.incidents.base import digest_of
from chalicelib.incidents.model import Resource, Signal, SignalSource
from chalicelib.resources.model import ResourceType
from chalicelib.signals.fields import (
    fact_at,
    field_at,
    is_id,
    require_account,
    require_id,
    require_region,
    text_at,
    time_of,
)
from chalicelib.signals.model import IgnoredCode, Known, Reading, ignore, join_readings

_ALARM = "ALARM"
_REGION_IN_ARN = 3
_MOST_DIMENSIONS = 30
"""CloudWatch allows no more on a metric."""
_MOST_METRICS = 100


def message_in(event: object) -> object:
    """The message in an event of SNS; the event itself where it holds none, for the reader to say so."""
    records = field_at(event, "Records")
    first = records[0] if isinstance(records, list) and records else None
    message = field_at(first, "Sns", "Message")
    return event if message is None else message


def said_in(message: object) -> object:
    """What a message says: JSON parsed where it is JSON, and the text itself where it is none."""
    try:
        return json.loads(message) if isinstance(message, str | bytes | bytearray) else message
    except (ValueError, RecursionError):
        return message


def read_alarm_message(message: object, known: Known) -> Reading:
    """Read what CloudWatch sends to SNS, as text or parsed. Raise InvalidEventError."""
    alarm = _parsed(message)
    name = fact_at(alarm, "AlarmName")
    state = require_id(alarm, "NewStateValue")
    if state != _ALARM:
        return ignore(IgnoredCode.NO_FAILURE, f"the alarm {name} is in the state {state}")
    named = dict.fromkeys(_resources_named(alarm, known.types))
    if not named:
        return ignore(IgnoredCode.UNKNOWN_RESOURCE, f"no dimension of the alarm {name} names what we know")
    return join_readings(*(_read_resource(alarm, *each, known) for each in named))


def _parsed(message: object) -> Mapping[str, object]:
    try:
        alarm = json.loads(message) if isinstance(message, str | bytes | bytearray) else message
    except (ValueError, RecursionError) as error:
        raise InvalidEventError(f"the message is no JSON: {error}") from error
    if not isinstance(alarm, Mapping):
        raise InvalidEventError(f"the message is no alarm but {type(alarm).__name__}")
    return alarm


def _resources_named(
    alarm: Mapping[str, object], types: Mapping[str, ResourceType]
) -> Iterator[tuple[str, str]]:
    by_dimension = {entry.alarm_dimension: entry.name for entry in types.values() if entry.alarm_dimension}
    for dimension in _dimensions(alarm):
        name, value = text_at(dimension, "name"), text_at(dimension, "value")
        if name in by_dimension and is_id(value):
            yield by_dimension[name], value


def _dimensions(alarm: Mapping[str, object]) -> Iterator[object]:
    """Of the alarm's one metric, or of each that its expression is made of."""
    yield from _list_at(alarm, "Trigger", "Dimensions")[:_MOST_DIMENSIONS]
    for metric in _list_at(alarm, "Trigger", "Metrics")[:_MOST_METRICS]:
        yield from _list_at(metric, "MetricStat", "Metric", "Dimensions")[:_MOST_DIMENSIONS]


def _list_at(value: object, *path: str) -> list[object]:
    found = field_at(value, *path)
    return found if isinstance(found, list) else []


def _read_resource(alarm: Mapping[str, object], type_name: str, resource_id: str, known: Known) -> Reading:
    """A type that names no failure for its alarms has none that an alarm alone could tell of."""
    entry = known.types[type_name]
    if not entry.failing_alarm:
        reason = f"an alarm alone tells of no failure of the {entry.title} {resource_id}"
        return ignore(IgnoredCode.NO_FAILURE, reason)
    return Reading(signals=(_signal(alarm, entry, resource_id, known),))


def _signal(alarm: Mapping[str, object], entry: ResourceType, resource_id: str, known: Known) -> Signal:
    """CloudWatch sends no id of its own: an alarm goes off once at one time."""
    arn, changed_at = text_at(alarm, "AlarmArn"), require_id(alarm, "StateChangeTime")
    return Signal(
        signal_id=f"alarm-{digest_of([arn, changed_at])[:32]}:{resource_id}",
        source=SignalSource.ALARM,
        resource=Resource(
            type=entry.name,
            id=resource_id,
            region=require_region(_region_in(arn)),
            account=require_account(text_at(alarm, "AWSAccountId")),
        ),
        failure=entry.failing_alarm,
        event_name=fact_at(alarm, "AlarmName"),
        occurred_at=time_of(known.received_at, changed_at),
        details=_details(alarm),
    )


def _region_in(arn: str) -> str:
    """The message's own ``Region`` is a title for people, such as ``US East (N. Virginia)``."""
    return "".join(arn.split(":")[_REGION_IN_ARN : _REGION_IN_ARN + 1])


def _details(alarm: Mapping[str, object]) -> dict[str, str]:
    facts = {
        "alarm": fact_at(alarm, "AlarmName"),
        "previous_state": fact_at(alarm, "OldStateValue"),
        "reason": fact_at(alarm, "NewStateReason"),
        "metric": fact_at(alarm, "Trigger", "MetricName"),
    }
    return {name: fact for name, fact in facts.items() if fact}
