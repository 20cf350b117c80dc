"""restore_table and delete_table."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib.aws.clients import Aws
from chalicelib.errors import AwsError, NotFoundError, PlanChangedError
from chalicelib.incidents.model import Observation
from chalicelib.recovery.actions import ACTIONS
from chalicelib.recovery.model import ProgressState

EXISTS = AwsError("TableAlreadyExistsException")


def _backup(name: str, hour: int, status: str = "AVAILABLE", type_: str = "USER") -> dict[str, Any]:
    return {
        "BackupArn": name,
        "BackupStatus": status,
        "BackupType": type_,
        "BackupCreationDateTime": datetime(2030, 1, 1, hour, tzinfo=UTC),
    }


def _table(status: str, backup: str = "") -> dict[str, Any]:
    summary = {"RestoreSummary": {"SourceBackupArn": backup, "RestoreInProgress": True}} if backup else {}
    return {"Table": {"TableName": "orders", "TableStatus": status, **summary}}


@pytest.mark.parametrize(
    ("backups", "chosen"),
    [
        ([_backup("old", 1), _backup("last", 9), _backup("older", 0)], "last"),
        ([_backup("old", 1), _backup("deleted", 9, status="DELETED")], "old"),
        (
            [_backup("old", 1), _backup("by-the-deletion", 9, status="CREATING", type_="SYSTEM")],
            "by-the-deletion",
        ),
        ([_backup("old", 1), _backup("vault", 9, type_="AWS_BACKUP")], "old"),
    ],
    ids=["newest", "not-a-deleted-one", "the-one-that-the-deletion-makes", "not-of-aws-backup"],
)
def test_the_backup_with_the_latest_items_is_chosen(
    story: Any, canned: Any, seen: Callable[..., Observation], backups: list[Any], chosen: str
) -> None:
    aws = canned(list_backups={"BackupSummaries": backups})

    proposal = story(aws, "restore_table", "orders").propose(seen(gone=True))

    assert proposal.parameters == {"backup_arn": chosen}
    assert proposal.automatic
    assert aws.asked("list_backups") == [{"TableName": "orders", "BackupType": "ALL"}]


def test_a_later_page_of_backups_counts_too(
    story: Any, canned: Any, seen: Callable[..., Observation]
) -> None:
    pages = [
        {"BackupSummaries": [_backup("old", 1)], "LastEvaluatedBackupArn": "old"},
        {"BackupSummaries": [_backup("last", 9)]},
    ]
    aws = canned(list_backups=pages)

    assert story(aws, "restore_table", "orders").propose(seen(gone=True)).parameters == {"backup_arn": "last"}
    assert aws.asked("list_backups")[1]["ExclusiveStartBackupArn"] == "old"


def test_the_warning_says_what_does_not_come_back(
    story: Any, canned: Any, seen: Callable[..., Observation]
) -> None:
    aws = canned(list_backups={"BackupSummaries": [_backup("last", 9)]})

    warning = story(aws, "restore_table", "orders").propose(seen(gone=True)).warning

    assert "after 2030-01-01 09:00 UTC" in warning
    assert "time to live" in warning


@pytest.mark.parametrize("gone", [True, False])
def test_without_a_backup_or_with_a_table_there_is_nothing_to_restore(
    story: Any, canned: Any, seen: Callable[..., Observation], gone: bool
) -> None:
    aws = canned(list_backups={"BackupSummaries": [] if gone else [_backup("last", 9)]})

    assert story(aws, "restore_table", "orders").propose(seen(gone=gone)) is None


def test_a_restore_whose_answer_was_lost_is_known_by_its_backup(story: Any, canned: Any) -> None:
    aws = canned(restore_table_from_backup=EXISTS, describe_table=_table("CREATING", backup="last"))

    assert story(aws, "restore_table", "orders").apply({"backup_arn": "last"}) == {"table": "orders"}


@pytest.mark.parametrize("backup", ["", "another"])
def test_a_table_of_somebody_else_is_not_taken_for_ours(story: Any, canned: Any, backup: str) -> None:
    aws = canned(restore_table_from_backup=EXISTS, describe_table=_table("ACTIVE", backup=backup))

    with pytest.raises(AwsError, match="TableAlreadyExistsException") as caught:
        story(aws, "restore_table", "orders").apply({"backup_arn": "last"})

    assert caught.value.code not in ACTIONS["restore_table"].too_early


@pytest.mark.parametrize(
    "answer", [_table("DELETING"), NotFoundError("ResourceNotFoundException")], ids=["deleting", "just-gone"]
)
def test_while_the_old_table_is_deleted_it_is_too_early(story: Any, canned: Any, answer: Any) -> None:
    aws = canned(restore_table_from_backup=EXISTS, describe_table=answer)

    with pytest.raises(AwsError) as caught:
        story(aws, "restore_table", "orders").apply({"backup_arn": "last"})

    assert caught.value.code in ACTIONS["restore_table"].too_early


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (_table("CREATING"), ProgressState.RUNNING),
        (NotFoundError("ResourceNotFoundException"), ProgressState.RUNNING),
        (_table("ACTIVE"), ProgressState.DONE),
        (_table("INACCESSIBLE_ENCRYPTION_CREDENTIALS"), ProgressState.FAILED),
    ],
    ids=["creating", "not-there-yet", "active", "no-key"],
)
def test_a_table_is_followed_until_it_is_active(
    story: Any, canned: Any, answer: Any, state: ProgressState
) -> None:
    assert (
        story(canned(describe_table=answer), "restore_table", "orders").follow({"table": "orders"}).state
        is state
    )


def test_only_a_table_that_we_restored_is_deleted(story: Any, canned: Any) -> None:
    aws = canned(describe_table=_table("ACTIVE", backup="another"))

    with pytest.raises(PlanChangedError):
        story(aws, "delete_table", "orders").apply({"restored_from": "last"})


def test_a_real_table_is_restored_with_its_items_and_taken_back(story: Any, aws: Aws) -> None:
    tale = story(aws, "restore_table", "orders")
    aws.change(
        "dynamodb",
        "create_table",
        TableName="orders",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    good = tale.look()
    aws.change("dynamodb", "put_item", TableName="orders", Item={"pk": {"S": "1"}})
    aws.change("dynamodb", "create_backup", TableName="orders", BackupName="nightly")
    aws.change("dynamodb", "delete_table", TableName="orders")
    assert tale.is_failing(good) is True

    proposal = tale.proposed(good)
    handles = [tale.apply(proposal.parameters), tale.apply(proposal.parameters)]

    assert handles == [{"table": "orders"}] * 2
    assert tale.follow(handles[0]).state is ProgressState.DONE
    assert tale.lacks(proposal.goal) == ()
    assert aws.read("dynamodb", "scan", TableName="orders")["Items"] == [{"pk": {"S": "1"}}]

    undo = tale.undo_call(proposal.parameters, {}, handles[0])
    tale.run(undo)
    tale.run(undo)
    assert not tale.look().exists
