"""A nightly import that needs more storage than a database has: once with help, and once without."""

from __future__ import annotations

import random
from datetime import datetime

from chalicelib.incidents.alert import Alert, AlertOutcome
from mainstay.demo import things
from mainstay.demo.days.day import Day, Subject, hour_of
from mainstay.demo.days.writing import by_five_minutes
from mainstay.embedded.personas import GHOST
from mainstay.world import World

KIND = "rds.db-instance"
_GIB = 2**30
_STORAGE_GIB, _USED_GIB = 100, 58.0
_BEGINS, _ENDS = 17.0, 20.5
_IMPORT_GIB = 45.0


def _used(moment: datetime, chance: random.Random, wrong: bool) -> float:
    """In GiB. The import's files stay until the morning after."""
    share = min(1.0, max(0.0, (hour_of(moment) - _BEGINS) / (_ENDS - _BEGINS)))
    imported = _IMPORT_GIB * share if wrong else 0.0
    return _USED_GIB + imported + chance.gauss(0, 0.05)


def _make(world: World) -> str:
    return things.make_db_instance(world, storage_gib=_STORAGE_GIB)


def _write(world: World, name: str, after: datetime, upto: datetime, wrong: bool) -> None:
    """Free storage follows from what the database really has: growing it helps."""
    found = world.aws.client("rds", GHOST).describe_db_instances(DBInstanceIdentifier=name)
    storage = found["DBInstances"][0]["AllocatedStorage"]
    values = by_five_minutes(
        name, after, upto, lambda chance, moment: max(0.0, storage - _used(moment, chance, wrong)) * _GIB
    )
    world.aws.write_metrics("AWS/RDS", "FreeStorageSpace", {"DBInstanceIdentifier": name}, values)


def _was_prevented(world: World, name: str, alerts: list[Alert]) -> str:
    found = world.aws.client("rds", GHOST).describe_db_instances(DBInstanceIdentifier=name)
    if found["DBInstances"][0]["AllocatedStorage"] == _STORAGE_GIB:
        return "its storage was never grown"
    return _ended(alerts, AlertOutcome.PREVENTED)


def _failed(_world: World, _name: str, alerts: list[Alert]) -> str:
    lead = alerts[0].lead_minutes if alerts else None
    if lead is not None and lead < _SHORTEST_LEAD:
        return f"foretold only {lead:.0f} minutes ahead"
    return _ended(alerts, AlertOutcome.FAILED)


def _ended(alerts: list[Alert], outcome: AlertOutcome) -> str:
    ended = [alert.outcome for alert in alerts]
    return "" if ended == [outcome] else f"ended {ended}, not {outcome.value}"


_SHORTEST_LEAD = 15

FILLING = Day(
    name="filling",
    title="The disk of a database fills up",
    subjects=(
        Subject(
            title="a person agrees to grow its storage in time; it never runs full",
            make=_make,
            write=_write,
            expect=_was_prevented,
            resource_type=KIND,
            approve=True,
        ),
        Subject(
            title="the same import, observed only: its storage runs full",
            make=_make,
            write=_write,
            expect=_failed,
            resource_type=KIND,
            limits={"prevent": "observe"},
        ),
    ),
)
