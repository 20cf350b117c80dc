"""Real builds of the embedded modules, by Terraform itself."""

from __future__ import annotations

from typing import Any

import pytest

MODULES = ("ec2_instance", "dynamodb_table", "s3_bucket", "lambda_function")
LOST = {
    "ec2_instance": "i-1",
    "dynamodb_table": "orders",
    "s3_bucket": "assets",
    "lambda_function": "checkout",
}
BAD_SETTING = {
    "ec2_instance": {"instance_profile": "no-such-profile"},
    "dynamodb_table": {"point_in_time_recovery_days": "0"},
    "s3_bucket": {"tags": '{"aws:reserved": "x"}'},
    "lambda_function": {"maximum_retry_attempts": "99"},
}
"""What AWS rejects in the second step, when the resource itself is made already."""


def there(workshop: Any) -> set[str]:
    """Everything alive that a module may have made."""
    return {
        *(name for name, state in workshop.instances().items() if state == "running"),
        *workshop.dynamodb.list_tables()["TableNames"],
        *(bucket["Name"] for bucket in workshop.s3.list_buckets()["Buckets"]),
        *(function["FunctionName"] for function in workshop.functions.list_functions()["Functions"]),
    } - {"states", "code"}


def settings_of_instance(workshop: Any) -> None:
    [group] = workshop.ec2.describe_instances(Filters=[RUNNING])["Reservations"]
    tags = group["Instances"][0]["Tags"]
    assert {"Key": "Name", "Value": "web"} in tags
    assert {"Key": "mainstay:recovery", "Value": "second"} in tags


def settings_of_table(workshop: Any) -> None:
    backups = workshop.dynamodb.describe_continuous_backups(TableName="orders")
    recovery = backups["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    assert recovery["PointInTimeRecoveryStatus"] == "ENABLED"
    expiry = workshop.dynamodb.describe_time_to_live(TableName="orders")["TimeToLiveDescription"]
    assert expiry["AttributeName"] == "gone_at"


def settings_of_bucket(workshop: Any) -> None:
    blocked = workshop.s3.get_public_access_block(Bucket="assets")["PublicAccessBlockConfiguration"]
    assert set(blocked.values()) == {True}
    assert workshop.s3.get_bucket_versioning(Bucket="assets")["Status"] == "Enabled"
    assert {"Key": "team", "Value": "shop"} in workshop.s3.get_bucket_tagging(Bucket="assets")["TagSet"]


def settings_of_function(workshop: Any) -> None:
    function = workshop.functions.get_function_configuration(FunctionName="checkout")
    assert function["Environment"]["Variables"] == {"PASSWORD": "correct-horse-battery"}
    events = workshop.functions.get_function_event_invoke_config(FunctionName="checkout")
    assert events["MaximumRetryAttempts"] == 1


RUNNING = {"Name": "instance-state-name", "Values": ["running"]}
SETTINGS = {
    "ec2_instance": settings_of_instance,
    "dynamodb_table": settings_of_table,
    "s3_bucket": settings_of_bucket,
    "lambda_function": settings_of_function,
}


@pytest.mark.parametrize("module", MODULES)
def test_what_is_made_anew_is_found_again_and_what_fails_half_way_leaves_nothing_behind(
    workshop: Any, module: str
) -> None:
    good, lost = workshop.prepare()[module], LOST[module]
    bad = good | BAD_SETTING[module]

    failed = workshop.build("apply", module, lost, bad)
    assert not failed.succeeded
    assert "set_up failed" in failed.problem
    assert failed.problem in failed.log
    assert len(there(workshop)) == 1
    assert failed.resource_id == ""

    undone = workshop.build("destroy", module, lost, bad)
    assert (undone.succeeded, undone.problem) == (True, "")
    assert there(workshop) == set()
    assert workshop.in_state(module, lost) == set()

    made = workshop.build("apply", module, lost, good, recovery="second")
    assert (made.succeeded, made.problem) == (True, "")
    assert there(workshop) == {made.resource_id}
    SETTINGS[module](workshop)

    again = workshop.build("apply", module, lost, good, recovery="second")
    assert (again.plan_summary, again.resource_id) == ("nothing to do", made.resource_id)
    assert there(workshop) == {made.resource_id}
    assert "correct-horse-battery" not in "".join(build.log for build in (failed, undone, made, again))


def test_what_is_lost_again_is_replaced_and_not_destroyed_once_it_was_written_to(workshop: Any) -> None:
    table = workshop.prepare()["dynamodb_table"]
    workshop.build("apply", "dynamodb_table", "orders", table)
    workshop.dynamodb.delete_table(TableName="orders")

    second = workshop.build("apply", "dynamodb_table", "orders", table, recovery="second")
    assert second.succeeded
    assert "replace terraform_data.table" in second.plan_summary

    workshop.dynamodb.put_item(TableName="orders", Item={"id": {"S": "1"}})
    earlier = workshop.build("destroy", "dynamodb_table", "orders", table)
    assert (earlier.succeeded, earlier.plan_summary) == (True, "nothing to do")
    undone = workshop.build("destroy", "dynamodb_table", "orders", table, recovery="second")
    assert "table orders holds items by now" in undone.problem
    assert there(workshop) == {"orders"}


def test_what_stopped_half_way_is_finished_by_the_same_recovery_and_then_left_alone_by_others(
    workshop: Any,
) -> None:
    wanted = workshop.prepare()["ec2_instance"] | BAD_SETTING["ec2_instance"]
    workshop.build("apply", "ec2_instance", "i-1", wanted)
    [made] = there(workshop)
    workshop.client("iam").create_instance_profile(InstanceProfileName="no-such-profile")

    again = workshop.build("apply", "ec2_instance", "i-1", wanted)
    assert again.succeeded
    assert again.resource_id == made

    other = workshop.build("apply", "ec2_instance", "i-1", wanted, recovery="second")
    assert other.problem == f"i-1 was already made anew, as {made}"
    assert there(workshop) == {made}


def test_what_somebody_else_made_meanwhile_is_neither_taken_nor_removed(workshop: Any) -> None:
    table = workshop.prepare()["dynamodb_table"]
    workshop.dynamodb.create_table(
        TableName="orders",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )

    taken = workshop.build("apply", "dynamodb_table", "orders", table)
    undone = workshop.build("destroy", "dynamodb_table", "orders", table)

    assert "Table already exists" in taken.problem
    assert undone.succeeded
    assert there(workshop) == {"orders"}
    assert workshop.in_state("dynamodb_table", "orders") == set()


def test_nothing_is_made_while_somebody_else_holds_the_state(workshop: Any) -> None:
    workshop.lock("ec2_instance", "i-1")

    build = workshop.build("apply", "ec2_instance", "i-1", workshop.prepare()["ec2_instance"])

    assert "state lock" in build.problem
    assert there(workshop) == set()


def test_a_plan_beyond_what_the_module_says_it_makes_is_refused(workshop: Any) -> None:
    module = workshop.source / "terraform" / "modules" / "s3_bucket"
    (module / "more.tf").write_text('resource "terraform_data" "more" {}\n')

    build = workshop.build("apply", "s3_bucket", "assets", workshop.prepare()["s3_bucket"])

    assert build.problem == (
        "the plan is refused: terraform_data.more would be changed (create), but is not a named address"
    )
    assert there(workshop) == set()


def test_a_variable_that_the_module_does_not_have_is_an_error(workshop: Any) -> None:
    bucket = workshop.prepare()["s3_bucket"]

    build = workshop.build("apply", "s3_bucket", "assets", bucket | {"versionning": "Enabled"})

    assert "versionning" in build.problem
    assert there(workshop) == set()
