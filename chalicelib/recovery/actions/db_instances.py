"""What the actions on databases share: where a database is on its way, and whether we made it."""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Any

from chalicelib.errors import AwsError, NotFoundError
from chalicelib.incidents.base import Attributes
from chalicelib.recovery.model import Progress, ProgressState, Tools
from chalicelib.resources.model import ReadAws

TOO_EARLY = "InvalidDBInstanceState"
"""AWS's code for a database that is on its way from one status to another."""

ORIGIN_TAG = "mainstay:restored-from"
"""The tag by which a restored database is known for ours: the name of its snapshot."""

_UP = frozenset({"available", "backing-up", "storage-optimization", "storage-initialization"})
_ON_ITS_WAY = frozenset(
    {
        "configuring-enhanced-monitoring",
        "configuring-iam-database-auth",
        "configuring-log-exports",
        "creating",
        "maintenance",
        "modifying",
        "rebooting",
        "resetting-master-credentials",
        "starting",
        "storage-config-upgrade",
        "upgrading",
    }
)


def find_database(name: str, read: ReadAws) -> Mapping[str, Any] | None:
    """The database as AWS describes it, or None where it is not there."""
    try:
        answer = read("rds", "describe_db_instances", DBInstanceIdentifier=name)
    except NotFoundError:
        return None
    return next(iter(answer["DBInstances"]), None)


def follow_database(handle: Attributes, read: ReadAws) -> Progress:
    """How far the handle's ``database`` is from being available. Not there yet counts as on its way."""
    database = find_database(str(handle["database"]), read)
    status = database["DBInstanceStatus"] if database else "creating"
    if status in _UP:
        return Progress(state=ProgressState.DONE, note=f"it is {status}")
    if status in _ON_ITS_WAY:
        return Progress(state=ProgressState.RUNNING, note=f"it is {status}")
    return Progress(state=ProgressState.FAILED, note=f"AWS put it into the status {status}")


def change_status(operation: str, name: str, tools: Tools, *, already: Container[str]) -> None:
    """Start or stop a database; one that is already on its way there needs nothing more."""
    try:
        tools.change("rds", operation, DBInstanceIdentifier=name)
    except AwsError as error:
        database = find_database(name, tools.read) if error.code == TOO_EARLY else None
        if database is None or database["DBInstanceStatus"] not in already:
            raise


def is_restored_from(snapshot: str, database: Mapping[str, Any]) -> bool:
    """Whether it carries our mark of a restore from this snapshot."""
    return {"Key": ORIGIN_TAG, "Value": snapshot} in database.get("TagList", [])
