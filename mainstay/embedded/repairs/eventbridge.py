"""EventBridge: events reach their targets.

moto raises NotImplementedError for Lambda, Step Functions and SNS targets (out of PutEvents), delivers to
disabled rules, fires a schedule's rule at every event, leaves the account out of the envelope, drops an
event whose target fails although the rule has a dead-letter queue, and answers TestEventPattern with
nothing. AWS accepts an event first and delivers it afterwards: PutEvents never fails because of a target.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from moto.core.exceptions import JsonRESTError, ServiceException
from moto.core.utils import unix_time
from moto.events.exceptions import ValidationException
from moto.events.models import EventPattern, EventsBackend, Rule, events_backends
from moto.events.responses import EventsHandler
from moto.utilities.arns import Arn, parse_arn
from requests.structures import CaseInsensitiveDict

from mainstay.embedded.bus import BUS, Event, make_event
from mainstay.embedded.repairs.event_input import make_input
from mainstay.embedded.repairs.replacing import replace

_deliver_as_moto_does = Rule.send_to_targets


def install() -> None:
    """Install the repair."""
    BUS.deliver = _deliver
    replace(EventsBackend, "put_events", _put_events)
    replace(Rule, "send_to_targets", _send_to_targets)
    replace(EventsHandler, "test_event_pattern", _test_event_pattern)


# -- accepting ----------------------------------------------------------------------------------


def _put_events(backend: Any, events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Accept each entry, or say what is wrong with it; delivery comes later."""
    if len(events) > 10:  # noqa: PLR2004 - the limit of the API
        raise ValidationException(
            "1 validation error detected: Value '[PutEventsRequestEntry]' at 'entries' failed to satisfy "
            "constraint: Member must have length less than or equal to 10"
        )
    return [_refusal(entry) or {"EventId": _accept(backend, entry)} for entry in events]


def _refusal(entry: Mapping[str, Any]) -> dict[str, str]:
    for field in ("Source", "DetailType", "Detail"):
        if not entry.get(field):
            text = f"Parameter {field} is not valid. Reason: {field} is a required argument."
            return {"ErrorCode": "InvalidArgument", "ErrorMessage": text}
    try:
        well_formed = isinstance(json.loads(entry["Detail"]), dict)
    except ValueError:
        well_formed = False
    return {} if well_formed else {"ErrorCode": "MalformedDetail", "ErrorMessage": "Detail is malformed."}


def _accept(backend: Any, entry: Mapping[str, Any]) -> str:
    bus = backend.describe_event_bus(backend._normalize_event_bus_arn(entry.get("EventBusName"))).name
    event = make_event(
        entry["Source"],
        entry["DetailType"],
        json.loads(entry["Detail"]),
        region=backend.region_name,
        resources=entry.get("Resources"),
        at=datetime.fromtimestamp(float(entry["Time"]), UTC) if entry.get("Time") else None,
    )
    BUS.put(event, bus=bus)
    return str(event["id"])


# -- delivering ---------------------------------------------------------------------------------


def _deliver(bus: str, event: Event) -> None:
    """Give the event to each rule of the bus, where the bus still is."""
    backend = events_backends[event["account"]][event["region"]]
    if bus in backend.event_buses:
        for rule in list(backend.event_buses[bus].rules.values()):
            rule.send_to_targets(event)


def _send_to_targets(rule: Any, event: Event, transform_input: bool = True) -> None:
    """Give the event to the targets of a rule that is on, has a pattern, and whose pattern it matches."""
    if rule.state == "DISABLED" or not rule.event_pattern.get_pattern():
        return
    event = {name: part for name, part in event.items() if name != "ingestion-time"}  # moto's own
    if not rule.event_pattern.matches_event(event):
        return
    for target in list(rule.targets):
        _send_to_target(rule, target, event)


def _send_to_target(rule: Any, target: Mapping[str, Any], event: Event) -> None:
    arn = parse_arn(target["Arn"])
    send = _TARGETS.get(arn.service)
    try:
        if send is None:
            _send_as_moto_does(rule, target, event)
        else:
            send(arn, target, make_input(target, event, rule_arn=rule.arn), event)
    except (JsonRESTError, ServiceException, LookupError) as error:  # how moto says "not there"
        _send_to_dead_letters(rule, target, event, error)


def _send_as_moto_does(rule: Any, target: Mapping[str, Any], event: Event) -> None:
    """Archives, other buses and API destinations are right in moto, which reads all targets of a rule."""
    alone = Rule(
        name=rule.name,
        account_id=rule.account_id,
        region_name=rule.region_name,
        description=rule.description,
        event_pattern=None,
        schedule_exp=None,
        role_arn=rule.role_arn,
        event_bus_name=rule.event_bus_name,
        state=rule.state,
        targets=[target],
    )
    event = {**event, "ingestion-time": unix_time()}
    _deliver_as_moto_does(alone, event, transform_input="InputTransformer" in target)


def _to_lambda(arn: Arn, target: Mapping[str, Any], text: str, event: Event) -> None:
    """Invoke as an event: what the function answers is its own affair, not the rule's."""
    from moto.awslambda.models import lambda_backends  # noqa: PLC0415

    headers = CaseInsensitiveDict({"X-Amz-Invocation-Type": "Event"})
    lambda_backends[arn.account][arn.region].invoke(target["Arn"], None, text, headers, {})


def _to_state_machine(arn: Arn, target: Mapping[str, Any], text: str, event: Event) -> None:
    from moto.stepfunctions.responses import get_backend  # noqa: PLC0415

    name = f"{event['id']}_{uuid.uuid4()}"
    get_backend(arn.account, arn.region).start_execution(target["Arn"], name, text)


def _to_topic(arn: Arn, target: Mapping[str, Any], text: str, event: Event) -> None:
    from moto.sns.models import sns_backends  # noqa: PLC0415

    sns_backends[arn.account][arn.region].publish(text, arn=target["Arn"])


def _to_queue(arn: Arn, target: Mapping[str, Any], text: str, event: Event) -> None:
    from moto.sqs.models import sqs_backends  # noqa: PLC0415

    group = target.get("SqsParameters", {}).get("MessageGroupId")
    sqs_backends[arn.account][arn.region].send_message(arn.resource_id, text, group_id=group)


def _to_log_group(arn: Arn, target: Mapping[str, Any], text: str, event: Event) -> None:
    """Write one line. In moto the ``:*`` at the end of a log group's ARN is a part of its name."""
    from moto.logs.models import logs_backends  # noqa: PLC0415

    logs, group, stream = (
        logs_backends[arn.account][arn.region],
        arn.resource_id.removesuffix(":*"),
        str(uuid.uuid4()),
    )
    logs.create_log_stream(group, stream)
    logs.put_log_events(group, stream, [{"timestamp": int(time.time() * 1000), "message": text}])


_TARGETS: dict[str, Callable[[Arn, Mapping[str, Any], str, Event], None]] = {
    "lambda": _to_lambda,
    "states": _to_state_machine,
    "sns": _to_topic,
    "sqs": _to_queue,
    "logs": _to_log_group,
}


def _send_to_dead_letters(rule: Any, target: Mapping[str, Any], event: Event, error: Exception) -> None:
    """Put the untransformed event into the target's dead-letter queue; without one it is lost, as on AWS."""
    from moto.sqs.models import sqs_backends  # noqa: PLC0415

    queue = target.get("DeadLetterConfig", {}).get("Arn")
    if queue is None:
        return
    facts = {
        "RULE_ARN": rule.arn,
        "TARGET_ARN": target["Arn"],
        "ERROR_CODE": "NO_RESOURCE",
        "ERROR_MESSAGE": str(error) or type(error).__name__,
    }
    arn = parse_arn(queue)
    sqs_backends[arn.account][arn.region].send_message(
        arn.resource_id,
        json.dumps(event),
        message_attributes={
            name: {"DataType": "String", "StringValue": text} for name, text in facts.items()
        },
    )


# -- asking -------------------------------------------------------------------------------------


def _test_event_pattern(handler: Any) -> str:
    pattern = EventPattern.load(handler._get_param("EventPattern"))
    return json.dumps({"Result": pattern.matches_event(json.loads(handler._get_param("Event")))})
