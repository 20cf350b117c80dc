"""Put the known good configuration of a function back.

What is no secret is restored from the plan itself. Environment variables hold secrets, so we remember only
their digest: their values come from a published version of the function, which AWS keeps unchangeable, and
only where the digest is the known good one. Before the environment is replaced, what there is is published
as a version too: so the undo finds it in the same way, and it stays as proof.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from chalicelib.errors import ActionFailedError
from chalicelib.incidents.base import Attributes, Record
from chalicelib.incidents.model import Resource
from chalicelib.incidents.plans import ActionCall, Risk
from chalicelib.recovery.model import ActionKind, Proposal, RecoveryAction, Situation, Tools
from chalicelib.resources.answers import paged
from chalicelib.resources.lambda_configuration import (
    RESTORABLE,
    WATCHED,
    as_request,
    configuration_attributes,
    environment_digest,
)
from chalicelib.resources.model import ReadAws

_ENVIRONMENT = "environment_sha256"
_NEWEST = "$LATEST"


class Parameters(Record):
    """What is to be put back; what is None stays as it is."""

    runtime: str | None = None
    handler: str | None = None
    memory_mb: int | None = None
    timeout_seconds: int | None = None
    ephemeral_storage_mb: int | None = None
    kms_key: str | None = None
    dead_letter_target: str | None = None
    tracing: str | None = None
    snap_start: str | None = None
    log_format: str | None = None
    log_group: str | None = None
    application_log_level: str | None = None
    system_log_level: str | None = None
    subnets: str | None = None
    security_groups: str | None = None
    layers: str | None = None
    environment_sha256: str | None = None
    """The digest of the variables that are to come back."""


def _propose(situation: Situation, read: ReadAws) -> Proposal | None:
    good, seen = situation.known_good, situation.observation
    if good is None or not good.exists or not seen.exists:
        return None
    changed = {name for name in WATCHED if good.attributes.get(name) != seen.attributes.get(name)}
    wanted = {name: good.attributes[name] for name in RESTORABLE if name in changed}
    digest = good.attributes.get(_ENVIRONMENT)
    if _ENVIRONMENT in changed and digest is not None:
        versions = _list_versions(situation.resource, read)
        if _find_environment(situation.resource, digest, versions) is not None:
            wanted[_ENVIRONMENT] = digest
    if not wanted:
        return None
    left = sorted(changed - wanted.keys())
    return Proposal(
        parameters=wanted,
        goal={"exists": True, "update_failed": False, **wanted},
        automatic=not left,
        warning=_warning(left),
    )


def _warning(left: list[str]) -> str:
    """What stays as it is, and why."""
    if not left:
        return ""
    names = ", ".join(_LEFT[name] for name in left)
    return f"Stays changed, for a person to put back: {names}."


_LEFT = {
    _ENVIRONMENT: "the environment variables (no published version has the known good ones)",
    "role": "the role",
    "code_sha256": "the code",
    "image_config_sha256": "the container image's settings",
}


def _list_versions(resource: Resource, read: ReadAws) -> list[dict[str, Any]]:
    """The configurations of all published versions, and of the function as it is."""
    call = partial(read, "lambda", "list_versions_by_function", FunctionName=resource.id)
    return list(paged(call, "Versions", more="NextMarker", asks="Marker"))


def _find_environment(
    resource: Resource, digest: object, versions: list[dict[str, Any]]
) -> dict[str, str] | None:
    """The variables with this digest, from any published version: equal digests are equal variables."""
    for version in versions:
        if version["Version"] != _NEWEST and environment_digest(version, resource) == digest:
            return dict(version.get("Environment", {}).get("Variables", {}))
    return None


def _apply(resource: Resource, parameters: Parameters, tools: Tools) -> Attributes:
    """Raise ActionFailedError where the environment was to come back and is found no more."""
    if parameters.environment_sha256 is None:
        now = tools.read("lambda", "get_function_configuration", FunctionName=resource.id)
        return _update(resource, tools, _settings(resource, parameters, now))
    published = _publish(resource, tools)
    versions = _list_versions(resource, tools.read)
    variables = _find_environment(resource, parameters.environment_sha256, versions)
    if variables is None:
        raise ActionFailedError(f"no version of {resource.id} has the environment that is to come back")
    now = next(version for version in versions if version["Version"] == _NEWEST)
    settings = _settings(resource, parameters, now) | {"Environment": {"Variables": variables}}
    return _update(resource, tools, settings) | {"published": published}


def _update(resource: Resource, tools: Tools, settings: dict[str, Any]) -> Attributes:
    tools.change("lambda", "update_function_configuration", FunctionName=resource.id, **settings)
    return {}


def _publish(resource: Resource, tools: Tools) -> str:
    """AWS makes no new version where nothing changed since the last, so this may be repeated."""
    version: str = tools.change("lambda", "publish_version", FunctionName=resource.id)["Version"]
    return version


def _settings(resource: Resource, parameters: Parameters, now: dict[str, Any]) -> dict[str, Any]:
    """The settings to send. With the revision just read, AWS refuses where someone was faster."""
    wanted = parameters.model_dump(include=set(RESTORABLE), exclude_none=True)
    settings = as_request(configuration_attributes(now, resource) | wanted, frozenset(wanted))
    return settings | ({"RevisionId": now["RevisionId"]} if "RevisionId" in now else {})


def _undo(parameters: Parameters, before: Attributes, _handle: Attributes) -> ActionCall:
    names = parameters.model_dump(exclude_none=True)
    return ActionCall(
        action="restore_function_configuration", parameters={name: before[name] for name in names}
    )


RESTORE_FUNCTION_CONFIGURATION = RecoveryAction(
    name="restore_function_configuration",
    kind=ActionKind.API,
    title="put back the configuration of the function",
    resource_types=("lambda.function",),
    failures=("tampered",),
    parameters=Parameters,
    risk=Risk.LOW,
    automatic=True,
    repeatable=True,
    permissions=(
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeSubnets",
        "ec2:DescribeVpcs",
        "kms:CreateGrant",
        "kms:Decrypt",
        "kms:Encrypt",
        "lambda:GetFunctionConfiguration",
        "lambda:GetLayerVersion",
        "lambda:ListVersionsByFunction",
        "lambda:PublishVersion",
        "lambda:UpdateFunctionConfiguration",
    ),
    propose=_propose,
    apply=_apply,
    undo=_undo,
    undone_by=("restore_function_configuration",),
    reads=("kms:Decrypt", "lambda:ListVersionsByFunction"),
    # An update still runs, or the revision moved on between our reading and writing.
    too_early=frozenset({"ResourceConflictException", "PreconditionFailedException"}),
)
