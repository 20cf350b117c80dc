"""Make a lost resource anew, by a Terraform module that the policy names, in CodeBuild."""

from __future__ import annotations

import json

from chalicelib.incidents.base import Attributes
from chalicelib.incidents.model import Resource
from chalicelib.incidents.plans import ActionCall, Risk
from chalicelib.recovery.actions.terraform_builds import (
    PERMISSIONS,
    TOO_MANY_BUILDS,
    Parameters,
    follow_build,
    start_build,
    state_key_of,
)
from chalicelib.recovery.model import ActionKind, Proposal, RecoveryAction, Situation, Tools
from chalicelib.resources.model import ReadAws

_GOALS: dict[str, Attributes] = {"ec2.instance": {"exists": True, "state": "running"}}
"""Where it is not enough that the resource exists."""

_LOST_DATA = {"dynamodb.table": "The data of the table is gone: it will be made anew, empty."}
"""Types of which a person has to agree first, and what they agree to."""


def _propose(situation: Situation, _read: ReadAws) -> Proposal | None:
    recreation, resource = situation.recreation, situation.resource
    if recreation is None or situation.observation.exists:
        return None
    parameters = Parameters(
        module=recreation.module,
        address=recreation.address,
        state_key=state_key_of(resource),
        variables_json=json.dumps(recreation.variables, sort_keys=True),
    )
    return Proposal(
        parameters=parameters.model_dump(),
        goal=_GOALS.get(resource.type, {"exists": True}),
        automatic=resource.type not in _LOST_DATA,
        warning=_LOST_DATA.get(resource.type, ""),
    )


def _apply(_resource: Resource, parameters: Parameters, tools: Tools) -> Attributes:
    return start_build("apply", parameters, tools, tools.token)


def _undo(parameters: Parameters, _before: Attributes, handle: Attributes) -> ActionCall:
    made_with = {"made_with": str(handle.get("token", ""))}
    return ActionCall(action="destroy_terraform", parameters=parameters.model_dump() | made_with)


APPLY_TERRAFORM = RecoveryAction(
    name="apply_terraform",
    kind=ActionKind.TERRAFORM,
    title="make the resource anew with Terraform",
    resource_types=("ec2.instance", "dynamodb.table", "s3.bucket", "lambda.function"),
    failures=("terminated", "deleted"),
    parameters=Parameters,
    risk=Risk.MEDIUM,
    automatic=True,
    # CodeBuild knows a token for five minutes; after that a second build finds nothing left to do.
    repeatable=True,
    permissions=PERMISSIONS,
    propose=_propose,
    apply=_apply,
    progress=follow_build,
    undo=_undo,
    undone_by=("destroy_terraform",),
    too_early=TOO_MANY_BUILDS,
)
