"""Builds that run Terraform: how both Terraform actions start one and follow it. See terraform/recover.py."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias
from urllib.parse import quote

from chalicelib.incidents.base import Attributes, Record
from chalicelib.incidents.model import Resource
from chalicelib.recovery.model import Progress, ProgressState, Tools
from chalicelib.resources.model import ReadAws

Operation: TypeAlias = Literal["apply", "destroy"]

PERMISSIONS = ("codebuild:BatchGetBuilds", "codebuild:StartBuild")

TOO_MANY_BUILDS = frozenset({"AccountLimitExceededException"})
"""The project runs as many builds as it may: this one is refused, and a later one is not."""

_RESOURCE_ID = "RESOURCE_ID"
_PROBLEM = "PROBLEM"
"""Variables that the build exports."""


class Parameters(Record):
    """Which module makes the resource, and where its state is kept. The build checks them strictly."""

    module: str
    address: str
    state_key: str
    variables_json: str
    """The module's variables as a JSON object of strings, sorted by name."""


class Removal(Parameters):
    """The same, for taking away again what one recovery made."""

    made_with: str
    """The token of that recovery: no other one's work is touched."""


def state_key_of(resource: Resource) -> str:
    """Where the state of one resource's recovery is kept, in the bucket for states.

    What an id holds beside letters, digits and ``._-~`` is percent-encoded, so two ids never share a key.
    """
    parts = (resource.account, resource.region, resource.type, f"{quote(resource.id, safe='')}.tfstate")
    return "/".join(("recovery", *parts))


def start_build(operation: Operation, parameters: Parameters, tools: Tools, made_with: str) -> Attributes:
    """Start a build on the work of the recovery with this token; answer its handle.

    Where an earlier attempt started one, that one is met.
    """
    answer = tools.change(
        "codebuild",
        "start_build",
        projectName=tools.builder,
        idempotencyToken=tools.token,
        environmentVariablesOverride=[
            {"name": name, "value": value, "type": "PLAINTEXT"}
            for name, value in _environment(operation, parameters, made_with).items()
        ],
    )
    return {"build_id": answer["build"]["id"], "token": tools.token}


def _environment(operation: Operation, parameters: Parameters, token: str) -> dict[str, str]:
    return {
        "OPERATION": operation,
        "MODULE": parameters.module,
        "ADDRESS": parameters.address,
        "STATE_KEY": parameters.state_key,
        "VARIABLES_JSON": parameters.variables_json,
        "RECOVERY_TOKEN": token,
    }


def follow_build(handle: Attributes, read: ReadAws) -> Progress:
    """How far a build is; a finished one answers the id of what it made."""
    builds = read("codebuild", "batch_get_builds", ids=[handle["build_id"]])["builds"]
    if not builds:
        return Progress(state=ProgressState.FAILED, note="CodeBuild does not know the build any more")
    build = builds[0]
    exported = {entry["name"]: entry["value"] for entry in build.get("exportedEnvironmentVariables", [])}
    if build["buildStatus"] == "IN_PROGRESS":
        return Progress(state=ProgressState.RUNNING, note=f"the build is in {build.get('currentPhase')}")
    if build["buildStatus"] != "SUCCEEDED":
        return Progress(state=ProgressState.FAILED, note=exported.get(_PROBLEM) or _failure(build))
    made = exported.get(_RESOURCE_ID)
    return Progress(state=ProgressState.DONE, outputs={"resource_id": made} if made else {})


def _failure(build: dict[str, Any]) -> str:
    """What CodeBuild itself says, where the build could not say it."""
    contexts = [context for phase in build.get("phases", []) for context in phase.get("contexts", [])]
    said = [str(context["message"]) for context in contexts if context.get("message")]
    return f"the build ended as {build['buildStatus']}" + (f": {said[0]}" if said else "")
