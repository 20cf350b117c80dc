"""What IAM is asked, and what becomes of its answers."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.errors import NotFoundError
from mainstay.deploying.target import function_name
from mainstay.doctor.case import Case
from mainstay.doctor.checks.permissions import PERMISSIONS, example
from mainstay.doctor.findings import Finding, Level
from mainstay.policies import policy_of
from tests.unit.doctor.asking import ACCOUNT, a_case

FUNCTION = "run_action"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/mainstay-prod-{FUNCTION}"


def _configuration(FunctionName: str) -> dict[str, Any]:  # noqa: N803 - as AWS names it
    """Only one function is there."""
    if FunctionName != f"mainstay-prod-{FUNCTION}":
        raise NotFoundError("ResourceNotFoundException", "", "lambda:get_function_configuration")
    return {"Role": ROLE}


def _by(decide: Any, *, each: bool = False, page: int = 1000) -> Any:
    """A simulation that decides by action and resource; `each` tells resources apart within one answer."""

    def simulate(**asked: Any) -> dict[str, Any]:
        results = [
            {"EvalActionName": action, "EvalDecision": decide(action, arn), "EvalResourceName": arn}
            for action in asked["ActionNames"]
            for arn in asked["ResourceArns"]
        ]
        if each:
            results = [
                {
                    "EvalActionName": action,
                    "EvalDecision": "allowed",
                    "ResourceSpecificResults": [
                        {"EvalResourceName": arn, "EvalResourceDecision": decide(action, arn)}
                        for arn in asked["ResourceArns"]
                    ],
                }
                for action in asked["ActionNames"]
            ]
        start = int(asked.get("Marker", 0))
        more = {"Marker": str(start + page)} if start + page < len(results) else {}
        return {"EvaluationResults": results[start : start + page], **more}

    return simulate


def _found(case: Case) -> list[Finding]:
    return list(PERMISSIONS.examine(case))


def _ours(arn: str) -> bool:
    return "table/mainstay-prod-" in arn


def _as_declared(action: str, arn: str) -> str:
    """Only our tables are kept from what recovery may do with others."""
    kept = next(one["Action"] for one in policy_of(FUNCTION)["Statement"] if one["Effect"] == "Deny")
    return "explicitDeny" if action in kept and _ours(arn) else "allowed"


@pytest.mark.parametrize("each", [False, True], ids=["one answer a pair", "one answer an action"])
def test_a_role_that_may_do_what_is_declared_is_fine(*, each: bool) -> None:
    simulate = _by(_as_declared, each=each)
    (found,) = _found(
        a_case(lambda__get_function_configuration=_configuration, iam__simulate_principal_policy=simulate)
    )
    assert found.level is Level.OK


@pytest.mark.parametrize("each", [False, True], ids=["one answer a pair", "one answer an action"])
def test_one_resource_on_which_an_action_is_denied_is_enough(*, each: bool) -> None:
    def decide(action: str, arn: str) -> str:
        lost = action == "ssm:SendCommand" and ":instance/" in arn
        return "implicitDeny" if lost else _as_declared(action, arn)

    (found,) = _found(
        a_case(
            lambda__get_function_configuration=_configuration,
            iam__simulate_principal_policy=_by(decide, each=each),
        )
    )

    assert found.level is Level.FAIL
    assert found.says == "run_action may not do what it needs: ssm:SendCommand"


def test_what_is_on_a_later_page_counts() -> None:
    def decide(action: str, arn: str) -> str:
        return "implicitDeny" if action == "xray:PutTraceSegments" else _as_declared(action, arn)

    simulate = _by(decide, page=1)
    (found,) = _found(
        a_case(lambda__get_function_configuration=_configuration, iam__simulate_principal_policy=simulate)
    )

    assert "xray:PutTraceSegments" in found.says


def test_a_role_that_may_change_our_own_records_is_a_failure() -> None:
    simulate = _by(lambda _action, _arn: "allowed")
    (found,) = _found(
        a_case(lambda__get_function_configuration=_configuration, iam__simulate_principal_policy=simulate)
    )

    assert found.level is Level.FAIL
    assert found.says.startswith("run_action may change our own records by dynamodb:")


def test_a_role_that_is_gone_is_a_failure() -> None:
    def gone(**_: Any) -> Any:
        raise NotFoundError("NoSuchEntity", "", "iam:simulate_principal_policy")

    (found,) = _found(
        a_case(lambda__get_function_configuration=_configuration, iam__simulate_principal_policy=gone)
    )

    assert (found.level, found.says) == (Level.FAIL, f"the role of run_action is gone: {ROLE}")


def test_conditions_are_met_as_the_service_would_meet_them() -> None:
    asked: list[dict[str, Any]] = []

    def simulate(**question: Any) -> dict[str, Any]:
        asked.append(question)
        return {"EvaluationResults": []}

    _found(a_case(lambda__get_function_configuration=_configuration, iam__simulate_principal_policy=simulate))

    via = [
        entry["ContextKeyValues"]
        for one in asked
        for entry in one.get("ContextEntries", ())
        if entry["ContextKeyName"] == "kms:ViaService"
    ]
    assert ["rds.eu-central-1.amazonaws.com"] in via
    assert not any("*" in arn for one in asked for arn in one["ResourceArns"] if arn != "*")
    assert {one["PolicySourceArn"] for one in asked} == {ROLE}


def test_an_example_of_a_pattern_is_in_this_region_and_account() -> None:
    target = a_case().target
    assert example("arn:aws:rds:*:*:db:*", target) == f"arn:aws:rds:eu-central-1:{ACCOUNT}:db:mainstay-doctor"
    assert example("*", target) == "*"
    assert function_name(target, FUNCTION) == "mainstay-prod-run_action"
