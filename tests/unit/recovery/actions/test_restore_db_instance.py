"""restore_db_instance and delete_db_instance."""

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

GOOD = {
    "status": "available",
    "instance_class": "db.r6g.large",
    "port": 5432,
    "multi_az": True,
    "publicly_accessible": False,
    "subnet_group": "private",
    "security_groups": "sg-1,sg-2",
    "parameter_group": "tuned",
    "option_group": "default:postgres-16",
    "deletion_protection": True,
    "engine": "postgres",
}
EXISTS = AwsError("DBInstanceAlreadyExists")
MARK = [{"Key": "mainstay:restored-from", "Value": "last"}]


def _database(status: str, **more: Any) -> dict[str, Any]:
    return {"DBInstances": [{"DBInstanceIdentifier": "shop", "DBInstanceStatus": status} | more]}


def _snapshot(name: str, hour: int | None, status: str = "available") -> dict[str, Any]:
    taken = {} if hour is None else {"SnapshotCreateTime": datetime(2030, 1, 1, hour, tzinfo=UTC)}
    return {"DBSnapshotIdentifier": name, "Status": status, **taken}


@pytest.mark.parametrize(
    ("snapshots", "chosen"),
    [
        ([_snapshot("old", 1), _snapshot("last", 9), _snapshot("older", 0)], "last"),
        ([_snapshot("old", 1), _snapshot("broken", 9, "failed")], "old"),
        ([_snapshot("old", 1), _snapshot("final", None, "creating")], "final"),
    ],
    ids=["newest", "not-a-failed-one", "the-one-that-the-deletion-makes"],
)
def test_the_snapshot_with_the_latest_data_is_chosen(
    story: Any, canned: Any, seen: Callable[..., Observation], snapshots: list[Any], chosen: str
) -> None:
    aws = canned(describe_db_snapshots={"DBSnapshots": snapshots})

    proposal = story(aws, "restore_db_instance", "shop").propose(seen(gone=True))

    assert proposal.parameters["snapshot"] == chosen


def test_a_later_page_of_snapshots_counts_too(
    story: Any, canned: Any, seen: Callable[..., Observation]
) -> None:
    pages = [{"DBSnapshots": [_snapshot("old", 1)], "Marker": "m"}, {"DBSnapshots": [_snapshot("last", 9)]}]
    aws = canned(describe_db_snapshots=pages)

    proposal = story(aws, "restore_db_instance", "shop").propose(seen(gone=True))

    assert proposal.parameters["snapshot"] == "last"
    assert aws.asked("describe_db_snapshots")[1]["Marker"] == "m"


def test_a_restore_is_never_automatic_and_says_what_is_lost(
    story: Any, canned: Any, seen: Callable[..., Observation]
) -> None:
    aws = canned(describe_db_snapshots={"DBSnapshots": [_snapshot("last", 9)]})

    proposal = story(aws, "restore_db_instance", "shop").propose(seen(gone=True), seen(**GOOD))

    assert (proposal.automatic, ACTIONS["restore_db_instance"].automatic) == (False, False)
    assert proposal.warning == "What was written after 2030-01-01 09:00 UTC is not in the snapshot."
    assert proposal.goal == {"exists": True, "status": "available"}


def test_without_a_known_good_state_the_warning_says_that_defaults_are_used(
    story: Any, canned: Any, seen: Callable[..., Observation]
) -> None:
    aws = canned(describe_db_snapshots={"DBSnapshots": [_snapshot("last", 9)]})

    proposal = story(aws, "restore_db_instance", "shop").propose(seen(gone=True))

    assert proposal.parameters == {"snapshot": "last"}
    assert "AWS's defaults" in proposal.warning


@pytest.mark.parametrize("gone", [True, False])
def test_without_a_snapshot_or_with_a_database_there_is_nothing_to_restore(
    story: Any, canned: Any, seen: Callable[..., Observation], gone: bool
) -> None:
    aws = canned(describe_db_snapshots={"DBSnapshots": [] if gone else [_snapshot("last", 9)]})

    assert story(aws, "restore_db_instance", "shop").propose(seen(gone=gone)) is None


def test_what_was_known_good_is_asked_for_again(
    story: Any, canned: Any, seen: Callable[..., Observation]
) -> None:
    aws = canned(
        describe_db_snapshots={"DBSnapshots": [_snapshot("last", 9)]}, restore_db_instance_from_db_snapshot={}
    )
    tale = story(aws, "restore_db_instance", "shop")
    good = seen(**GOOD, tags={"team": "blue", "aws:cloudformation:stack-name": "s"})

    tale.apply(tale.propose(seen(gone=True), good).parameters)

    (asked,) = aws.asked("restore_db_instance_from_db_snapshot")
    assert asked == {
        "DBInstanceIdentifier": "shop",
        "DBSnapshotIdentifier": "last",
        "DBInstanceClass": "db.r6g.large",
        "Port": 5432,
        "MultiAZ": True,
        "PubliclyAccessible": False,
        "DBSubnetGroupName": "private",
        "VpcSecurityGroupIds": ["sg-1", "sg-2"],
        "DBParameterGroupName": "tuned",
        "DeletionProtection": True,
        "Tags": [{"Key": "team", "Value": "blue"}, *MARK],
    }


def test_a_database_of_unknown_past_is_not_restored_into_public(story: Any, canned: Any) -> None:
    aws = canned(restore_db_instance_from_db_snapshot={})

    story(aws, "restore_db_instance", "shop").apply({"snapshot": "last"})

    assert aws.asked("restore_db_instance_from_db_snapshot")[0]["PubliclyAccessible"] is False


def test_a_restore_whose_answer_was_lost_is_known_by_its_mark(story: Any, canned: Any) -> None:
    aws = canned(
        restore_db_instance_from_db_snapshot=EXISTS, describe_db_instances=_database("creating", TagList=MARK)
    )

    assert story(aws, "restore_db_instance", "shop").apply({"snapshot": "last"}) == {"database": "shop"}


def test_a_database_of_somebody_else_is_not_taken_for_ours(story: Any, canned: Any) -> None:
    aws = canned(restore_db_instance_from_db_snapshot=EXISTS, describe_db_instances=_database("available"))

    with pytest.raises(AwsError, match="DBInstanceAlreadyExists") as caught:
        story(aws, "restore_db_instance", "shop").apply({"snapshot": "last"})

    assert caught.value.code not in ACTIONS["restore_db_instance"].too_early


@pytest.mark.parametrize(
    "answer", [_database("deleting"), NotFoundError("DBInstanceNotFound")], ids=["deleting", "just-gone"]
)
def test_while_the_old_database_is_deleted_it_is_too_early(story: Any, canned: Any, answer: Any) -> None:
    aws = canned(restore_db_instance_from_db_snapshot=EXISTS, describe_db_instances=answer)

    with pytest.raises(AwsError) as caught:
        story(aws, "restore_db_instance", "shop").apply({"snapshot": "last"})

    assert caught.value.code in ACTIONS["restore_db_instance"].too_early


def test_only_a_database_that_we_restored_is_deleted(story: Any, canned: Any) -> None:
    aws = canned(describe_db_instances=_database("available", TagList=[{"Key": "team", "Value": "blue"}]))

    with pytest.raises(PlanChangedError):
        story(aws, "delete_db_instance", "shop").apply({"restored_from": "last"})


def test_it_is_deleted_with_a_final_snapshot_only(story: Any, canned: Any) -> None:
    aws = canned(describe_db_instances=_database("available", TagList=MARK), delete_db_instance={})

    handle = story(aws, "delete_db_instance", "shop").apply({"restored_from": "last"})

    assert handle == {"final_snapshot": "shop-mainstay-abababababab"}
    assert aws.asked("delete_db_instance") == [
        {
            "DBInstanceIdentifier": "shop",
            "SkipFinalSnapshot": False,
            "FinalDBSnapshotIdentifier": "shop-mainstay-abababababab",
        }
    ]


@pytest.mark.parametrize(
    "answer", [_database("deleting"), NotFoundError("DBInstanceNotFound")], ids=["going", "gone"]
)
def test_a_database_that_goes_already_is_not_deleted_twice(story: Any, canned: Any, answer: Any) -> None:
    aws = canned(describe_db_instances=answer)

    assert story(aws, "delete_db_instance", "shop").apply({"restored_from": "last"}) == {}


def test_a_real_database_is_restored_as_it_was_and_taken_back(
    story: Any, aws: Aws, create_database: Callable[..., None]
) -> None:
    create_database(CopyTagsToSnapshot=True)
    tale = story(aws, "restore_db_instance", "shop")
    good = tale.look()
    aws.change(
        "rds",
        "delete_db_instance",
        DBInstanceIdentifier="shop",
        SkipFinalSnapshot=False,
        FinalDBSnapshotIdentifier="final",
    )
    assert tale.is_failing(good) is True

    proposal = tale.proposed(good)
    assert proposal.parameters["snapshot"] == "final"
    handles = [tale.apply(proposal.parameters), tale.apply(proposal.parameters)]

    assert handles == [{"database": "shop"}] * 2
    assert tale.follow(handles[0]).state is ProgressState.DONE
    assert tale.lacks(proposal.goal) == ()
    again = tale.look()
    assert again.attributes == good.attributes
    assert again.tags == {"team": "blue", "mainstay:restored-from": "final"}

    undo = tale.undo_call(proposal.parameters, {}, handles[0])
    tale.run(undo)
    tale.run(undo)
    assert not tale.look().exists


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (_database("starting"), ProgressState.RUNNING),
        (_database("creating"), ProgressState.RUNNING),
        (NotFoundError("DBInstanceNotFound"), ProgressState.RUNNING),
        (_database("available"), ProgressState.DONE),
        (_database("backing-up"), ProgressState.DONE),
        (_database("incompatible-network"), ProgressState.FAILED),
        (_database("stopped"), ProgressState.FAILED),
    ],
    ids=["starting", "creating", "not-there-yet", "available", "backing-up", "incompatible", "stopped"],
)
def test_a_restored_database_is_followed_until_it_is_available(
    story: Any, canned: Any, answer: Any, state: ProgressState
) -> None:
    tale = story(canned(describe_db_instances=answer), "restore_db_instance", "shop")

    assert tale.follow({"database": "shop"}).state is state
