"""Restore a deleted database from its newest snapshot. A person always agrees to that first."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import partial
from typing import Any

from chalicelib.errors import AwsError
from chalicelib.incidents.base import Attributes, Record, Scalar
from chalicelib.incidents.model import Observation, Resource
from chalicelib.incidents.plans import ActionCall, Risk
from chalicelib.recovery.actions.db_instances import (
    ORIGIN_TAG,
    TOO_EARLY,
    find_database,
    follow_database,
    is_restored_from,
)
from chalicelib.recovery.model import ActionKind, Proposal, RecoveryAction, Situation, Tools
from chalicelib.resources.answers import paged, parted
from chalicelib.resources.model import ReadAws

_NEXT = datetime.max.replace(tzinfo=UTC)


class Parameters(Record):
    """The snapshot, and what it does not know itself; what is None is left to AWS."""

    snapshot: str
    instance_class: str | None = None
    port: int | None = None
    multi_az: bool | None = None
    publicly_accessible: bool = False
    subnet_group: str | None = None
    security_groups: str | None = None
    parameter_group: str | None = None
    option_group: str | None = None
    ca_certificate: str | None = None
    deletion_protection: bool | None = None
    iam_authentication: bool | None = None
    copy_tags_to_snapshot: bool | None = None
    auto_minor_version_upgrade: bool | None = None
    tags: str | None = None
    """A JSON object of names and values: parameters are flat."""


_REQUEST = {
    "instance_class": "DBInstanceClass",
    "port": "Port",
    "multi_az": "MultiAZ",
    "publicly_accessible": "PubliclyAccessible",
    "subnet_group": "DBSubnetGroupName",
    "parameter_group": "DBParameterGroupName",
    "option_group": "OptionGroupName",
    "ca_certificate": "CACertificateIdentifier",
    "deletion_protection": "DeletionProtection",
    "iam_authentication": "EnableIAMDatabaseAuthentication",
    "copy_tags_to_snapshot": "CopyTagsToSnapshot",
    "auto_minor_version_upgrade": "AutoMinorVersionUpgrade",
}
"""Our names to AWS's. Storage is not among them: the snapshot knows its own type, size and speed."""


def _propose(situation: Situation, read: ReadAws) -> Proposal | None:
    snapshot = None if situation.observation.exists else _newest_snapshot(situation.resource.id, read)
    if snapshot is None:
        return None
    return Proposal(
        parameters={
            "snapshot": snapshot["DBSnapshotIdentifier"],
            **_remembered(situation.known_good),
        },
        goal={"exists": True, "status": "available"},
        automatic=False,
        warning=_warning(snapshot, situation.known_good),
    )


def _newest_snapshot(name: str, read: ReadAws) -> dict[str, Any] | None:
    """The one with the latest data. One that is still being made, as a deletion does, is later than all."""
    call = partial(read, "rds", "describe_db_snapshots", DBInstanceIdentifier=name)
    snapshots = paged(call, "DBSnapshots", more="Marker", asks="Marker")
    whole = [snapshot for snapshot in snapshots if snapshot["Status"] in ("available", "creating")]
    return max(whole, key=_taken_at, default=None)


def _taken_at(snapshot: dict[str, Any]) -> datetime:
    if snapshot["Status"] == "creating":
        return _NEXT
    taken_at: datetime = snapshot["SnapshotCreateTime"]
    return taken_at


def _remembered(known_good: Observation | None) -> Attributes:
    if known_good is None or not known_good.exists:
        return {}
    good = known_good.attributes
    kept = {name: good.get(name) for name in (*_REQUEST, "security_groups")}
    tags = {name: value for name, value in known_good.tags.items() if not name.startswith("aws:")}
    kept["tags"] = json.dumps(tags, sort_keys=True) if tags else None
    return {name: value for name, value in kept.items() if not _is_default(value)}


def _is_default(value: Scalar) -> bool:
    """AWS chooses its own default groups, by the engine's version, where none is named."""
    return value in (None, "") or str(value).startswith(("default.", "default:"))


def _warning(snapshot: dict[str, Any], known_good: Observation | None) -> str:
    taken_at = _taken_at(snapshot)
    lost = (
        "The snapshot is the one that the deletion makes, and is not ready yet."
        if taken_at is _NEXT
        else f"What was written after {taken_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC is not in the snapshot."
    )
    if known_good is not None and known_good.exists:
        return lost
    return f"{lost} Its former class, network and groups were never recorded: AWS's defaults are used."


def _apply(resource: Resource, parameters: Parameters, tools: Tools) -> Attributes:
    try:
        tools.change("rds", "restore_db_instance_from_db_snapshot", **_request(resource, parameters))
    except AwsError as error:
        if error.code != "DBInstanceAlreadyExists":
            raise
        _accept_existing(resource, parameters, tools.read, error)
    return {"database": resource.id}


def _accept_existing(resource: Resource, parameters: Parameters, read: ReadAws, refused: AwsError) -> None:
    """A database of that name is there: made by an earlier attempt of ours, on its way out, or foreign."""
    database = find_database(resource.id, read)
    if database is None or database["DBInstanceStatus"] == "deleting":
        raise AwsError(TOO_EARLY, "the deleted database is not quite gone", refused.operation) from refused
    if not is_restored_from(parameters.snapshot, database):
        raise refused


def _request(resource: Resource, parameters: Parameters) -> dict[str, Any]:
    given = parameters.model_dump(exclude_none=True)
    tags = json.loads(given.get("tags", "{}")) | {ORIGIN_TAG: parameters.snapshot}
    groups = parted(given.get("security_groups", ""))
    return {
        "DBInstanceIdentifier": resource.id,
        "DBSnapshotIdentifier": parameters.snapshot,
        **{_REQUEST[name]: value for name, value in given.items() if name in _REQUEST},
        **({"VpcSecurityGroupIds": groups} if groups else {}),
        "Tags": [{"Key": name, "Value": value} for name, value in tags.items()],
    }


def _undo(parameters: Parameters, _before: Attributes, _handle: Attributes) -> ActionCall:
    return ActionCall(action="delete_db_instance", parameters={"restored_from": parameters.snapshot})


RESTORE_DB_INSTANCE = RecoveryAction(
    name="restore_db_instance",
    kind=ActionKind.RESTORE,
    title="restore the database from its newest snapshot",
    resource_types=("rds.db-instance",),
    failures=("deleted",),
    parameters=Parameters,
    risk=Risk.HIGH,
    automatic=False,
    repeatable=True,
    # Storage under a customer's key: RDS uses the key in the name of whoever restores the database.
    permissions=(
        "kms:CreateGrant",
        "kms:DescribeKey",
        "rds:AddTagsToResource",
        "rds:DescribeDBInstances",
        "rds:RestoreDBInstanceFromDBSnapshot",
    ),
    propose=_propose,
    apply=_apply,
    progress=follow_database,
    undo=_undo,
    undone_by=("delete_db_instance",),
    reads=("rds:DescribeDBSnapshots",),
    too_early=frozenset({TOO_EARLY, "InvalidDBSnapshotState"}),
)
