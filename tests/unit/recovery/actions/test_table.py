from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

import pytest

from chalicelib.incidents.base import Attributes
from chalicelib.incidents.plans import ActionCall
from chalicelib.recovery import actions
from chalicelib.recovery.actions import ACTIONS
from chalicelib.recovery.model import RecoveryAction
from chalicelib.recovery.plan import candidates
from chalicelib.resources import RESOURCE_TYPES

SHARED = {"db_instances", "table_capacity", "terraform_builds"}

ASKS_A_PERSON = {"ssm.parameter/deleted"}
"""Its history goes with it, and we keep no values: only a person can write it anew."""

BY_TERRAFORM = {"apply_terraform", "destroy_terraform"}
"""Tested beside their own files."""

EXAMPLES: dict[str, tuple[Attributes, Attributes, Attributes]] = {
    "start_ec2_instance": ({}, {"state": "stopped"}, {}),
    "start_db_instance": ({}, {"status": "stopped"}, {"database": "shop"}),
    "restore_db_instance": ({"snapshot": "rds:shop-1"}, {}, {"database": "shop"}),
    "restore_table": ({"backup_arn": "arn:backup"}, {}, {"table": "orders"}),
    "put_public_access_block": (
        dict.fromkeys(
            ("block_public_acls", "ignore_public_acls", "block_public_policy", "restrict_public_buckets"),
            True,
        ),
        {
            "public_access_block": True,
            "block_public_acls": True,
            "ignore_public_acls": False,
            "block_public_policy": True,
            "restrict_public_buckets": False,
        },
        {},
    ),
    "restore_parameter": (
        {"version": 1, "value_sha256": "aa"},
        {"version": 2, "value_sha256": "bb"},
        {"version": 3},
    ),
    "restore_function_configuration": ({"memory_mb": 128}, {"memory_mb": 3008}, {}),
    "raise_table_capacity": (
        {"read_units": 5, "write_units": 20},
        {"read_units": 5, "write_units": 10},
        {"table": "orders"},
    ),
    "set_function_concurrency": ({"reserved_concurrency": None}, {"reserved_concurrency": 0}, {}),
}
"""For every action that can be taken back: parameters, the attributes before, and the handle."""

every = pytest.mark.parametrize("action", ACTIONS.values(), ids=ACTIONS.keys())


def _modules() -> dict[str, list[RecoveryAction]]:
    folder = str(Path(actions.__file__).parent)
    return {
        info.name: [
            value
            for value in vars(import_module(f"chalicelib.recovery.actions.{info.name}")).values()
            if isinstance(value, RecoveryAction)
        ]
        for info in iter_modules([folder])
    }


def test_every_file_that_holds_an_action_is_registered_under_the_action_s_name() -> None:
    held = {name: [action.name for action in found] for name, found in _modules().items() if found}

    assert held == {name: [name] for name in ACTIONS}


def test_files_without_an_action_are_shared_by_several() -> None:
    without = {name for name, found in _modules().items() if not found}

    assert without == SHARED


@every
def test_each_action_stands_under_its_own_name(action: RecoveryAction) -> None:
    assert ACTIONS[action.name] is action


@every
def test_an_action_is_for_resource_types_and_failures_that_exist(action: RecoveryAction) -> None:
    kinds = [RESOURCE_TYPES[name] for name in action.resource_types]
    known = {failure.name for kind in kinds for failure in kind.failures}

    assert kinds
    assert set(action.failures) <= known


@every
def test_permissions_look_like_permissions(action: RecoveryAction) -> None:
    assert action.permissions
    assert all(re.fullmatch(r"[a-z0-9]+:[A-Z][A-Za-z]+", permission) for permission in action.permissions)


@every
def test_no_action_may_hand_a_role_to_anything(action: RecoveryAction) -> None:
    assert not {permission for permission in action.permissions if permission.startswith("iam:")}


@every
def test_a_title_goes_on_with_the_resource_s_name(action: RecoveryAction) -> None:
    assert re.fullmatch(r"[a-z][A-Za-z0-9 ,'-]*[a-z]", action.title)


@every
def test_what_is_automatic_can_be_taken_back_or_only_takes_back_itself(action: RecoveryAction) -> None:
    assert not action.automatic or action.undo is not None or not action.failures


@every
def test_parameters_refuse_what_they_do_not_know(action: RecoveryAction) -> None:
    assert action.parameters.model_config.get("extra") == "forbid"
    assert action.parameters.model_config.get("frozen") is True


def test_every_failure_is_answered_by_an_action_or_asks_a_person() -> None:
    unanswered = {
        f"{kind.name}/{failure.name}"
        for kind in RESOURCE_TYPES.values()
        for failure in kind.failures
        if not candidates(kind.name, failure.name, ACTIONS)
    }
    announced = {f"{kind.name}/{name}" for kind in RESOURCE_TYPES.values() for name in kind.announced}

    assert unanswered <= ASKS_A_PERSON | announced


def test_data_is_brought_back_before_a_resource_is_made_anew() -> None:
    names = candidates("dynamodb.table", "deleted", ACTIONS)

    assert names[0] == "restore_table"


def test_every_action_that_can_be_taken_back_has_an_example_here() -> None:
    reversible = {name for name, action in ACTIONS.items() if action.undo is not None}

    assert reversible - BY_TERRAFORM == set(EXAMPLES)


@pytest.mark.parametrize(("name", "example"), EXAMPLES.items(), ids=EXAMPLES.keys())
def test_an_undo_names_a_registered_action_and_parameters_that_it_takes(name: str, example: Any) -> None:
    parameters, before, handle = example
    action = ACTIONS[name]
    assert action.undo is not None

    call = action.undo(action.parameters.model_validate(parameters), before, handle)

    assert isinstance(call, ActionCall)
    assert ACTIONS[call.action].parameters.model_validate(call.parameters)
    assert set(action.resource_types) <= set(ACTIONS[call.action].resource_types)


@pytest.mark.parametrize(("name", "example"), EXAMPLES.items(), ids=EXAMPLES.keys())
def test_an_undo_is_known_even_where_the_answer_of_the_action_was_lost(name: str, example: Any) -> None:
    parameters, before, _ = example
    action = ACTIONS[name]
    assert action.undo is not None

    call = action.undo(action.parameters.model_validate(parameters), before, {})

    assert ACTIONS[call.action].parameters.model_validate(call.parameters)


@every
def test_what_does_not_show_can_be_repeated(action: RecoveryAction) -> None:
    assert action.shows or action.repeatable
