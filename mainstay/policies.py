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
from typing import Any, NamedTuple

from chalicelib.recovery.actions import ACTIONS
from chalicelib.recovery.model import RecoveryAction
from chalicelib.resources import RESOURCE_TYPES

FOLDER = Path(__file__).parent.parent / ".chalice"


class Permission(NamedTuple):
    """One IAM action, on what, and under which conditions: operator, key and value of each."""

    action: str
    resources: tuple[str, ...]
    conditions: tuple[tuple[str, str, str], ...] = ()


# -- our own things -----------------------------------------------------------------------------

_TABLE = ("arn:aws:dynamodb:*:*:table/mainstay-*-incidents",)
_INDEXES = ("arn:aws:dynamodb:*:*:table/mainstay-*-incidents/index/*",)
_PATTERNS = ("arn:aws:dynamodb:*:*:table/mainstay-*-patterns",)
_TABLES = (*_TABLE, *_PATTERNS)
_MACHINE = ("arn:aws:states:*:*:stateMachine:mainstay-*-recovery",)
_EXECUTIONS = ("arn:aws:states:*:*:execution:mainstay-*-recovery:*",)
_TOPIC = ("arn:aws:sns:*:*:mainstay-*-notifications",)
_SCANS = ("arn:aws:sns:*:*:mainstay-*-scans",)
_LOG_GROUPS = ("arn:aws:logs:*:*:log-group:*",)
_DEAD_LETTERS = ("arn:aws:sqs:*:*:mainstay-*-dead-letters",)
_GROUPS = ("arn:aws:logs:*:*:log-group:/aws/lambda/mainstay-*",)
_STREAMS = ("arn:aws:logs:*:*:log-group:/aws/lambda/mainstay-*:*",)
_MODELS = (
    "arn:aws:bedrock:*::foundation-model/*",
    "arn:aws:bedrock:*:*:inference-profile/*",
    "arn:aws:bedrock:*:*:application-inference-profile/*",
)
_ALL = ("*",)

_ON_RECORDS: Mapping[str, tuple[str, ...]] = {
    "on_resource_event": ("GetItem", "PutItem", "UpdateItem"),
    "on_alarm": ("GetItem", "PutItem", "UpdateItem"),
    "sweep": ("BatchGetItem", "GetItem", "PutItem", "Query", "UpdateItem"),
    "start_scan": ("GetItem", "PutItem", "UpdateItem"),
    "on_scan_request": ("GetItem", "PutItem", "UpdateItem"),
    "detect_incident": ("GetItem", "PutItem", "UpdateItem"),
    "analyze_incident": ("BatchGetItem", "GetItem", "PutItem", "UpdateItem"),
    "plan_recovery": ("BatchGetItem",),
    "decide_recovery": ("BatchGetItem", "GetItem", "PutItem", "UpdateItem"),
    "request_approval": ("GetItem", "PutItem", "Query", "UpdateItem"),
    "run_action": ("ConditionCheckItem", "GetItem", "PutItem", "Query", "UpdateItem"),
    "verify_recovery": ("GetItem", "PutItem", "UpdateItem"),
    "roll_back": ("ConditionCheckItem", "GetItem", "PutItem", "Query", "UpdateItem"),
    "notify_people": ("GetItem", "PutItem", "Query", "UpdateItem"),
    "learn_outcome": ("GetItem", "PutItem", "Query", "UpdateItem"),
}
"""What each function does with the incidents table. None deletes anything, and none scans."""

_ON_PATTERNS: Mapping[str, tuple[str, ...]] = {
    "start_scan": ("DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem"),
    "on_scan_request": ("BatchGetItem", "DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem"),
}
"""What the proactive path does with the patterns table: an alert's mark is deleted once it is scored."""

_ALERTS = (
    Permission("bedrock:InvokeModel", _MODELS),
    Permission("dynamodb:Query", _INDEXES),
    Permission("sns:Publish", _TOPIC),
    Permission("states:SendTaskSuccess", _ALL),
    Permission("states:StartExecution", _MACHINE),
)
"""What follows from an alert: an explanation, an incident, a message, and later its outcome."""

_BESIDE: Mapping[str, tuple[Permission, ...]] = {
    "on_resource_event": (
        Permission("states:SendTaskSuccess", _ALL),
        Permission("states:StartExecution", _MACHINE),
    ),
    "on_alarm": (
        Permission("states:SendTaskSuccess", _ALL),
        Permission("states:StartExecution", _MACHINE),
    ),
    "sweep": (
        Permission("dynamodb:Query", _INDEXES),
        Permission("sns:Publish", _TOPIC),
        Permission("states:DescribeExecution", _EXECUTIONS),
        Permission("states:SendTaskHeartbeat", _ALL),
        Permission("states:SendTaskSuccess", _ALL),
        Permission("states:StartExecution", _MACHINE),
    ),
    "start_scan": (
        *_ALERTS,
        Permission("cloudwatch:ListMetrics", _ALL),
        Permission("logs:DescribeLogGroups", _LOG_GROUPS),
        Permission("sns:Publish", _SCANS),
        Permission("tag:GetResources", _ALL),
    ),
    "on_scan_request": (
        *_ALERTS,
        Permission("cloudwatch:GetMetricData", _ALL),
        Permission("logs:FilterLogEvents", _LOG_GROUPS),
        Permission("logs:GetQueryResults", _ALL),
        Permission("logs:StartQuery", _LOG_GROUPS),
        Permission("logs:StopQuery", _ALL),
    ),
    "analyze_incident": (Permission("bedrock:InvokeModel", _MODELS),),
    "request_approval": (
        Permission("sns:Publish", _TOPIC),
        Permission("states:SendTaskSuccess", _ALL),
    ),
    "notify_people": (Permission("sns:Publish", _TOPIC),),
}
"""What some functions do beside that."""

EVERYWHERE = (
    Permission("logs:CreateLogGroup", _GROUPS),
    Permission("logs:CreateLogStream", _STREAMS),
    Permission("logs:PutLogEvents", _STREAMS),
    Permission("xray:PutTraceSegments", _ALL),
    Permission("xray:PutTelemetryRecords", _ALL),
)
"""What Lambda itself does in the name of every function."""

ASYNCHRONOUS = frozenset({"on_resource_event", "on_alarm", "on_scan_request", "start_scan", "sweep"})
"""Functions that events start. What they cannot take, Lambda puts into the dead-letter queue for them."""

KEPT_BY_LAMBDA = Permission("sqs:SendMessage", _DEAD_LETTERS)


# -- what customers have ------------------------------------------------------------------------

_NAMED: Mapping[str, tuple[str, ...]] = {
    "codebuild:BatchGetBuilds": ("arn:aws:codebuild:*:*:project/mainstay-*-builder",),
    "codebuild:StartBuild": ("arn:aws:codebuild:*:*:project/mainstay-*-builder",),
    "lambda:GetLayerVersion": ("arn:aws:lambda:*:*:layer:*",),
    "ssm:GetAutomationExecution": ("arn:aws:ssm:*:*:automation-execution/*",),
    "ssm:SendCommand": (
        "arn:aws:ssm:*:*:document/mainstay-*-rotate-logs-command",
        "arn:aws:ec2:*:*:instance/*",
    ),
    "ssm:StartAutomationExecution": ("arn:aws:ssm:*:*:automation-definition/mainstay-*-rotate-logs:*",),
}
"""Permissions that are used on something else than the resource of whoever declares them."""

ANYWHERE: Mapping[str, str] = {
    "application-autoscaling:DescribeScalableTargets": "AWS knows no resource for it",
    "cloudwatch:GetMetricStatistics": "AWS knows no resource for it",
    "cloudwatch:GetMetricData": "AWS knows no resource for it",
    "cloudwatch:ListMetrics": "AWS knows no resource for it",
    "application-autoscaling:DescribeScalableTargets": "AWS knows no resource for it",
    "cloudwatch:GetMetricStatistics": "AWS knows no resource for it",
    "dynamodb:ListBackups": "AWS knows no resource for it",
    "ec2:DescribeInstances": "AWS knows no resource for it",
    "ec2:DescribeSecurityGroups": "AWS knows no resource for it",
    "ec2:DescribeSubnets": "AWS knows no resource for it",
    "ec2:DescribeVpcs": "AWS knows no resource for it",
    "kms:CreateGrant": "the keys are the customers'; only through the service, and only for its own use",
    "kms:Decrypt": "the keys are the customers'; only through the service that holds the secret",
    "kms:DescribeKey": "the keys are the customers'; only through the service that uses them",
    "kms:Encrypt": "the keys are the customers'; only through the service that holds the secret",
    "kms:GenerateDataKey": "the keys are the customers'; only through the service that holds the secret",
    "ssm:DescribeInstanceInformation": "AWS knows no resource for it",
    "ssm:ListCommandInvocations": "AWS knows no resource for it",
    "ssm:ListCommands": "AWS knows no resource for it",
    "logs:GetQueryResults": "AWS knows no resource for it",
    "logs:StopQuery": "AWS knows no resource for it",
    "ssm:DescribeInstanceInformation": "AWS knows no resource for it",
    "ssm:ListCommandInvocations": "AWS knows no resource for it",
    "ssm:ListCommands": "AWS knows no resource for it",
    "states:SendTaskHeartbeat": "AWS knows no resource for it: the token names the task",
    "states:SendTaskSuccess": "AWS knows no resource for it: the token names the task",
    "tag:GetResources": "AWS knows no resource for it",
    "xray:PutTelemetryRecords": "AWS knows no resource for it",
    "xray:PutTraceSegments": "AWS knows no resource for it",
}
"""What may be used on any resource, and why it has to be so."""

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
        resources = _ALL if name in ANYWHERE else _NAMED.get(name, RESOURCE_TYPES[resource_type].arns)
        yield Permission(name, resources, _conditions(name, resource_type.partition(".")[0]))


def _conditions(name: str, service: str) -> tuple[tuple[str, str, str], ...]:
    if not name.startswith("kms:"):
        return ()
    via = ("StringLike", "kms:ViaService", f"{service}.*.amazonaws.com")
    return (via, ("Bool", "kms:GrantIsForAWSResource", "true")) if name == "kms:CreateGrant" else (via,)


# -- policies -----------------------------------------------------------------------------------


def permissions_of(function: str) -> frozenset[Permission]:
    """Everything that one function may do."""
    records = {Permission(f"dynamodb:{name}", _TABLE) for name in _ON_RECORDS[function]}
    records |= {Permission(f"dynamodb:{name}", _PATTERNS) for name in _ON_PATTERNS.get(function, ())}
    looks = _looks() if function in _LOOKING else ()
    lambdas = (*EVERYWHERE, KEPT_BY_LAMBDA) if function in ASYNCHRONOUS else EVERYWHERE
    return frozenset({*records, *_BESIDE.get(function, ()), *looks, *_acts(function), *lambdas})


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
    ours = {f"dynamodb:{name}" for name in _ON_RECORDS[function]}
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
        statements.append({"Effect": "Deny", "Action": list(denied), "Resource": list(_TABLES)})
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
    "on_scan_request": {"lambda_memory_size": 512, "lambda_timeout": 240, "reserved_concurrency": 50},
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
