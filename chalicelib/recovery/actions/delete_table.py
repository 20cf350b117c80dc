"""Delete a table that we restored: only ever to take back the restore. Its backup stays."""

from __future__ import annotations

from chalicelib.errors import PlanChangedError
from chalicelib.incidents.base import Attributes, Record
from chalicelib.incidents.model import Resource
from chalicelib.incidents.plans import Risk
from chalicelib.recovery.actions.restore_table import find_table, is_restored_from
from chalicelib.recovery.model import ActionKind, RecoveryAction, Tools, never_proposed


class Parameters(Record):
    """The backup that the table must have been restored from."""

    restored_from: str


def _apply(resource: Resource, parameters: Parameters, tools: Tools) -> Attributes:
    """Raise PlanChangedError for a table that is not the one we made."""
    table = find_table(resource.id, tools.read)
    if table is None or table["TableStatus"] == "DELETING":
        return {}
    if not is_restored_from(parameters.restored_from, table):
        raise PlanChangedError(f"{resource.id} is not the table restored from {parameters.restored_from}")
    tools.change("dynamodb", "delete_table", TableName=resource.id)
    return {}


DELETE_TABLE = RecoveryAction(
    name="delete_table",
    kind=ActionKind.API,
    title="delete the restored table",
    resource_types=("dynamodb.table",),
    failures=(),
    parameters=Parameters,
    risk=Risk.HIGH,
    automatic=True,
    repeatable=True,
    permissions=("dynamodb:DeleteTable", "dynamodb:DescribeTable"),
    propose=never_proposed,
    apply=_apply,
    # While it is restored or changed, a table can be neither used nor deleted.
    too_early=frozenset({"ResourceInUseException"}),
)
