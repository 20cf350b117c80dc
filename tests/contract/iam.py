"""IAM, as far as the tests need it: what a boto3 call is called there, and on what it may be allowed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any

from botocore import xform_name
from botocore.session import get_session

PREFIXES = {"stepfunctions": "states", "bedrock-runtime": "bedrock", "resourcegroupstaggingapi": "tag"}
"""Of services whose IAM prefix is not boto3's name."""

DIFFERENT = {
    ("bedrock-runtime", "converse"): "bedrock:InvokeModel",
    ("s3", "get_public_access_block"): "s3:GetBucketPublicAccessBlock",
    ("s3", "put_public_access_block"): "s3:PutBucketPublicAccessBlock",
    ("s3", "delete_public_access_block"): "s3:PutBucketPublicAccessBlock",
    ("sns", "publish_batch"): "sns:Publish",
}
"""Calls whose permission has another name than they have."""

IN_PARTS = ("dynamodb", "transact_write_items")
"""A transaction needs the permissions of its parts, and none of its own."""


def action_of(service: str, operation: str) -> str:
    """The IAM action of a boto3 call; KeyError where boto3 has no such call."""
    known = _operations(service)[operation]
    return DIFFERENT.get((service, operation), f"{PREFIXES.get(service, service)}:{known}")


def actions_of(operations: Iterable[tuple[str, str]]) -> set[str]:
    """The IAM actions of several calls."""
    return {action_of(*one) for one in operations if one != IN_PARTS}


@cache
def _operations(service: str) -> dict[str, str]:
    model = get_session().get_service_model(service)
    return {xform_name(name): name for name in model.operation_names}


@cache
def _reference() -> dict[str, Any]:
    """AWS's service authorization reference, as cfn-lint carries it."""
    text = files("cfnlint.data.AdditionalSpecs").joinpath("Policies.json").read_text(encoding="utf-8")
    known: dict[str, Any] = json.loads(text)
    return known


def is_known(action: str) -> bool:
    """Whether AWS has such an action."""
    service, _, name = action.partition(":")
    return name.lower() in _reference().get(service, {"Actions": {}})["Actions"]


def fits(action: str, resource: str) -> bool:
    """Whether an action can be allowed on such an ARN; on ``*`` where AWS knows no resource."""
    service, _, name = action.partition(":")
    known = _reference()[service]
    kinds = (known["Actions"][name.lower()] or {}).get("Resources", [])
    if not kinds:
        return resource == "*"
    formats = (form for kind in kinds for form in known["Resources"][kind.lower()]["ARNFormats"])
    return any(re.fullmatch(re.sub(r"\$\{\w+\}", "[^:]*", form), resource) for form in formats)
