"""Stop an instance: only ever to take back its start."""

from __future__ import annotations

from chalicelib.incidents.base import Attributes, Record
from chalicelib.incidents.model import Resource
from chalicelib.incidents.plans import Risk
from chalicelib.recovery.model import ActionKind, RecoveryAction, Tools, never_proposed


class Parameters(Record):
    """The instance is all there is to know."""


def _apply(resource: Resource, _parameters: Parameters, tools: Tools) -> Attributes:
    tools.change("ec2", "stop_instances", InstanceIds=[resource.id])
    return {}


STOP_EC2_INSTANCE = RecoveryAction(
    name="stop_ec2_instance",
    kind=ActionKind.API,
    title="stop the instance",
    resource_types=("ec2.instance",),
    failures=(),
    parameters=Parameters,
    risk=Risk.MEDIUM,
    automatic=True,
    repeatable=True,
    permissions=("ec2:StopInstances",),
    propose=never_proposed,
    apply=_apply,
)
