"""``ssm.parameter``: tampered with, or deleted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from chalicelib.errors import NotFoundError
from chalicelib.incidents.base import Attributes
from chalicelib.incidents.model import Classification, Observation, Resource
from chalicelib.resources.answers import tags_found
from chalicelib.resources.checks import is_gone, judge_by
from chalicelib.resources.digests import digest_secret
from chalicelib.resources.model import ApiCall, FailureKind, ReadAws, ResourceType
from chalicelib.resources.requests import after_arn, items, member, names_in

_NAME = re.compile(r"[A-Za-z0-9_./-]{1,1011}")


def _name_of(value: object) -> object:
    """By name, or by ARN, where ``parameter/a/b`` is the parameter ``/a/b`` and ``parameter/a`` is ``a``."""
    named = after_arn(value)
    if named is value or not isinstance(named, str):
        return value
    name = named.removeprefix("parameter/")
    return f"/{name}" if "/" in name else name


def _parameter_named(parameters: Mapping[str, Any]) -> list[str]:
    return names_in([_name_of(member(parameters, "name"))], _NAME)


def _parameters_named(parameters: Mapping[str, Any]) -> list[str]:
    return names_in(map(_name_of, items(parameters, "names")), _NAME)


def _observe(resource: Resource, read: ReadAws, now: datetime) -> Observation:
    try:
        answer = read("ssm", "get_parameter", Name=resource.id, WithDecryption=True)
    except NotFoundError:
        return Observation(exists=False, observed_at=now)
    return Observation(exists=True, attributes=_attributes(answer["Parameter"], resource), observed_at=now)


def _attributes(parameter: dict[str, Any], resource: Resource) -> Attributes:
    """The value leaves this function as a digest only, whatever the type: texts hold secrets too."""
    return {
        "version": parameter["Version"],
        "type": parameter["Type"],
        "value_sha256": digest_secret(parameter["Value"], resource),
    }


def _read_tags(resource: Resource, read: ReadAws) -> dict[str, str]:
    call = partial(read, "ssm", "list_tags_for_resource", ResourceType="Parameter", ResourceId=resource.id)
    return tags_found(call, "TagList")


def _is_tampered(observation: Observation, known_good: Observation | None) -> bool | None:
    """A new version with the same value and type is no tampering."""
    if known_good is None or not known_good.exists or not observation.exists:
        return None
    return any(
        observation.attributes[name] != known_good.attributes.get(name) for name in ("value_sha256", "type")
    )


SSM_PARAMETER = ResourceType(
    name="ssm.parameter",
    title="SSM parameter",
    event_source="aws.ssm",
    failures=(
        FailureKind(
            name="tampered",
            title="was changed",
            classification=Classification.TAMPERING,
            severity=7,
            downtime_minutes=30,
            blast_radius="every service that reads the parameter when it starts or runs",
        ),
        # Its history goes with it, and we keep no values: only a person can write it anew.
        FailureKind(
            name="deleted",
            title="was deleted",
            classification=Classification.FAILURE,
            severity=7,
            downtime_minutes=60,
            blast_radius="every service that reads the parameter when it starts or runs",
        ),
    ),
    api_calls=(
        ApiCall(
            event_source="ssm.amazonaws.com",
            event_name="PutParameter",
            failure="tampered",
            resource_ids=_parameter_named,
        ),
        ApiCall(
            event_source="ssm.amazonaws.com",
            event_name="DeleteParameter",
            failure="deleted",
            resource_ids=_parameter_named,
        ),
        ApiCall(
            event_source="ssm.amazonaws.com",
            event_name="DeleteParameters",
            failure="deleted",
            resource_ids=_parameters_named,
        ),
    ),
    state_changes={},
    observe=_observe,
    is_failing=judge_by({"tampered": _is_tampered, "deleted": is_gone}),
    permissions=("ssm:GetParameter", "ssm:ListTagsForResource", "kms:Decrypt"),
    arns=("arn:aws:ssm:*:*:parameter/*",),
    read_tags=_read_tags,
)
