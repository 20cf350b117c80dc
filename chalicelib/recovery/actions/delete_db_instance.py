"""Delete a database that we restored: only ever to take back the restore, and never without a snapshot."""

from __future__ import annotations

from chalicelib.errors import PlanChangedError
from chalicelib.incidents.base import Attributes, Record
from chalicelib.incidents.model import Resource
from chalicelib.incidents.plans import Risk
from chalicelib.recovery.actions.db_instances import TOO_EARLY, find_database, is_restored_from
from chalicelib.recovery.model import ActionKind, RecoveryAction, Tools, never_proposed


class Parameters(Record):
    """The snapshot that the database must have been restored from by us."""

    restored_from: str


def _apply(resource: Resource, parameters: Parameters, tools: Tools) -> Attributes:
    """Raise PlanChangedError for a database that is not the one we made.

    One with deletion protection is refused by AWS, and stays: to lift the protection is for a person.
    """
    database = find_database(resource.id, tools.read)
    if database is None or database["DBInstanceStatus"] == "deleting":
        return {}
    if not is_restored_from(parameters.restored_from, database):
        raise PlanChangedError(f"{resource.id} is not the database restored from {parameters.restored_from}")
    final = f"{resource.id[:40].rstrip('-')}-mainstay-{tools.token[:12]}"
    tools.change(
        "rds",
        "delete_db_instance",
        DBInstanceIdentifier=resource.id,
        SkipFinalSnapshot=False,
        FinalDBSnapshotIdentifier=final,
    )
    return {"final_snapshot": final}


DELETE_DB_INSTANCE = RecoveryAction(
    name="delete_db_instance",
    kind=ActionKind.API,
    title="delete the restored database",
    resource_types=("rds.db-instance",),
    failures=(),
    parameters=Parameters,
    risk=Risk.HIGH,
    automatic=True,
    repeatable=True,
    permissions=("rds:CreateDBSnapshot", "rds:DeleteDBInstance", "rds:DescribeDBInstances"),
    propose=never_proposed,
    apply=_apply,
    too_early=frozenset({TOO_EARLY}),
)
