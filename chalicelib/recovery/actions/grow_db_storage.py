"""Give a database more storage before it runs out of it. A person always agrees to that first.

Storage of RDS can grow and never shrink, so there is no undo. AWS takes one change of storage in six hours,
and none while it still optimizes the storage after the last one: within that time the change is refused, and
people are told so in AWS's words.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil
from typing import Any

from chalicelib.errors import AwsError, PlanChangedError
from chalicelib.incidents.base import Attributes, Record
from chalicelib.incidents.model import Resource
from chalicelib.incidents.plans import Risk
from chalicelib.recovery.actions.db_instances import TOO_EARLY, find_database, follow_database
from chalicelib.recovery.model import (
    ActionKind,
    Progress,
    ProgressState,
    Proposal,
    RecoveryAction,
    Situation,
    Tools,
)
from chalicelib.resources.answers import parted
from chalicelib.resources.model import ReadAws

_PARTS, _LEAST_GIB = 5, 5
"""By a fifth, which is more than the tenth that AWS requires at least; a small database by more."""
_MOST_GIB, _MOST_GIB_OF_SQL_SERVER, _MOST_GIB_MAGNETIC = 65_536, 16_384, 3_072
_REFUSED = "InvalidParameterCombination"
"""AWS's code for many things, among them that the storage is still being optimized."""
_OPTIMIZING = "storage-optimization"


class Parameters(Record):
    """How large it is to be, and was when that was planned."""

    allocated_gib: int
    before_gib: int


def _propose(situation: Situation, read: ReadAws) -> Proposal | None:
    """Not for a member of a cluster, whose storage grows by itself; nor past the owner's own ceiling.

    While storage is being optimized, which takes hours, AWS would refuse whatever a person approves.
    """
    seen = situation.observation.attributes
    now = seen.get("allocated_gib")
    if seen.get("status") not in ("available", "storage-full") or seen.get("cluster") or not now:
        return None
    before = int(now)
    wanted = min(before + max(_LEAST_GIB, ceil(before / _PARTS)), _most(seen))
    if (wanted - before) * 10 < before or _is_optimizing(situation.resource, read):
        return None
    return Proposal(
        parameters={"allocated_gib": wanted, "before_gib": before},
        goal={"exists": True, "status": "available", "allocated_gib": wanted},
        automatic=False,
        warning=_warning(seen),
    )


def _is_optimizing(resource: Resource, read: ReadAws) -> bool:
    """An observation shows a database that is optimized as available, which it is for its users."""
    database = find_database(resource.id, read)
    return database is not None and database["DBInstanceStatus"] == _OPTIMIZING


def _most(seen: Attributes) -> int:
    """The ceiling is where the owner lets storage grow by itself to, where that is on."""
    most = _MOST_GIB
    if str(seen.get("engine")).startswith("sqlserver"):
        most = _MOST_GIB_OF_SQL_SERVER
    if seen.get("storage_type") == "standard":
        most = _MOST_GIB_MAGNETIC
    return min(most, int(seen.get("storage_ceiling_gib") or most))


def _warning(seen: Attributes) -> str:
    pending = ", ".join(parted(str(seen.get("pending_changes") or "")))
    costs = "It costs more from now on, and cannot be made smaller again."
    if not pending:
        return costs
    return f"{costs} AWS applies at once what else is pending, which may interrupt it: {pending}."


def _apply(resource: Resource, parameters: Parameters, tools: Tools) -> Attributes:
    """Change nothing where an earlier attempt has asked for it; never ask for less than there is."""
    handle: Attributes = {"database": resource.id, "allocated_gib": parameters.allocated_gib}
    database = find_database(resource.id, tools.read)
    if database is None:
        raise PlanChangedError(f"{resource.id} is not there any more")
    if parameters.allocated_gib in (database["AllocatedStorage"], _pending(database)):
        return handle
    if database["AllocatedStorage"] != parameters.before_gib:
        raise PlanChangedError(f"{resource.id} has {database['AllocatedStorage']} GiB by now")
    try:
        tools.change("rds", "modify_db_instance", **_request(database, parameters))
    except AwsError as error:
        if error.code == _REFUSED and database["DBInstanceStatus"] == _OPTIMIZING:
            raise AwsError(TOO_EARLY, "its storage is still being optimized", error.operation) from error
        raise
    return handle


def _request(database: Mapping[str, Any], parameters: Parameters) -> dict[str, Any]:
    """Of storage with a speed of its own, AWS wants both at once."""
    speed = {"Iops": database["Iops"]} if str(database.get("StorageType")).startswith("io") else {}
    return {
        "DBInstanceIdentifier": database["DBInstanceIdentifier"],
        "AllocatedStorage": parameters.allocated_gib,
        "ApplyImmediately": True,
        **speed,
    }


def _pending(database: Mapping[str, Any]) -> int | None:
    pending: int | None = database.get("PendingModifiedValues", {}).get("AllocatedStorage")
    return pending


def _follow(handle: Attributes, read: ReadAws) -> Progress:
    """Available with the old size is a change that AWS has not begun with yet."""
    progress = follow_database(handle, read)
    database = find_database(str(handle["database"]), read)
    grown = database is not None and database["AllocatedStorage"] == handle["allocated_gib"]
    if progress.state is ProgressState.DONE and not grown:
        return Progress(state=ProgressState.RUNNING, note="its storage has not grown yet")
    return progress


GROW_DB_STORAGE = RecoveryAction(
    name="grow_db_storage",
    kind=ActionKind.API,
    title="give the database more storage",
    resource_types=("rds.db-instance",),
    failures=("storage_filling",),
    parameters=Parameters,
    risk=Risk.MEDIUM,
    automatic=False,
    repeatable=True,
    permissions=("rds:DescribeDBInstances", "rds:ModifyDBInstance"),
    propose=_propose,
    apply=_apply,
    progress=_follow,
    reads=("rds:DescribeDBInstances",),
    too_early=frozenset({TOO_EARLY}),
)
