"""Give a table its former capacity back: only ever to take back a raise.

AWS allows few decreases a day; where none is left, it says so, and a person has to do it later.
"""

from __future__ import annotations

from chalicelib.incidents.plans import Risk
from chalicelib.recovery.actions.table_capacity import (
    PERMISSIONS,
    TOO_EARLY,
    Parameters,
    follow_capacity,
    set_capacity,
)
from chalicelib.recovery.model import ActionKind, RecoveryAction, never_proposed

LOWER_TABLE_CAPACITY = RecoveryAction(
    name="lower_table_capacity",
    kind=ActionKind.API,
    title="put back the former capacity of the table",
    resource_types=("dynamodb.table",),
    failures=(),
    parameters=Parameters,
    risk=Risk.MEDIUM,
    automatic=True,
    repeatable=True,
    permissions=PERMISSIONS,
    propose=never_proposed,
    apply=set_capacity,
    progress=follow_capacity,
    too_early=TOO_EARLY,
)
