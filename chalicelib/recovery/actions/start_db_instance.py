"""Start a stopped database."""

from __future__ import annotations

from chalicelib.incidents.base import Attributes, Record
from chalicelib.incidents.model import Resource
from chalicelib.incidents.plans import ActionCall, Risk
from chalicelib.recovery.actions.db_instances import TOO_EARLY, change_status
from chalicelib.recovery.model import ActionKind, Proposal, RecoveryAction, Situation, Tools
from chalicelib.resources.model import ReadAws


class Parameters(Record):
    """The database is all there is to know."""


def _propose(situation: Situation, _read: ReadAws) -> Proposal | None:
    """Not for a member of a cluster: AWS starts and stops these with their cluster only."""
    seen = situation.observation.attributes
    if seen.get("status") != "stopped" or seen.get("cluster"):
        return None
    return Proposal(parameters={}, goal={"exists": True, "status": "available"})


def _apply(resource: Resource, _parameters: Parameters, tools: Tools) -> Attributes:
    change_status("start_db_instance", resource.id, tools, already={"starting", "available"})
    return {"database": resource.id}


def _undo(_parameters: Parameters, _before: Attributes, _handle: Attributes) -> ActionCall:
    return ActionCall(action="stop_db_instance")


START_DB_INSTANCE = RecoveryAction(
    name="start_db_instance",
    kind=ActionKind.API,
    title="start the database",
    resource_types=("rds.db-instance",),
    failures=("stopped",),
    parameters=Parameters,
    risk=Risk.LOW,
    automatic=True,
    repeatable=True,
    # Storage under a customer's key: RDS uses the key in the name of whoever starts the database.
    permissions=("kms:CreateGrant", "kms:DescribeKey", "rds:DescribeDBInstances", "rds:StartDBInstance"),
    propose=_propose,
    apply=_apply,
    undo=_undo,
    undone_by=("stop_db_instance",),
    too_early=frozenset({TOO_EARLY}),
)
