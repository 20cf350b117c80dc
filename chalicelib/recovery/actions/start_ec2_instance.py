"""Start a stopped instance."""

from __future__ import annotations

from chalicelib.incidents.model import ActionCall, Attributes, Record, Resource, Risk
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
    permissions=("ec2:StartInstances",),
    propose=_propose,
    apply=_apply,
    undo=_undo,
    too_early=frozenset({"IncorrectInstanceState"}),
)
