"""What each function may do with our own things, and where permissions on others' things are used.

Tables only: ``mainstay.policies`` makes policies of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Permission(NamedTuple):
    """One IAM action, on what, and under which conditions: operator, key and value of each."""

    action: str
    resources: tuple[str, ...]
    conditions: tuple[tuple[str, str, str], ...] = ()


# -- our own things -----------------------------------------------------------------------------

TABLE = ("arn:aws:dynamodb:*:*:table/mainstay-*-incidents",)
_INDEXES = ("arn:aws:dynamodb:*:*:table/mainstay-*-incidents/index/*",)
PATTERNS = ("arn:aws:dynamodb:*:*:table/mainstay-*-patterns",)
TABLES = (*TABLE, *PATTERNS)
_MACHINE = ("arn:aws:states:*:*:stateMachine:mainstay-*-recovery",)
_EXECUTIONS = ("arn:aws:states:*:*:execution:mainstay-*-recovery:*",)
_TOPICS = ("arn:aws:sns:*:*:mainstay-*-people", "arn:aws:sns:*:*:mainstay-*-machines")
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
_LINK_KEYS = ("arn:aws:ssm:*:*:parameter/mainstay/*/link-keys",)
_CHAT = ("arn:aws:ssm:*:*:parameter/mainstay/*/chat",)
ALL = ("*",)

_DECRYPTS = Permission("kms:Decrypt", ALL, (("StringLike", "kms:ViaService", "ssm.*.amazonaws.com"),))
_SIGNS = (_DECRYPTS, Permission("ssm:GetParameter", _LINK_KEYS))
"""What signing and checking of links and forms needs."""
_TELLS = (_DECRYPTS, Permission("sns:Publish", _TOPICS), Permission("ssm:GetParameter", _CHAT))
"""What telling machines, people and a chat needs."""
_ASKS = (
    _DECRYPTS,
    Permission("sns:Publish", _TOPICS),
    Permission("ssm:GetParameter", (*_LINK_KEYS, *_CHAT)),
)
"""The same with links by which people answer."""

ON_RECORDS: Mapping[str, tuple[str, ...]] = {
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
    "api_handler": ("BatchGetItem", "ConditionCheckItem", "GetItem", "PutItem", "Query", "UpdateItem"),
}
"""What each function does with the incidents table. None deletes anything, and none scans."""

ON_PATTERNS: Mapping[str, tuple[str, ...]] = {
    "start_scan": ("DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem"),
    "on_scan_request": ("BatchGetItem", "DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem"),
    "api_handler": ("GetItem", "Query"),
}
"""What the proactive path does with the patterns table: an alert's mark is deleted once it rests."""

_ALERTS = (
    Permission("bedrock:InvokeModel", _MODELS),
    Permission("dynamodb:Query", _INDEXES),
    *_TELLS,
    Permission("states:SendTaskSuccess", ALL),
    Permission("states:StartExecution", _MACHINE),
)
"""What follows from an alert: an explanation, an incident, a message, and later its outcome."""

BESIDE: Mapping[str, tuple[Permission, ...]] = {
    "on_resource_event": (
        Permission("states:SendTaskSuccess", ALL),
        Permission("states:StartExecution", _MACHINE),
    ),
    "on_alarm": (
        *_TELLS,
        Permission("states:SendTaskSuccess", ALL),
        Permission("states:StartExecution", _MACHINE),
    ),
    "sweep": (
        Permission("dynamodb:Query", _INDEXES),
        *_ASKS,
        Permission("states:DescribeExecution", _EXECUTIONS),
        Permission("states:SendTaskHeartbeat", ALL),
        Permission("states:SendTaskSuccess", ALL),
        Permission("states:StartExecution", _MACHINE),
    ),
    "start_scan": (
        *_ALERTS,
        Permission("cloudwatch:ListMetrics", ALL),
        Permission("logs:DescribeLogGroups", ALL),
        Permission("sns:Publish", _SCANS),
        Permission("tag:GetResources", ALL),
    ),
    "on_scan_request": (
        *_ALERTS,
        Permission("cloudwatch:GetMetricData", ALL),
        Permission("logs:FilterLogEvents", _LOG_GROUPS),
        Permission("logs:GetQueryResults", ALL),
        Permission("logs:StartQuery", _LOG_GROUPS),
        Permission("logs:StopQuery", ALL),
    ),
    "analyze_incident": (Permission("bedrock:InvokeModel", _MODELS),),
    "api_handler": (
        *_SIGNS,
        Permission("dynamodb:Query", _INDEXES),
        Permission("states:SendTaskSuccess", ALL),
    ),
    "request_approval": (
        *_ASKS,
        Permission("states:SendTaskSuccess", ALL),
    ),
    "notify_people": _ASKS,
}
"""What some functions do beside that."""

EVERYWHERE = (
    Permission("logs:CreateLogGroup", _GROUPS),
    Permission("logs:CreateLogStream", _STREAMS),
    Permission("logs:PutLogEvents", _STREAMS),
    Permission("xray:PutTraceSegments", ALL),
    Permission("xray:PutTelemetryRecords", ALL),
)
"""What Lambda itself does in the name of every function."""

ASYNCHRONOUS = frozenset({"on_resource_event", "on_alarm", "on_scan_request", "start_scan", "sweep"})
"""Functions that events start. What they cannot take, Lambda puts into the dead-letter queue for them."""

KEPT_BY_LAMBDA = Permission("sqs:SendMessage", _DEAD_LETTERS)


# -- what customers have ------------------------------------------------------------------------

NAMED: Mapping[str, tuple[str, ...]] = {
    "codebuild:BatchGetBuilds": ("arn:aws:codebuild:*:*:project/mainstay-*-builder",),
    "codebuild:StartBuild": ("arn:aws:codebuild:*:*:project/mainstay-*-builder",),
    "lambda:GetLayerVersion": ("arn:aws:lambda:*:*:layer:*",),
    "ssm:GetAutomationExecution": ("arn:aws:ssm:*:*:automation-execution/*",),
    "ssm:SendCommand": (
        "arn:aws:ssm:*:*:document/mainstay-*-rotate-logs-command",
        "arn:aws:ec2:*:*:instance/*",
    ),
    # AWS has come to ask for the document and the execution, where it asked for the definition.
    "ssm:StartAutomationExecution": (
        "arn:aws:ssm:*:*:automation-definition/mainstay-*-rotate-logs:*",
        "arn:aws:ssm:*:*:automation-execution/*",
        "arn:aws:ssm:*:*:document/mainstay-*-rotate-logs",
    ),
}
"""Permissions that are used on something else than the resource of whoever declares them."""

ANYWHERE: Mapping[str, str] = {
    "application-autoscaling:DescribeScalableTargets": "AWS knows no resource for it",
    "cloudwatch:GetMetricStatistics": "AWS knows no resource for it",
    "cloudwatch:GetMetricData": "AWS knows no resource for it",
    "cloudwatch:ListMetrics": "AWS knows no resource for it",
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
    "logs:DescribeLogGroups": "AWS knows no resource for it",
    "logs:GetQueryResults": "AWS knows no resource for it",
    "logs:StopQuery": "AWS knows no resource for it",
    "states:SendTaskHeartbeat": "AWS knows no resource for it: the token names the task",
    "states:SendTaskSuccess": "AWS knows no resource for it: the token names the task",
    "tag:GetResources": "AWS knows no resource for it",
    "xray:PutTelemetryRecords": "AWS knows no resource for it",
    "xray:PutTraceSegments": "AWS knows no resource for it",
}
"""What may be used on any resource, and why it has to be so."""
