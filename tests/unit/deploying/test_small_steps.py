"""Steps of a few calls: targets of rules, mail, log groups, mode, keys, the source zip, capacity."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from chalicelib.errors import NotFoundError
from mainstay.deploying.beginning import Keys, Mode
from mainstay.deploying.capacity import check_capacity
from mainstay.deploying.errors import UnusableError
from mainstay.deploying.log_groups import LogGroups
from mainstay.deploying.objects import Source
from mainstay.deploying.subscriptions import Subscriptions, approvers_by_mail
from mainstay.deploying.target import Target
from mainstay.deploying.targets import RETRIES, Targets
from mainstay.policies import FUNCTIONS
from tests.unit.deploying.conftest import ScriptedAws

GONE = NotFoundError("NotFound")

# -- rules --------------------------------------------------------------------------------------

LIST_TARGETS, PUT_TARGETS = "events:list_targets_by_rule", "events:put_targets"


def test_a_rule_gets_retry_and_dead_letters_beside_what_it_has(target: Target, aws: ScriptedAws) -> None:
    aws.answers = {LIST_TARGETS: {"Targets": [{"Id": "1", "Arn": "f"}]}, PUT_TARGETS: {}}

    Targets(target).apply()

    put = {call["Rule"]: call["Targets"] for call in aws.called(PUT_TARGETS)}
    assert put["mainstay-prod-sweep-event"] == [
        {
            "Id": "1",
            "Arn": "f",
            "RetryPolicy": {"MaximumRetryAttempts": 2, "MaximumEventAgeInSeconds": 300},
            "DeadLetterConfig": {"Arn": target.arn("sqs", "mainstay-prod-dead-letters")},
        }
    ]
    assert len(put) == len(RETRIES)


def test_a_rule_that_is_so_already_is_left_alone(target: Target, aws: ScriptedAws) -> None:
    queue = {"Arn": target.arn("sqs", "mainstay-prod-dead-letters")}
    by_rule = {f"mainstay-prod-{name}-event": retry for name, retry in RETRIES.items()}
    aws.answers[LIST_TARGETS] = lambda asked: {
        "Targets": [{"Id": "1", "RetryPolicy": by_rule[asked["Rule"]], "DeadLetterConfig": queue}]
    }

    Targets(target).apply()

    assert Targets(target).changes() == []
    assert aws.called(PUT_TARGETS) == []


def test_a_rule_that_is_not_there_yet_is_no_change(target: Target, aws: ScriptedAws) -> None:
    aws.answers[LIST_TARGETS] = GONE

    assert Targets(target).changes() == []


# -- mail ---------------------------------------------------------------------------------------

SUBSCRIPTIONS = "sns:list_subscriptions_by_topic"


def test_only_who_is_missing_is_subscribed(target: Target, aws: ScriptedAws) -> None:
    pages = [
        {"Subscriptions": [{"Endpoint": "a@example.com"}], "NextToken": "more"},
        {"Subscriptions": [{"Endpoint": "b@example.com"}]},
    ]
    aws.answers = {SUBSCRIPTIONS: lambda asked: pages["NextToken" in asked], "sns:subscribe": {}}

    Subscriptions(target, ["b@example.com", "c@example.com", "c@example.com"]).apply()

    assert [call["Endpoint"] for call in aws.called("sns:subscribe")] == ["c@example.com"]


@pytest.mark.parametrize(
    ("address", "hears"),
    [
        pytest.param("team@example.com", [{"exists": False}], id="everybody"),
        pytest.param("alice@example.com", [{"exists": False}, "alice"], id="an-approver"),
    ],
)
def test_nobody_gets_the_links_of_another_approver(
    target: Target, aws: ScriptedAws, address: str, hears: list[object]
) -> None:
    aws.answers = {SUBSCRIPTIONS: {"Subscriptions": []}, "sns:subscribe": {}}

    Subscriptions(target, [address], {"alice@example.com": "alice"}).apply()

    (call,) = aws.called("sns:subscribe")
    assert json.loads(call["Attributes"]["FilterPolicy"]) == {"approver": hears}


def test_the_addresses_of_approvers_are_those_of_the_policy(tmp_path: Path) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text("approvals: {approvers: [{name: alice, mail: alice@example.com}, {name: bob}]}")

    assert approvers_by_mail(path) == {"alice@example.com": "alice"}


def test_nobody_asked_for_nobody_is_looked_up(target: Target, aws: ScriptedAws) -> None:
    assert Subscriptions(target, []).changes() == []
    assert aws.calls == []


@pytest.mark.parametrize("address", ["me", "me@", "@example.com", "me@host", "a b@example.com"])
def test_what_is_no_address_is_refused(target: Target, address: str) -> None:
    with pytest.raises(UnusableError, match="is no mail address"):
        Subscriptions(target, ["fine@example.com", address]).check()


# -- log groups ---------------------------------------------------------------------------------

GROUPS = "logs:describe_log_groups"


def test_groups_without_an_end_get_one_and_others_keep_theirs(target: Target, aws: ScriptedAws) -> None:
    kept = [f"/aws/lambda/mainstay-prod-{name}" for name in FUNCTIONS if name not in {"sweep", "api_handler"}]
    groups = [{"logGroupName": name, "retentionInDays": 7} for name in kept]
    aws.answers = {
        GROUPS: {"logGroups": [*groups, {"logGroupName": "/aws/lambda/mainstay-prod-sweep"}]},
        "logs:create_log_group": {},
        "logs:put_retention_policy": {},
    }

    LogGroups(target, "iam").apply()

    changed = [call["logGroupName"] for call in aws.called("logs:put_retention_policy")]
    assert sorted(changed) == ["/aws/lambda/mainstay-prod", "/aws/lambda/mainstay-prod-sweep"]


# -- beginnings ---------------------------------------------------------------------------------


def test_a_mode_that_people_have_set_is_never_touched(target: Target, aws: ScriptedAws) -> None:
    aws.answers["dynamodb:batch_get_item"] = lambda asked: {"Responses": _mode_item(asked, "auto")}

    assert Mode(target).changes() == []


def _mode_item(asked: dict[str, Any], mode: str) -> dict[str, Any]:
    return {
        table: [{**wanted["Keys"][0], "mode": {"S": mode}}] for table, wanted in asked["RequestItems"].items()
    }


def test_before_there_is_a_table_the_mode_is_a_change(target: Target, aws: ScriptedAws) -> None:
    aws.answers["dynamodb:batch_get_item"] = GONE

    assert Mode(target).changes() == ["set the mode to observe: all is judged, nothing is changed"]


def test_keys_are_made_once_and_never_shown(target: Target, aws: ScriptedAws) -> None:
    aws.answers = {"ssm:get_parameter": GONE, "ssm:put_parameter": {}}
    assert Keys(target).changes() == ["make /mainstay/prod/link-keys"]

    Keys(target).apply()

    [put] = aws.called("ssm:put_parameter")
    assert (put["Name"], put["Type"]) == ("/mainstay/prod/link-keys", "SecureString")
    aws.answers["ssm:get_parameter"] = {"Parameter": {}}
    assert Keys(target).changes() == []


# -- the source of builds -----------------------------------------------------------------------


def test_the_source_is_uploaded_where_another_is_there(target: Target, aws: ScriptedAws) -> None:
    source = Source(target, "source/terraform.zip", b"zip")
    aws.answers = {"s3:head_object": {"Metadata": {"sha256": "another"}}, "s3:put_object": {}}
    assert source.changes() == [
        "upload s3://mainstay-prod-artifacts-123456789012/source/terraform.zip (3 bytes)"
    ]

    source.apply()

    [put] = aws.called("s3:put_object")
    aws.answers["s3:head_object"] = {"Metadata": put["Metadata"]}
    assert source.changes() == []


# -- capacity -----------------------------------------------------------------------------------

SETTINGS, CONCURRENCY = "lambda:get_account_settings", "lambda:get_function_concurrency"


def _limits(at_once: int, unreserved: int) -> dict[str, Any]:
    return {"AccountLimit": {"ConcurrentExecutions": at_once, "UnreservedConcurrentExecutions": unreserved}}


def test_an_account_that_is_too_small_is_told_before_anything_is_made(
    target: Target, aws: ScriptedAws
) -> None:
    aws.answers = {SETTINGS: _limits(10, 10), CONCURRENCY: GONE}

    with pytest.raises(UnusableError, match=r"lets 10 functions run at once.*Service Quotas"):
        check_capacity(target)


def test_what_is_reserved_already_is_not_reserved_again(target: Target, aws: ScriptedAws) -> None:
    reserved = {
        f"mainstay-prod-{name}": {"ReservedConcurrentExecutions": one["reserved_concurrency"]}
        for name, one in FUNCTIONS.items()
        if "reserved_concurrency" in one
    }
    aws.answers = {
        SETTINGS: _limits(1000, 100),
        CONCURRENCY: lambda asked: reserved[asked["FunctionName"]],
    }

    check_capacity(target)

    assert len(aws.called(CONCURRENCY)) == len(reserved)
