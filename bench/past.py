"""A past for the incidents table: many ended incidents, put straight into what embedded DynamoDB keeps."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from chalicelib.aws import items, keys
from chalicelib.aws.items import Item
from chalicelib.incidents.model import Incident, PastIncident, Resource
from mainstay.world import World

_SPAN = timedelta(days=300)
_LEARNT_LIKE_REAL_ONES = 24
"""So many outcomes are written as the product does: more than a signature keeps. The rest is counted."""


def write_past(world: World, original: Incident, count: int) -> None:
    """Store this many ended incidents of the same signature: copies of a real one, each of its own resource.

    Records lie in the table and in all of its indexes. Timelines, which only their own incident reads,
    and marks of signals are left out. Embedded DynamoDB is filled from inside, as its API would take an hour.
    """
    table = stored_table(world)
    record = world.aws.client("dynamodb").get_item(
        TableName=world.team.incidents.table, Key=keys.record_key(original.incident_id)
    )["Item"]
    for item in copies(record, original, count):
        table.put_item(item)
    _learn(world, original, count)


def copies(record: Item, original: Incident, count: int) -> Iterator[Item]:
    """The record again and again, spread over the months before it."""
    step = _SPAN / count
    for number in range(count):
        opened = original.opened_at - step * (number + 1)
        resource = original.resource.model_copy(update={"id": _name(number)})
        yield {**record, **_identity(f"inc-{opened:%Y%m%d-%H%M%S}-{number:08x}", resource, opened)}


def _identity(incident_id: str, resource: Resource, opened: datetime) -> Item:
    """What is an incident's own."""
    return items.item(
        f"INCIDENT#{incident_id}",
        "RECORD",
        incident_id=incident_id,
        resource=resource,
        opened_at=opened,
        failed_at=opened,
        ended_at=opened + timedelta(seconds=60),
        gsi_time_pk=f"{opened:%Y-%m}",
        gsi_resource_pk=resource.key,
    )


def _name(number: int) -> str:
    return f"invoices-of-{number:06d}"


def _learn(world: World, original: Incident, count: int) -> None:
    """Let the outcomes of the signature and of the type be known."""
    team = world.team
    for number in range(min(count, _LEARNT_LIKE_REAL_ONES)):
        ended = original.opened_at - timedelta(days=number + 1)
        past = PastIncident(
            incident_id=f"inc-{ended:%Y%m%d-%H%M%S}-{number:08x}",
            signature=original.signature,
            resource_id=_name(number),
            state=original.state,
            action=original.plan.actions[0].action if original.plan else "",
            ended_at=ended,
            healthy_seconds=60,
        )
        team.incidents.write(team.memory.outcome_learnt(past, original.resource.type, approved=False))
    if count > _LEARNT_LIKE_REAL_ONES:
        more = count - _LEARNT_LIKE_REAL_ONES
        team.incidents.write(
            [
                items.update(
                    team.incidents.table,
                    keys.outcomes_key(name),
                    "ADD ended :more, recovered :more",
                    names=None,
                    more=more,
                )
                for name in (original.signature, original.resource.type)
            ]
        )


def stored_table(world: World) -> Any:
    """The table as moto keeps it."""
    backends = importlib.import_module("moto.dynamodb.models").dynamodb_backends
    return backends[world.aws.account][world.aws.region].get_table(world.team.incidents.table)
