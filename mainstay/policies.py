"""Writes ``.chalice/config.json`` and the policy of each function from what the code declares.

    python -m mainstay.policies [--check]

A function may do what its part of the work needs and nothing else: reads of every resource type for those
that look, each action's own permissions for those that act.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from chalicelib.recovery.actions import ACTIONS
from chalicelib.resources import RESOURCE_TYPES

FOLDER = Path(__file__).parent.parent / ".chalice"

_TABLE = ("arn:aws:dynamodb:*:*:table/mainstay-*-incidents",)
_INDEXES = (*_TABLE, "arn:aws:dynamodb:*:*:table/mainstay-*-incidents/index/*")
_MACHINE = ("arn:aws:states:*:*:stateMachine:mainstay-*-recovery",)
_EXECUTIONS = ("arn:aws:states:*:*:execution:mainstay-*-recovery:*",)
_TOPIC = ("arn:aws:sns:*:*:mainstay-*-notifications",)
_MODELS = ("arn:aws:bedrock:*::foundation-model/*", "arn:aws:bedrock:*:*:inference-profile/*")

_Permissions: TypeAlias = dict[str, tuple[str, ...]]

_READ: _Permissions = {"dynamodb:GetItem": _TABLE, "dynamodb:Query": _TABLE, "dynamodb:BatchGetItem": _TABLE}
_WRITE: _Permissions = {
    "dynamodb:PutItem": _TABLE,
    "dynamodb:UpdateItem": _TABLE,
    "dynamodb:ConditionCheckItem": _TABLE,
}
_RECORD = _READ | _WRITE
_TELL: _Permissions = {"sns:Publish": _TOPIC}
_START: _Permissions = {"states:StartExecution": _MACHINE}

_NAMED: Mapping[str, tuple[str, ...]] = {
    "codebuild": ("arn:aws:codebuild:*:*:project/mainstay-*-builder",),
    "dynamodb": ("arn:aws:dynamodb:*:*:table/*",),
    "ec2": ("arn:aws:ec2:*:*:instance/*",),
    "lambda": ("arn:aws:lambda:*:*:function:*",),
    "rds": (
        "arn:aws:rds:*:*:db:*",
        "arn:aws:rds:*:*:snapshot:*",
        "arn:aws:rds:*:*:subgrp:*",
        "arn:aws:rds:*:*:pg:*",
        "arn:aws:rds:*:*:og:*",
    ),
    "s3": ("arn:aws:s3:::*",),
    "ssm": ("arn:aws:ssm:*:*:parameter/*",),
}
"""What a permission of a service may be used on, where the resource types do not narrow it further."""

_ANYWHERE = frozenset(
    {"ec2:DescribeInstances", "ec2:DescribeInstanceStatus", "dynamodb:ListBackups", "kms:Decrypt"}
)
"""AWS knows no narrower resource for these, or the resource is not ours to name."""

_LOOKING = ("Describe", "Get", "List", "BatchGet")


def permissions_of(function: str) -> _Permissions:
    """What one function may do, and on what."""
    looking = _catalogue(kind.permissions for kind in RESOURCE_TYPES.values())
    acting = _catalogue(action.permissions for action in ACTIONS.values())
    planning = {name: on for name, on in acting.items() if name.partition(":")[2].startswith(_LOOKING)}
    needs: dict[str, _Permissions] = {
        "on_resource_event": _RECORD | _START,
        "on_alarm": _RECORD | _START,
        "sweep": _RECORD
        | {"dynamodb:Query": _INDEXES}
        | _START
        | _TELL
        | looking
        | {
            "states:DescribeExecution": _EXECUTIONS,
            "states:SendTaskHeartbeat": _MACHINE,
            "states:SendTaskSuccess": _MACHINE,
        },
        "detect_incident": _RECORD | looking,
        "analyze_incident": _RECORD | {"bedrock:InvokeModel": _MODELS},
        "plan_recovery": _READ | planning,
        "decide_recovery": _RECORD,
        "request_approval": _RECORD | _TELL,
        "run_action": _RECORD | looking | acting,
        "verify_recovery": _RECORD | looking,
        "roll_back": _RECORD | looking | acting,
        "notify_people": _READ | _TELL,
        "learn_outcome": _RECORD,
    }
    return needs[function] | {"xray:PutTraceSegments": ("*",), "xray:PutTelemetryRecords": ("*",)}


def _catalogue(declared: Iterable[Iterable[str]]) -> _Permissions:
    names = {name for permissions in declared for name in permissions}
    return {name: ("*",) if name in _ANYWHERE else _NAMED[name.partition(":")[0]] for name in sorted(names)}


def policy_of(function: str) -> dict[str, Any]:
    """The policy document of one function."""
    logs = {
        "logs:CreateLogGroup": ("arn:aws:logs:*:*:log-group:/aws/lambda/mainstay-*",),
        "logs:CreateLogStream": ("arn:aws:logs:*:*:log-group:/aws/lambda/mainstay-*:*",),
        "logs:PutLogEvents": ("arn:aws:logs:*:*:log-group:/aws/lambda/mainstay-*:*",),
    }
    by_resources: dict[tuple[str, ...], list[str]] = {}
    for name, resources in sorted((permissions_of(function) | logs).items()):
        by_resources.setdefault(resources, []).append(name)
    statements = [
        {"Effect": "Allow", "Action": names, "Resource": list(resources)}
        for resources, names in sorted(by_resources.items())
    ]
    return {"Version": "2012-10-17", "Statement": statements}


FUNCTIONS: Mapping[str, dict[str, Any]] = {
    "on_resource_event": {"lambda_memory_size": 512, "lambda_timeout": 30},
    "on_alarm": {"lambda_timeout": 30},
    "sweep": {"lambda_timeout": 240, "reserved_concurrency": 1},
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
}
"""Every function, and what differs from the defaults."""


def make_config() -> dict[str, Any]:
    """The whole configuration of Chalice."""
    functions = {
        name: {**different, "iam_policy_file": f"policy-{name}.json"} for name, different in FUNCTIONS.items()
    }
    return {
        "version": "2.0",
        "app_name": "mainstay",
        "autogen_policy": False,
        "xray": True,
        "lambda_architecture": "arm64",
        "lambda_memory_size": 256,
        "lambda_timeout": 50,
        "stages": {
            stage: {"environment_variables": {"MAINSTAY_STAGE": stage}, "lambda_functions": functions}
            for stage in ("dev", "prod")
        },
    }


def make_files() -> dict[Path, str]:
    """Every file that is generated, with its content."""
    contents = {f"policy-{name}.json": policy_of(name) for name in FUNCTIONS} | {"config.json": make_config()}
    return {FOLDER / name: json.dumps(content, indent=2) + "\n" for name, content in contents.items()}


def main(arguments: list[str]) -> int:
    """Write the files, or with ``--check`` say which differ; exit code 1 where any does."""
    stale = [path for path, text in make_files().items() if not path.exists() or path.read_text() != text]
    if "--check" in arguments:
        for path in stale:
            sys.stderr.write(f"{path.name} is out of date: run make policies\n")
        return 1 if stale else 0
    FOLDER.mkdir(exist_ok=True)
    for path, text in make_files().items():
        path.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
