from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.errors import AwsError, NotFoundError, PlanChangedError
from chalicelib.incidents.model import Observation
from chalicelib.recovery.model import ProgressState

PARAMETERS = {"allocated_gib": 120, "before_gib": 100}


def _database(size: int = 100, status: str = "available", **more: Any) -> dict[str, Any]:
    database = {"DBInstanceIdentifier": "shop", "DBInstanceStatus": status, "AllocatedStorage": size}
    return {"DBInstances": [{"StorageType": "gp3", **database, **more}]}


def _filling(seen: Callable[..., Observation], **changes: Any) -> Observation:
    usual = {
        "status": "available", "engine": "postgres", "cluster": "", "storage_type": "gp3",
        "allocated_gib": 100, "storage_ceiling_gib": None, "pending_changes": "",
    }  # fmt: skip
    return seen(**usual | changes)


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        pytest.param({"allocated_gib": 100}, 120, id="a-fifth-more"),
        pytest.param({"allocated_gib": 101}, 122, id="whole-gibibytes"),
        pytest.param({"allocated_gib": 10}, 15, id="at-least-five"),
        pytest.param({"status": "storage-full"}, 120, id="too-late-is-not-too-late"),
        pytest.param({"storage_ceiling_gib": 115}, 115, id="up-to-the-owner-s-ceiling"),
        pytest.param({"storage_ceiling_gib": 110}, 110, id="just-a-tenth"),
        pytest.param({"storage_ceiling_gib": 105}, None, id="past-the-owner-s-ceiling"),
        pytest.param({"allocated_gib": 59_000}, 65_536, id="up-to-what-aws-has"),
        pytest.param({"allocated_gib": 65_000}, None, id="past-what-aws-has"),
        pytest.param(
            {"engine": "sqlserver-se", "allocated_gib": 16_000}, None, id="past-what-sql-server-has"
        ),
        pytest.param({"storage_type": "standard", "allocated_gib": 3_000}, None, id="past-magnetic-storage"),
        pytest.param({"status": "modifying"}, None, id="on-its-way"),
        pytest.param({"status": "stopped"}, None, id="stopped"),
        pytest.param({"cluster": "shop"}, None, id="of-a-cluster"),
        pytest.param({"allocated_gib": None}, None, id="unknown"),
    ],
)
def test_storage_grows_by_a_fifth_where_that_is_possible(
    canned: Any, story: Any, seen: Callable[..., Observation], changes: dict[str, Any], wanted: int | None
) -> None:
    aws = canned(describe_db_instances=_database())

    proposal = story(aws, "grow_db_storage", "shop").propose(_filling(seen, **changes))

    assert (proposal.parameters["allocated_gib"] if proposal else None) == wanted
    assert proposal is None or proposal.goal["allocated_gib"] == wanted


def test_a_person_always_agrees_and_reads_what_it_costs(canned: Any, story: Any, seen: Any) -> None:
    told = story(canned(describe_db_instances=_database()), "grow_db_storage", "shop")

    plain = told.propose(_filling(seen))
    more = told.propose(_filling(seen, pending_changes="DBInstanceClass"))

    assert (plain.automatic, more.automatic) == (False, False)
    assert "cannot be made smaller again" in plain.warning
    assert more.warning.endswith("which may interrupt it: DBInstanceClass.")


def test_nobody_is_asked_about_what_aws_would_refuse_for_hours(canned: Any, story: Any, seen: Any) -> None:
    aws = canned(describe_db_instances=_database(status="storage-optimization"))

    assert story(aws, "grow_db_storage", "shop").propose(_filling(seen)) is None


def test_storage_is_asked_for_at_once(canned: Any, story: Any) -> None:
    aws = canned(describe_db_instances=_database(), modify_db_instance={})

    assert story(aws, "grow_db_storage", "shop").apply(PARAMETERS) == {
        "database": "shop",
        "allocated_gib": 120,
    }
    assert aws.asked("modify_db_instance") == [
        {"DBInstanceIdentifier": "shop", "AllocatedStorage": 120, "ApplyImmediately": True}
    ]


def test_storage_with_a_speed_of_its_own_keeps_it(canned: Any, story: Any) -> None:
    aws = canned(describe_db_instances=_database(StorageType="io1", Iops=3000), modify_db_instance={})

    story(aws, "grow_db_storage", "shop").apply(PARAMETERS)

    assert aws.asked("modify_db_instance")[0]["Iops"] == 3000


@pytest.mark.parametrize(
    "database",
    [_database(120), _database(status="modifying", PendingModifiedValues={"AllocatedStorage": 120})],
    ids=["grown", "pending"],
)
def test_what_an_earlier_attempt_asked_for_is_not_asked_for_again(
    canned: Any, story: Any, database: Any
) -> None:
    aws = canned(describe_db_instances=database)

    assert story(aws, "grow_db_storage", "shop").apply(PARAMETERS)["allocated_gib"] == 120
    assert aws.asked("modify_db_instance") == []


@pytest.mark.parametrize(
    "answer", [_database(200), NotFoundError("DBInstanceNotFound")], ids=["larger", "gone"]
)
def test_a_database_that_is_another_by_now_is_left_alone(canned: Any, story: Any, answer: Any) -> None:
    with pytest.raises(PlanChangedError):
        story(canned(describe_db_instances=answer), "grow_db_storage", "shop").apply(PARAMETERS)


@pytest.mark.parametrize(
    ("status", "code", "early"),
    [
        ("storage-optimization", "InvalidParameterCombination", True),
        ("available", "InvalidParameterCombination", False),
        ("modifying", "InvalidDBInstanceState", True),
    ],
    ids=["still-optimized", "six-hours-are-not-over", "on-its-way"],
)
def test_what_aws_refuses_for_now_is_told_apart(
    canned: Any, story: Any, status: str, code: str, *, early: bool
) -> None:
    refused = AwsError(code, "not now", "rds:modify_db_instance")
    told = story(
        canned(describe_db_instances=_database(status=status), modify_db_instance=refused),
        "grow_db_storage",
        "shop",
    )

    with pytest.raises(AwsError) as error:
        told.apply(PARAMETERS)

    assert (error.value.code in told.action.too_early) is early


@pytest.mark.parametrize(
    ("database", "state"),
    [
        (_database(), ProgressState.RUNNING),
        (_database(status="modifying"), ProgressState.RUNNING),
        (_database(120, "storage-optimization"), ProgressState.DONE),
        (_database(120), ProgressState.DONE),
        (_database(status="incompatible-network"), ProgressState.FAILED),
    ],
    ids=["not-begun", "modifying", "optimizing", "done", "broken"],
)
def test_it_is_done_when_the_storage_has_grown(
    canned: Any, story: Any, database: Any, state: ProgressState
) -> None:
    told = story(canned(describe_db_instances=database), "grow_db_storage", "shop")

    assert told.follow({"database": "shop", "allocated_gib": 120}).state is state
