"""Somebody called AWS, and CloudTrail tells who, from where, on what, and whether it worked.

Refused calls and dry runs are signals too: judgement leaves them alone with its reason on record.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from chalicelib.errors import InvalidEventError
from chalicelib.incidents.model import Actor, ActorKind, Resource, Signal, SignalSource
from chalicelib.resources.model import ApiCall, ResourceType
from chalicelib.signals.actor import read_actor
from chalicelib.signals.fields import (
    fact_at,
    field_at,
    is_id,
    mapping_at,
    require_account,
    require_id,
    require_region,
    text_at,
    time_of,
)
from chalicelib.signals.model import IgnoredCode, Known, Reading, ignore, join_readings

DETAIL_TYPE = "AWS API Call via CloudTrail"
_DRY_RUN = "Client.DryRunOperation"


def read_api_call(event: object, known: Known) -> Reading:
    """One signal for every resource that the call names. Raise InvalidEventError."""
    call = mapping_at(event, "detail")
    name = require_id(call, "eventName")
    declared = list(_declared(known.types.values(), text_at(call, "eventSource"), name))
    if not declared:
        return ignore(IgnoredCode.UNKNOWN_EVENT, f"the call {name} is not one that breaks what we know")
    account = require_account(text_at(call, "recipientAccountId"), text_at(event, "account"))
    actor = read_actor(call, account=account, own_roles=known.own_roles, iac_roles=known.iac_roles)
    shared = _shared_fields(event, account, actor, known)
    reading = join_readings(*(_read_resources(call, entry, way, shared) for entry, way in declared))
    if actor.kind is ActorKind.OWN_ROLE:
        ours = ignore(IgnoredCode.OWN_ACTION, f"our own role called {name}: {actor.name}")
        return replace(ours, own=reading.signals)
    return reading


def narrow_api_call(types: Iterable[ResourceType]) -> list[dict[str, Any]]:
    """The part of an event pattern that lets only the declared calls through, service by service."""
    names: dict[str, set[str]] = {}
    for declared in (call for entry in types for call in entry.api_calls):
        names.setdefault(declared.event_source, set()).add(declared.event_name)
    return [{"eventSource": [source], "eventName": sorted(names[source])} for source in sorted(names)]


def _declared(
    types: Iterable[ResourceType], event_source: str, event_name: str
) -> Iterator[tuple[ResourceType, ApiCall]]:
    for entry in types:
        for way in entry.api_calls:
            if (way.event_source, way.event_name) == (event_source, event_name):
                yield entry, way


def _shared_fields(event: object, account: str, actor: Actor, known: Known) -> dict[str, Any]:
    """What is the same in every signal of one call, and where it happened."""
    call = mapping_at(event, "detail")
    return {
        "event_id": require_id(call, "eventID"),
        "region": require_region(text_at(call, "awsRegion"), text_at(event, "region")),
        "account": account,
        "actor": actor,
        "occurred_at": time_of(known.received_at, text_at(call, "eventTime"), text_at(event, "time")),
        "error_code": fact_at(call, "errorCode"),
        "dry_run": _is_dry_run(call),
        "details": _details(call),
    }


def _read_resources(
    call: Mapping[str, object], entry: ResourceType, way: ApiCall, shared: dict[str, Any]
) -> Reading:
    named = _names(way, mapping_at(call, "requestParameters"))
    if not named:
        reason = f"{way.event_name} named no {entry.title} that it could have broken"
        return ignore(IgnoredCode.UNKNOWN_RESOURCE, reason)
    return join_readings(*(_read_resource(each, entry, way, shared) for each in named))


def _names(way: ApiCall, parameters: Mapping[str, object]) -> list[object]:
    """What the declaration finds, each once. What trips it is no request that AWS would have taken."""
    try:
        return list(dict.fromkeys(way.resource_ids(parameters)))
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise InvalidEventError(f"requestParameters of {way.event_name} cannot be read: {error}") from error


def _read_resource(resource_id: object, entry: ResourceType, way: ApiCall, shared: dict[str, Any]) -> Reading:
    if not isinstance(resource_id, str) or not is_id(resource_id):
        return ignore(IgnoredCode.MALFORMED, f"{way.event_name} names no identifier: {resource_id!r:.80}")
    fields = dict(shared)
    place = {"region": fields.pop("region"), "account": fields.pop("account")}
    signal = Signal(
        signal_id=f"{fields.pop('event_id')}:{resource_id}",
        source=SignalSource.API_CALL,
        resource=Resource(type=entry.name, id=resource_id, **place),
        failure=way.failure,
        event_name=way.event_name,
        **fields,
    )
    return Reading(signals=(signal,))


def _is_dry_run(call: Mapping[str, object]) -> bool:
    asked = field_at(call, "requestParameters", "dryRun")
    return text_at(call, "errorCode") == _DRY_RUN or asked is True or asked == "true"


def _details(call: Mapping[str, object]) -> dict[str, str]:
    facts = {
        "event_id": fact_at(call, "eventID"),
        "request_id": fact_at(call, "requestID"),
        "invoked_by": fact_at(call, "userIdentity", "invokedBy"),
        "error_message": fact_at(call, "errorMessage"),
    }
    return {name: fact for name, fact in facts.items() if fact}
