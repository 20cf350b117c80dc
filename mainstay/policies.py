"""Writes ``.chalice/config.json`` and the policy of each function from what the code declares.

    python -m mainstay.policies [--check]

A function may do what its part of the work needs and nothing else. Those that look may read what the
resource types declare. Planning may read what actions declare that they read. Carrying out may do what
recoveries declare, and undoing what undoings declare: neither may touch our own records in any other way
than every function does. tests/contract compares this with the calls that each function can reach.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from chalicelib.recovery.actions import ACTIONS
from chalicelib.recovery.model import RecoveryAction
from chalicelib.resources import RESOURCE_TYPES
from mainstay.permissions import (
    ALL,
    ANYWHERE,
    ASYNCHRONOUS,
    BESIDE,
    EVERYWHERE,
    KEPT_BY_LAMBDA,
    NAMED,
    ON_PATTERNS,
    ON_RECORDS,
    PATTERNS,
    TABLE,
    TABLES,
    Permission,
)

FOLDER = Path(__file__).parent.parent / ".chalice"


_LOOKING = frozenset({"sweep", "detect_incident", "run_action", "verify_recovery", "roll_back"})
"""Functions that observe customers' resources."""


def _looks() -> Iterator[Permission]:
    for kind in RESOURCE_TYPES.values():
        yield from _declared(kind.permissions, kind.name)


def _plans() -> Iterator[Permission]:
    for action in ACTIONS.values():
        yield from _of_action(action, action.reads)


def _recovers() -> Iterator[Permission]:
    for action in ACTIONS.values():
        if action.failures:
            yield from _of_action(action, action.permissions)


def _undoes() -> Iterator[Permission]:
    for name in {name for action in ACTIONS.values() for name in action.undone_by}:
        yield from _of_action(ACTIONS[name], ACTIONS[name].permissions)


def _of_action(action: RecoveryAction, names: Iterable[str]) -> Iterator[Permission]:
    for kind in action.resource_types:
        yield from _declared(names, kind)


def _declared(names: Iterable[str], resource_type: str) -> Iterator[Permission]:
    """Keys may be used only through the service of the resource."""
    for name in names:
        resources = ALL if name in ANYWHERE else NAMED.get(name, RESOURCE_TYPES[resource_type].arns)
        yield Permission(name, resources, _conditions(name, resource_type.partition(".")[0]))


def _conditions(name: str, service: str) -> tuple[tuple[str, str, str], ...]:
    if not name.startswith("kms:"):
        return ()
    via = ("StringLike", "kms:ViaService", f"{service}.*.amazonaws.com")
    return (via, ("Bool", "kms:GrantIsForAWSResource", "true")) if name == "kms:CreateGrant" else (via,)


# -- policies -----------------------------------------------------------------------------------


def permissions_of(function: str) -> frozenset[Permission]:
    """Everything that one function may do."""
    records = {Permission(f"dynamodb:{name}", TABLE) for name in ON_RECORDS.get(function, ())}
    records |= {Permission(f"dynamodb:{name}", PATTERNS) for name in ON_PATTERNS.get(function, ())}
    looks = _looks() if function in _LOOKING else ()
    lambdas = (*EVERYWHERE, KEPT_BY_LAMBDA) if function in ASYNCHRONOUS else EVERYWHERE
    return frozenset({*records, *BESIDE.get(function, ()), *looks, *_acts(function), *lambdas})


def _acts(function: str) -> Iterable[Permission]:
    match function:
        case "plan_recovery":
            return _plans()
        case "run_action":
            return _recovers()
        case "roll_back":
            return _undoes()
    return ()


def denied_to(function: str) -> tuple[str, ...]:
    """What a function that acts may do with customers' tables and never with ours, which hold the audit."""
    ours = {f"dynamodb:{name}" for name in ON_RECORDS.get(function, ())}
    tables = RESOURCE_TYPES["dynamodb.table"].arns
    theirs = {one.action for one in _acts(function) if one.resources == tables}
    return tuple(sorted(name for name in theirs - ours if not name.startswith("dynamodb:Describe")))


def policy_of(function: str) -> dict[str, Any]:
    """The policy document of one function."""
    alike: dict[tuple[Any, Any], list[str]] = {}
    for action, resources, conditions in sorted(permissions_of(function)):
        alike.setdefault((resources, conditions), []).append(action)
    statements = [_allow(names, *on) for on, names in sorted(alike.items())]
    if denied := denied_to(function):
        statements.append({"Effect": "Deny", "Action": list(denied), "Resource": list(TABLES)})
    return {"Version": "2012-10-17", "Statement": statements}


def _allow(
    names: list[str], resources: tuple[str, ...], conditions: tuple[tuple[str, str, str], ...]
) -> dict[str, Any]:
    statement: dict[str, Any] = {"Effect": "Allow", "Action": names, "Resource": list(resources)}
    if conditions:
        statement["Condition"] = {operator: {key: value} for operator, key, value in conditions}
    return statement


# -- the configuration --------------------------------------------------------------------------

FUNCTIONS: Mapping[str, dict[str, Any]] = {
    "on_resource_event": {"lambda_memory_size": 512, "lambda_timeout": 30},
    "on_alarm": {"lambda_timeout": 30},
    "sweep": {"lambda_timeout": 240, "reserved_concurrency": 1},
    "start_scan": {"lambda_timeout": 240, "reserved_concurrency": 1},
    "on_scan_request": {"lambda_memory_size": 512, "lambda_timeout": 240, "reserved_concurrency": 25},
    "detect_incident": {},
    "analyze_incident": {"lambda_timeout": 110},
    "plan_recovery": {},
    "decide_recovery": {},
    "request_approval": {},
    "run_action": {"lambda_timeout": 110, "reserved_concurrency": 20},
    "verify_recovery": {},
    "roll_back": {"lambda_timeout": 110},
    "notify_people": {},
    "learn_outcome": {},
    "api_handler": {"lambda_memory_size": 512, "lambda_timeout": 29, "xray": False},
}
"""Every function, and what differs from the defaults. All routes of the REST API are one: ``api_handler``.

It is not traced, so that API Gateway's stage is not: a trace would keep the address of a review, which is
its link.
"""

AUTHORIZERS: Mapping[str, dict[str, Any]] = {
    "authorize_call": {"lambda_memory_size": 512, "lambda_timeout": 10}
}
"""What API Gateway asks who may call, in stages with ``MAINSTAY_AUTH=oidc``. It may do nothing in AWS."""


def functions_of(auth: str) -> Mapping[str, dict[str, Any]]:
    """Every function of a stage, by who says who may call its API: ``iam`` or ``oidc``."""
    return {**FUNCTIONS, **AUTHORIZERS} if auth == "oidc" else FUNCTIONS


def make_config(stages: Iterable[str] = ("dev", "prod"), auth: str = "iam") -> dict[str, Any]:
    """The whole configuration of Chalice."""
    functions = {
        name: {**different, "iam_policy_file": f"policy-{name}.json"}
        for name, different in functions_of(auth).items()
    }
    return {
        "version": "2.0",
        "app_name": "mainstay",
        "autogen_policy": False,
        "xray": True,
        "lambda_architecture": "arm64",
        "lambda_memory_size": 256,
        "lambda_timeout": 50,
        "minimum_compression_size": 1024,
        "api_gateway_endpoint_type": "REGIONAL",
        "stages": {
            stage: {
                "api_gateway_stage": stage,
                "environment_variables": {"MAINSTAY_STAGE": stage},
                "lambda_functions": functions,
            }
            for stage in stages
        },
    }


def make_files() -> dict[str, str]:
    """Every file that is generated, by name, with its content."""
    contents = {f"policy-{name}.json": policy_of(name) for name in FUNCTIONS} | {"config.json": make_config()}
    return {name: json.dumps(content, indent=2) + "\n" for name, content in contents.items()}


def stale_files(folder: Path) -> list[str]:
    """Names of files that are missing, differ, or belong to a function that is no more."""
    made = make_files()
    found = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.json")}
    return sorted(name for name in made.keys() | found.keys() if made.get(name) != found.get(name))


def main(arguments: list[str], folder: Path = FOLDER) -> int:
    """Write the files, or with ``--check`` say which differ; exit code 1 where any does."""
    stale, made = stale_files(folder), make_files()
    if "--check" in arguments:
        for name in stale:
            sys.stderr.write(f"{name} is out of date: run make policies\n")
        return 1 if stale else 0
    folder.mkdir(exist_ok=True)
    for name in stale:
        if name in made:
            (folder / name).write_text(made[name], encoding="utf-8")
        else:
            (folder / name).unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
