"""Stop a database: only ever to take back its start."""

from __future__ import annotations

from chalicelib.incidents.base import Attributes, Record
from chalicelib.incidents.model import Resource
from chalicelib.incidents.plans import Risk
from chalicelib.recovery.actions.db_instances import TOO_EARLY, change_status
from chalicelib.recovery.model import ActionKind, RecoveryAction, Tools, never_proposed


class Parameters(Record):
    """The database is all there is to know."""


def _apply(resource: Resource, _parameters: Parameters, tools: Tools) -> Attributes:
    change_status("stop_db_instance", resource.id, tools, already={"stopping", "stopped"})
    return {"database": resource.id}


STOP_DB_INSTANCE = RecoveryAction(
    name="stop_db_instance",
    kind=ActionKind.API,
    title="stop the database",
    resource_types=("rds.db-instance",),
    failures=(),
    parameters=Parameters,
    risk=Risk.MEDIUM,
    automatic=True,
    repeatable=True,
    permissions=("rds:StopDBInstance", "rds:DescribeDBInstances"),
    propose=never_proposed,
    apply=_apply,
    too_early=frozenset({TOO_EARLY}),
)
