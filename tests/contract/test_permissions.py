"""Every function may do what it can reach, and nothing else: the source decides, not a list of ours."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

import pytest

import app
from chalicelib.recovery.actions import ACTIONS
from chalicelib.recovery.model import RecoveryAction
from chalicelib.resources import RESOURCE_TYPES
from chalicelib.resources.model import ResourceType
from mainstay.permissions import ANYWHERE, EVERYWHERE, KEPT_BY_LAMBDA
from mainstay.policies import AUTHORIZERS, FUNCTIONS, functions_of, policy_of, stale_files
from tests.contract.iam import actions_of, fits, is_known
from tests.contract.reach import CATALOGUE, function_id, graph
from tests.contract.source import ROOT

PARTS = {
    "chalicelib.aws.items:put": "dynamodb:PutItem",
    "chalicelib.aws.items:put_new": "dynamodb:PutItem",
    "chalicelib.aws.items:update": "dynamodb:UpdateItem",
    "chalicelib.aws.items:check": "dynamodb:ConditionCheckItem",
    "chalicelib.aws.items:absent": "dynamodb:ConditionCheckItem",
    "chalicelib.aws.secrets:Secrets.secret": "kms:Decrypt",
}
"""What transactions are made of, and what reads a secret: the permission that each needs beside its calls."""

RESTORING_A_TABLE = {
    f"dynamodb:{name}"
    for name in ("BatchWriteItem", "DeleteItem", "GetItem", "PutItem", "Query", "Scan", "UpdateItem")
}
IN_ITS_NAME = {
    "delete_db_instance": {"rds:CreateDBSnapshot"},  # the final snapshot
    "lambda.function": {"lambda:ListTags", "kms:Decrypt"},  # GetFunction shows tags and variables with them
    "restore_db_instance": {"rds:AddTagsToResource", "kms:CreateGrant", "kms:DescribeKey"},
    "restore_function_configuration": {
        # AWS looks up networks and layers, and uses the key, in the name of whoever updates a function.
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeSubnets",
        "ec2:DescribeVpcs",
        "kms:CreateGrant",
        "kms:Decrypt",
        "kms:Encrypt",
        "lambda:GetLayerVersion",
    },
    "restore_parameter": {"kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"},
    "restore_table": {
        *RESTORING_A_TABLE,
        "kms:CreateGrant",
        "kms:Decrypt",
        "kms:DescribeKey",
        "kms:Encrypt",
        "kms:GenerateDataKey",
    },
    "rotate_logs": {  # the one step of the runbook, which runs in the name of whoever starts it
        "ssm:DescribeInstanceInformation",
        "ssm:ListCommandInvocations",
        "ssm:ListCommands",
        "ssm:SendCommand",
    },
    "ssm.parameter": {"kms:Decrypt"},
    "start_db_instance": {"kms:CreateGrant", "kms:DescribeKey"},
    "start_ec2_instance": {"kms:CreateGrant"},
}
"""What AWS asks for beside the call itself, for each entry of the catalogue."""

IN_THE_NAME_OF_PLANNING = {"restore_function_configuration": {"kms:Decrypt"}}
"""The same, for what `propose` reads."""

LARGEST_POLICY = 10_240
"""Characters of the inline policies of one role, without white space."""

of_functions = pytest.mark.parametrize("function", functions_of("oidc"))
of_types = pytest.mark.parametrize("kind", RESOURCE_TYPES.values(), ids=RESOURCE_TYPES)
of_actions = pytest.mark.parametrize("action", ACTIONS.values(), ids=ACTIONS)


def reached_by(*functions: Callable[..., Any] | None) -> set[str]:
    """The IAM actions of everything that functions of the catalogue can call."""
    given = (function_id(one) for one in functions if one is not None)
    return actions_of(one for name in given for one in graph().operations(name))


def _starts(function: str) -> list[str]:
    """Where a function begins: the one that serves the REST API, with each of its routes.

    What is asked who may call has its name in app.py only where there is such a function.
    """
    routes = [entry for by_method in app.app.routes.values() for entry in by_method.values()]
    if function == "api_handler":
        return [function_id(entry.view_function) for entry in routes]
    if function in AUTHORIZERS:
        return [f"chalicelib.api.gateway:{function}"]
    return [f"app:{function}"]


def _own(function: str) -> set[str]:
    """What a function does itself, without what the catalogue does in its name."""
    starts = _starts(function)
    reached = {name for start in starts for name in graph().reach(start, cut=CATALOGUE)}
    operations = [one for start in starts for one in graph().operations(start, cut=CATALOGUE)]
    return actions_of(operations) | {PARTS[name] for name in reached if name in PARTS}


def _of_catalogue(function: str) -> set[str]:
    used = {name for start in _starts(function) for name in graph().fields(start)}
    looks = (kind.permissions for kind in RESOURCE_TYPES.values() if used & {"observe", "read_tags"})
    plans = (action.reads for action in ACTIONS.values() if "propose" in used)
    acts = (ACTIONS[name].permissions for name in _carried_out(function) if "apply" in used)
    return {name for declared in (*looks, *plans, *acts) for name in declared}


def _carried_out(function: str) -> Iterable[str]:
    """Which actions: going forward those that answer failures, going back those that undo them."""
    back = {name for action in ACTIONS.values() for name in action.undone_by}
    return back if function == "roll_back" else {name for name in ACTIONS if ACTIONS[name].failures}


def _allowed(function: str) -> list[dict[str, Any]]:
    return [one for one in policy_of(function)["Statement"] if one["Effect"] == "Allow"]


@of_functions
def test_a_function_may_do_exactly_what_it_can_reach(function: str) -> None:
    allowed = {name for statement in _allowed(function) for name in statement["Action"]}

    lambdas = {one.action for one in EVERYWHERE}
    if function in {source.name for source in app.app.event_sources}:
        lambdas.add(KEPT_BY_LAMBDA.action)
    assert allowed == _own(function) | _of_catalogue(function) | lambdas


@of_types
def test_a_resource_type_declares_exactly_what_looking_at_it_needs(kind: ResourceType) -> None:
    needed = reached_by(kind.observe, kind.read_tags) | IN_ITS_NAME.get(kind.name, set())

    assert set(kind.permissions) == needed


@of_actions
def test_an_action_declares_exactly_what_carrying_it_out_needs(action: RecoveryAction) -> None:
    needed = reached_by(action.apply, action.progress) | IN_ITS_NAME.get(action.name, set())

    assert set(action.permissions) == needed


@of_actions
def test_an_action_declares_exactly_what_proposing_it_reads(action: RecoveryAction) -> None:
    needed = reached_by(action.propose) | IN_THE_NAME_OF_PLANNING.get(action.name, set())

    assert set(action.reads) == needed


@of_actions
def test_an_action_names_exactly_the_actions_that_undo_it(action: RecoveryAction) -> None:
    reached = graph().reach(function_id(action.undo)) if action.undo else ()

    assert set(action.undone_by) == {name for one in reached for name in graph().functions[one].actions}
    assert set(action.undone_by) <= ACTIONS.keys()


@of_actions
def test_planning_only_looks(action: RecoveryAction) -> None:
    verbs = {name.partition(":")[2] for name in action.reads}

    assert all(verb.startswith(("Describe", "Get", "List")) or verb == "Decrypt" for verb in verbs)


def test_every_operation_has_a_name_in_the_source() -> None:
    """Else nobody could tell what a function may call."""
    assert graph().unnamed_operations() == set()


@of_functions
def test_a_permission_exists_and_fits_what_it_is_allowed_on(function: str) -> None:
    for statement in _allowed(function):
        for action in statement["Action"]:
            assert is_known(action)
            anywhere = statement["Resource"] == ["*"] and action in ANYWHERE
            assert anywhere or any(fits(action, resource) for resource in statement["Resource"]), action


@of_functions
def test_nothing_is_allowed_everywhere_without_a_reason(function: str) -> None:
    for statement in _allowed(function):
        assert not [name for name in statement["Action"] if "*" in name]
        if "*" in statement["Resource"]:
            assert statement["Resource"] == ["*"]
            assert set(statement["Action"]) <= ANYWHERE.keys()


@of_functions
def test_keys_are_used_through_the_service_that_holds_the_secret_only(function: str) -> None:
    for statement in _allowed(function):
        if any(name.startswith("kms:") for name in statement["Action"]):
            via = statement["Condition"]["StringLike"]["kms:ViaService"]
            assert via.partition(".")[0] in {kind.partition(".")[0] for kind in RESOURCE_TYPES}
        if "kms:CreateGrant" in statement["Action"]:
            assert statement["Action"] == ["kms:CreateGrant"]
            assert statement["Condition"]["Bool"] == {"kms:GrantIsForAWSResource": "true"}


def test_no_reason_for_allowing_something_everywhere_is_left_over() -> None:
    used = {name for function in FUNCTIONS for one in _allowed(function) for name in one["Action"]}

    assert ANYWHERE.keys() <= used


@pytest.mark.parametrize("function", ["run_action", "roll_back"])
def test_what_acts_on_customers_tables_cannot_harm_our_own(function: str) -> None:
    allowed = {
        name
        for one in _allowed(function)
        if "arn:aws:dynamodb:*:*:table/*" in one["Resource"]
        for name in one["Action"]
    }
    ours = {f"dynamodb:{name}" for name in ("GetItem", "PutItem", "Query", "UpdateItem", "DescribeTable")}
    denied = [one for one in policy_of(function)["Statement"] if one["Effect"] == "Deny"]

    assert len(denied) == 1
    assert allowed - ours - {"dynamodb:ListTagsOfResource"} <= set(denied[0]["Action"])
    assert denied[0]["Resource"] == [
        "arn:aws:dynamodb:*:*:table/mainstay-*-incidents",
        "arn:aws:dynamodb:*:*:table/mainstay-*-patterns",
    ]


@of_functions
def test_no_function_deletes_our_records(function: str) -> None:
    for statement in _allowed(function):
        if any("mainstay-*-incidents" in resource for resource in statement["Resource"]):
            assert not [name for name in statement["Action"] if "Delete" in name or "Scan" in name]


@of_functions
def test_a_policy_is_short_enough_for_a_role(function: str) -> None:
    assert len("".join(json.dumps(policy_of(function)).split())) <= LARGEST_POLICY


def test_the_files_that_are_deployed_are_the_generated_ones() -> None:
    assert stale_files(ROOT / ".chalice") == []
