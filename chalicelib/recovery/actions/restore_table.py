"""Restore a deleted table with its items from its newest backup."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

from chalicelib.errors import AwsError, NotFoundError
from chalicelib.incidents.base import Attributes, Record
from chalicelib.incidents.model import Resource
from chalicelib.incidents.plans import ActionCall, Risk
from chalicelib.recovery.model import (
    ActionKind,
    Progress,
    ProgressState,
    Proposal,
    RecoveryAction,
    Situation,
    Tools,
)
from chalicelib.resources.answers import paged
from chalicelib.resources.model import ReadAws

_IN_USE = "TableInUseException"
_OURS = ("USER", "SYSTEM")
"""Backups that DynamoDB itself restores; AWS Backup keeps those of the third type to itself."""


class Parameters(Record):
    """The backup to restore from."""

    backup_arn: str


def _propose(situation: Situation, read: ReadAws) -> Proposal | None:
    """The table is gone, so there is nothing that a restore could overwrite."""
    backup = None if situation.observation.exists else _newest_backup(situation.resource.id, read)
    if backup is None:
        return None
    made_at: datetime = backup["BackupCreationDateTime"]
    return Proposal(
        parameters={"backup_arn": backup["BackupArn"]},
        goal={"exists": True, "status": "ACTIVE"},
        warning=(
            f"What was written after {made_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC is not in the backup. "
            "AWS does not restore tags, streams, time to live, point-in-time recovery, scaling and alarms."
        ),
    )


def _newest_backup(name: str, read: ReadAws) -> dict[str, Any] | None:
    """Also one that is still being made: a deletion makes one, where point-in-time recovery is on."""
    call = partial(read, "dynamodb", "list_backups", TableName=name, BackupType="ALL")
    backups = paged(call, "BackupSummaries", more="LastEvaluatedBackupArn", asks="ExclusiveStartBackupArn")
    usable = [
        backup
        for backup in backups
        if backup["BackupStatus"] in ("AVAILABLE", "CREATING") and backup.get("BackupType") in _OURS
    ]
    return max(usable, key=lambda backup: backup["BackupCreationDateTime"], default=None)


def _apply(resource: Resource, parameters: Parameters, tools: Tools) -> Attributes:
    try:
        tools.change(
            "dynamodb",
            "restore_table_from_backup",
            TargetTableName=resource.id,
            BackupArn=parameters.backup_arn,
        )
    except AwsError as error:
        if error.code != "TableAlreadyExistsException":
            raise
        _accept_existing(resource, parameters, tools.read, error)
    return {"table": resource.id}


def _accept_existing(resource: Resource, parameters: Parameters, read: ReadAws, refused: AwsError) -> None:
    """A table of that name is there: made by an earlier attempt of ours, on its way out, or foreign."""
    table = find_table(resource.id, read)
    if table is None or table["TableStatus"] == "DELETING":
        raise AwsError(_IN_USE, "the deleted table is not quite gone", refused.operation) from refused
    if not is_restored_from(parameters.backup_arn, table):
        raise refused


def find_table(name: str, read: ReadAws) -> Mapping[str, Any] | None:
    """The table as AWS describes it, or None where it is not there."""
    try:
        table: Mapping[str, Any] = read("dynamodb", "describe_table", TableName=name)["Table"]
    except NotFoundError:
        return None
    return table


def is_restored_from(backup_arn: str, table: Mapping[str, Any]) -> bool:
    """Whether AWS itself says that the table came from this backup."""
    return bool(table.get("RestoreSummary", {}).get("SourceBackupArn") == backup_arn)


def _follow(handle: Attributes, read: ReadAws) -> Progress:
    """Not there yet counts as on its way: DescribeTable is a moment behind."""
    table = find_table(str(handle["table"]), read)
    status = table["TableStatus"] if table else "CREATING"
    if status in ("ACTIVE", "UPDATING"):
        return Progress(state=ProgressState.DONE, note=f"it is {status}")
    if status == "CREATING":
        return Progress(state=ProgressState.RUNNING, note="its items are being restored")
    return Progress(state=ProgressState.FAILED, note=f"AWS put it into the status {status}")


def _undo(parameters: Parameters, _before: Attributes, _handle: Attributes) -> ActionCall:
    return ActionCall(action="delete_table", parameters={"restored_from": parameters.backup_arn})


RESTORE_TABLE = RecoveryAction(
    name="restore_table",
    kind=ActionKind.RESTORE,
    title="restore the table from its newest backup",
    resource_types=("dynamodb.table",),
    failures=("deleted",),
    parameters=Parameters,
    risk=Risk.MEDIUM,
    automatic=True,
    repeatable=True,
    # AWS requires the rights to read and write items on the table that it restores to, and to use its key.
    permissions=(
        "dynamodb:BatchWriteItem",
        "dynamodb:DeleteItem",
        "dynamodb:DescribeTable",
        "dynamodb:GetItem",
        "dynamodb:PutItem",
        "dynamodb:Query",
        "dynamodb:RestoreTableFromBackup",
        "dynamodb:Scan",
        "dynamodb:UpdateItem",
        "kms:CreateGrant",
        "kms:Decrypt",
        "kms:DescribeKey",
        "kms:Encrypt",
        "kms:GenerateDataKey",
    ),
    propose=_propose,
    apply=_apply,
    progress=_follow,
    undo=_undo,
    undone_by=("delete_table",),
    reads=("dynamodb:ListBackups",),
    too_early=frozenset({_IN_USE, "BackupInUseException"}),
)
