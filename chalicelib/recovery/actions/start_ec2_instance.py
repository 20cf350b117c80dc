"""Start a stopped instance."""

from __future__ import annotations

from chalicelib.incidents.base import Attributes, Record
from chalicelib.incidents.model import Resource
from chalicelib.incidents.plans import ActionCall, Risk
from chalicelib.recovery.model import ActionKind, Proposal, RecoveryAction, Situation, Tools
from chalicelib.resources.model import ReadAws


class Parameters(Record):
    """The instance is all there is to know."""


def _propose(situation: Situation, _read: ReadAws) -> Proposal | None:
    """Also for one that is still stopping: AWS says IncorrectInstanceState until it has stopped."""
    stopped = situation.observation.attributes.get("state") == "stopped"
    return Proposal(parameters={}, goal={"exists": True, "state": "running"}) if stopped else None


def _apply(resource: Resource, _parameters: Parameters, tools: Tools) -> Attributes:
    tools.change("ec2", "start_instances", InstanceIds=[resource.id])
    return {}


def _undo(_parameters: Parameters, _before: Attributes, _handle: Attributes) -> ActionCall:
    return ActionCall(action="stop_ec2_instance")


START_EC2_INSTANCE = RecoveryAction(
    name="start_ec2_instance",
    kind=ActionKind.API,
    title="start the instance",
    resource_types=("ec2.instance",),
    failures=("stopped",),
    parameters=Parameters,
    risk=Risk.LOW,
    automatic=True,
    repeatable=True,
    # Volumes under a customer's key: EC2 takes a grant in the name of whoever starts the instance.
    permissions=("ec2:StartInstances", "kms:CreateGrant"),
    propose=_propose,
    apply=_apply,
    undo=_undo,
    undone_by=("stop_ec2_instance",),
    too_early=frozenset({"IncorrectInstanceState"}),
)
