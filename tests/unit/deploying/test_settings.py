from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.analysis.facts import tag_to_leave_alone
from chalicelib.analysis.policy import Policy
from mainstay.deploying.errors import UnusableError
from mainstay.deploying.objects import Record
from mainstay.deploying.settings import (
    Wishes,
    check_wishes,
    digests,
    environment,
    narrow,
    remembered,
    stage_config,
    stage_policies,
)
from mainstay.deploying.target import Target
from mainstay.policies import FUNCTIONS, policy_of

URL = "https://a1b2c3.execute-api.eu-central-1.amazonaws.com/prod"


def resources(policy: dict[str, Any]) -> list[str]:
    return [arn for statement in policy["Statement"] for arn in statement["Resource"]]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_ours_is_named_with_stage_region_and_account(target: Target, function: str) -> None:
    text = json.dumps(narrow(policy_of(function), target))

    assert "mainstay-*" not in text
    assert "mainstay/*" not in text
    assert f"arn:aws:logs:eu-central-1:{target.account}:log-group:/aws/lambda/mainstay-prod*" in text


def test_what_is_the_customers_stays_as_wide_as_it_was(target: Target) -> None:
    def theirs(policy: dict[str, Any]) -> list[str]:
        return [arn for arn in resources(policy) if "mainstay" not in arn]

    before = policy_of("run_action")

    assert theirs(before)
    assert theirs(narrow(before, target)) == theirs(before)


def test_another_partition_is_in_every_arn(target: Target) -> None:
    china = Target("prod", "cn-north-1", target.account, "aws-cn", target.aws)

    arns = [arn for arn in resources(narrow(policy_of("sweep"), china)) if arn.startswith("arn:")]

    assert {arn.split(":")[1] for arn in arns} == {"aws-cn"}
    assert environment(china, Wishes(), "")["MAINSTAY_PARTITION"] == "aws-cn"


def test_one_stage_s_names_do_not_reach_another_s(target: Target) -> None:
    names = resources(narrow(policy_of("sweep"), target))

    assert f"arn:aws:dynamodb:eu-central-1:{target.account}:table/mainstay-prod-incidents" in names


def test_functions_know_where_people_find_them_once_that_is_known(target: Target) -> None:
    assert environment(target, Wishes(model="m"), "") == {
        "MAINSTAY_STAGE": "prod",
        "MAINSTAY_ACCOUNT": target.account,
        "MAINSTAY_MODEL": "m",
        "MAINSTAY_AUTH": "iam",
    }
    assert environment(target, Wishes(), URL)["MAINSTAY_CONSOLE_URL"] == f"{URL}/ui"


def test_a_setting_concerns_the_functions_that_have_it(target: Target) -> None:
    config, policies = stage_config(target, Wishes(), URL), stage_policies(target, "iam")
    before = digests(config, policies, "prod")

    config["stages"]["prod"]["lambda_functions"]["sweep"] = {"lambda_timeout": 1}
    policies["on_alarm"] = {}

    after = digests(config, policies, "prod")
    assert {name for name in after if after[name] != before[name]} == {"sweep", "on_alarm"}


def test_a_variable_concerns_every_function(target: Target) -> None:
    before, after = (
        digests(stage_config(target, Wishes(model=model), URL), stage_policies(target, "iam"), "prod")
        for model in ("", "m")
    )

    assert all(after[name] != before[name] for name in FUNCTIONS)


@pytest.mark.parametrize(
    ("wishes", "said"),
    [
        (Wishes(architecture="riscv"), "'riscv' is no architecture; there are arm64, x86_64"),
        (Wishes(auth="open"), "MAINSTAY_AUTH"),
        (Wishes(auth="oidc", issuer="http://plain.example"), "MAINSTAY_ISSUER"),
    ],
)
def test_what_functions_could_not_read_is_not_deployed(target: Target, wishes: Wishes, said: str) -> None:
    with pytest.raises(UnusableError, match=said):
        check_wishes(target, wishes)


def test_mainstay_leaves_its_own_functions_alone(target: Target) -> None:
    tags = stage_config(target, Wishes(), URL)["tags"]

    assert tag_to_leave_alone(Policy(), tags)


def test_what_was_said_holds_until_something_else_is_said() -> None:
    before = Record({}, "", {}, {"model": "m", "auth": "oidc", "issuer": "https://issuer.example"})

    assert remembered(None, {}) == Wishes()
    assert remembered(before, {}) == Wishes(model="m", auth="oidc", issuer="https://issuer.example")
    assert remembered(before, {"model": "", "auth": "iam"}) == Wishes(issuer="https://issuer.example")
