"""What we can do: one file per recovery action, and this table of them.

Where several actions answer the same failure, the first one here that fits is taken: what brings data back
stands before what makes the resource anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from chalicelib.recovery.actions.apply_terraform import APPLY_TERRAFORM
from chalicelib.recovery.actions.delete_db_instance import DELETE_DB_INSTANCE
from chalicelib.recovery.actions.delete_public_access_block import DELETE_PUBLIC_ACCESS_BLOCK
from chalicelib.recovery.actions.delete_table import DELETE_TABLE
from chalicelib.recovery.actions.destroy_terraform import DESTROY_TERRAFORM
from chalicelib.recovery.actions.grow_db_storage import GROW_DB_STORAGE
from chalicelib.recovery.actions.lower_table_capacity import LOWER_TABLE_CAPACITY
from chalicelib.recovery.actions.put_public_access_block import PUT_PUBLIC_ACCESS_BLOCK
from chalicelib.recovery.actions.raise_table_capacity import RAISE_TABLE_CAPACITY
from chalicelib.recovery.actions.restart_service import RESTART_SERVICE
from chalicelib.recovery.actions.restore_db_instance import RESTORE_DB_INSTANCE
from chalicelib.recovery.actions.restore_function_configuration import RESTORE_FUNCTION_CONFIGURATION
from chalicelib.recovery.actions.restore_parameter import RESTORE_PARAMETER
from chalicelib.recovery.actions.restore_table import RESTORE_TABLE
from chalicelib.recovery.actions.rotate_logs import ROTATE_LOGS
from chalicelib.recovery.actions.set_function_concurrency import SET_FUNCTION_CONCURRENCY
from chalicelib.recovery.actions.start_db_instance import START_DB_INSTANCE
from chalicelib.recovery.actions.start_ec2_instance import START_EC2_INSTANCE
from chalicelib.recovery.actions.stop_db_instance import STOP_DB_INSTANCE
from chalicelib.recovery.actions.stop_ec2_instance import STOP_EC2_INSTANCE
from chalicelib.recovery.model import RecoveryAction

_CATALOGUE = (
    START_EC2_INSTANCE,
    START_DB_INSTANCE,
    RESTORE_DB_INSTANCE,
    RESTORE_TABLE,
    PUT_PUBLIC_ACCESS_BLOCK,
    RESTORE_PARAMETER,
    RESTORE_FUNCTION_CONFIGURATION,
    SET_FUNCTION_CONCURRENCY,
    APPLY_TERRAFORM,
    # Before a failure:
    GROW_DB_STORAGE,
    RAISE_TABLE_CAPACITY,
    RESTART_SERVICE,
    ROTATE_LOGS,
    # Only ever to take another one back:
    STOP_EC2_INSTANCE,
    STOP_DB_INSTANCE,
    DELETE_DB_INSTANCE,
    DELETE_TABLE,
    DELETE_PUBLIC_ACCESS_BLOCK,
    DESTROY_TERRAFORM,
    LOWER_TABLE_CAPACITY,
)

ACTIONS: Mapping[str, RecoveryAction] = MappingProxyType({action.name: action for action in _CATALOGUE})
"""Every recovery action by its name."""
