"""How ready resources are to be recovered, one after the other: what the doctor says of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.analysis.policy import Match, Protected
from chalicelib.recovery.model import Recreation
from mainstay.doctor.checks.builds import BUILDS
from mainstay.doctor.checks.recovery import RECOVERY
from mainstay.doctor.findings import Finding, Level
from tests.functional.whole_stage import PREFIX, WholeStage, make_function, make_table, open_stage, worst


@pytest.fixture(scope="module")
def stage(new_world: None) -> Iterator[WholeStage]:  # noqa: ARG001 - other worlds are closed first
    with open_stage() as whole:
        yield whole


def _of(stage: WholeStage, kind: str, name: str, **recreation: Any) -> list[Finding]:
    made = Recreation(**recreation) if recreation else None
    protected = (Protected(match=Match(type=kind, id=name), recreation=made),)
    return stage.look(RECOVERY, protected=protected)


def _remember(stage: WholeStage, kind: str, name: str) -> None:
    team = stage.world.team
    resource = stage.world.resource(kind, name)
    team.memory.remember_good_state(resource, team.observe(resource))


def _said(findings: list[Finding]) -> list[tuple[str, str]]:
    return [(one.level.value, one.says) for one in findings]


def test_a_database_is_as_ready_as_its_newest_snapshot(stage: WholeStage) -> None:
    client = stage.client("rds")
    client.create_db_instance(
        DBInstanceIdentifier="orders",
        DBInstanceClass="db.t4g.small",
        Engine="postgres",
        AllocatedStorage=20,
        MasterUsername="orders",
        MasterUserPassword="made-up-for-a-test",
    )
    for one in client.describe_db_snapshots(DBInstanceIdentifier="orders")["DBSnapshots"]:
        client.delete_db_snapshot(DBSnapshotIdentifier=one["DBSnapshotIdentifier"])
    _remember(stage, "rds.db-instance", "orders")
    without = _of(stage, "rds.db-instance", "orders")
    client.create_db_snapshot(DBInstanceIdentifier="orders", DBSnapshotIdentifier="orders-nightly")
    fresh = _of(stage, "rds.db-instance", "orders")

    assert without[0].level is Level.FAIL
    assert without[0].says == "rds.db-instance orders: there is no snapshot to restore it from"
    assert without[0].todo.startswith("aws rds create-db-snapshot --db-instance-identifier orders")
    assert fresh[0].level is Level.OK
    assert "its newest snapshot, orders-nightly, is " in fresh[0].says


def test_an_old_or_automatic_snapshot_is_told_of(stage: WholeStage) -> None:
    taken_at = datetime.now(UTC) - timedelta(days=9, hours=1)
    stage.answers["rds:describe_db_snapshots"] = lambda **_: {
        "DBSnapshots": [
            {
                "DBSnapshotIdentifier": "rds:old",
                "Status": "available",
                "SnapshotCreateTime": taken_at,
                "SnapshotType": "automated",
            }
        ]
    }
    old, automatic = worst(_of(stage, "rds.db-instance", "orders"))[:2]
    stage.answers.clear()

    assert "rds:old, is 9 d old, and what was written since is not in it" in old.says
    assert "goes with it when it is deleted" in automatic.says


def test_a_table_is_ready_with_point_in_time_recovery_or_a_backup(stage: WholeStage) -> None:
    make_table(stage, "plain", continuous=False)
    _remember(stage, "dynamodb.table", "plain")
    without = _of(stage, "dynamodb.table", "plain")
    anew = _of(stage, "dynamodb.table", "plain", module="dynamodb_table", address="x.y")
    stage.client("dynamodb").create_backup(TableName="plain", BackupName="nightly")
    backed_up = _of(stage, "dynamodb.table", "plain")

    assert _said(without) == [("fail", "dynamodb.table plain: there is no backup to restore it from")]
    assert _said(anew) == [
        ("warn", "dynamodb.table plain: it would be made anew, and empty: it has no backup")
    ]
    assert backed_up[0].level is Level.OK
    assert "its newest backup is " in backed_up[0].says
    assert _said(_of(stage, "dynamodb.table", "carts")) == [
        ("ok", "dynamodb.table carts: a deletion would make a backup of its last second")
    ]


def test_a_bucket_wants_versions_and_a_recreation(stage: WholeStage) -> None:
    client = stage.client("s3")
    client.create_bucket(Bucket="invoices")
    _remember(stage, "s3.bucket", "invoices")
    bare = _of(stage, "s3.bucket", "invoices")
    client.put_bucket_versioning(Bucket="invoices", VersioningConfiguration={"Status": "Enabled"})
    ready = _of(stage, "s3.bucket", "invoices", module="s3_bucket", address="terraform_data.bucket")
    lost = _of(stage, "s3.bucket", "invoices", module="no_such_module", address="x.y")

    assert [one.level for one in bare] == [Level.WARN, Level.WARN]
    assert "since versioning is off" in bare[0].says
    assert "once it is gone it stays gone" in bare[1].says
    assert [one.level for one in ready] == [Level.OK, Level.OK]
    assert _said(lost)[1] == (
        "fail",
        "s3.bucket invoices: there is no module 'no_such_module' to make it anew by",
    )


def test_a_parameter_needs_its_good_version_in_its_history(stage: WholeStage) -> None:
    client = stage.client("ssm")
    client.put_parameter(Name="/shop/flag", Value="on", Type="String")
    (unknown,) = _of(stage, "ssm.parameter", "/shop/flag")
    _remember(stage, "ssm.parameter", "/shop/flag")
    (known,) = _of(stage, "ssm.parameter", "/shop/flag")
    client.delete_parameter(Name="/shop/flag")
    client.put_parameter(Name="/shop/flag", Value="off", Type="String")
    stage.answers["ssm:get_parameter_history"] = lambda **_: {"Parameters": [{"Version": 101}]}
    (lost,) = _of(stage, "ssm.parameter", "/shop/flag")
    stage.answers.clear()

    assert (unknown.level, "is not remembered yet" in unknown.says) == (Level.WARN, True)
    assert _said([known]) == [
        ("ok", "ssm.parameter /shop/flag: version 1, which is known good, is in its history")
    ]
    assert (lost.level, "no longer in its history" in lost.says) == (Level.FAIL, True)


def test_a_function_needs_a_published_version_with_its_variables(stage: WholeStage) -> None:
    client = stage.client("lambda")
    make_function(
        stage,
        FunctionName="quote",
        Role=f"arn:aws:iam::{stage.world.aws.account}:role/{PREFIX}",
        Environment={"Variables": {"TABLE": "quotes"}},
    )
    _remember(stage, "lambda.function", "quote")
    without = _of(stage, "lambda.function", "quote", module="lambda_function", address="x.y")
    client.publish_version(FunctionName="quote")
    ready = _of(stage, "lambda.function", "quote", module="lambda_function", address="x.y")

    assert (without[0].level, "no published version has its environment" in without[0].says) == (
        Level.WARN,
        True,
    )
    assert _said(ready) == [
        ("ok", "lambda.function quote: a published version has its environment variables"),
        ("ok", "lambda.function quote: Terraform can make it anew"),
    ]


def test_what_is_protected_and_not_there_is_a_failure(stage: WholeStage) -> None:
    found = _of(stage, "ec2.instance", "i-0123456789abcdef0")
    assert _said(found)[0] == ("fail", "ec2.instance i-0123456789abcdef0 is not there")


def test_a_pattern_of_protected_names_is_not_called_fine(stage: WholeStage) -> None:
    (found,) = _of(stage, "ssm.parameter", "/shop/*")
    assert (found.level, "ssm.parameter /shop/* is a pattern" in found.says) == (Level.UNKNOWN, True)


def test_what_another_region_has_is_not_looked_for_here(stage: WholeStage) -> None:
    protected = (Protected(match=Match(type="s3.bucket", id="elsewhere", region="eu-*")),)
    (found,) = stage.look(RECOVERY, protected=protected)
    assert (found.level, "protects nothing in us-east-1" in found.says) == (Level.WARN, True)


def test_recreations_need_builds_that_may_make_something(stage: WholeStage) -> None:
    made = Recreation(module="s3_bucket", address="x.y")
    protected = (Protected(match=Match(type="s3.bucket", id="invoices"), recreation=made),)
    (found,) = worst(stage.look(BUILDS, protected=protected))
    assert found.level is Level.FAIL
    assert "--parameter RecoveryPolicyArns=" in found.todo
