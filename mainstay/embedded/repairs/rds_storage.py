"""RDS: storage grows after a while, by as much and as often as AWS allows. In moto it is what is asked for.

A database is ``modifying`` at first, then larger but in ``storage-optimization`` for a while, and its storage
can be changed again six hours later.
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIOPS.ModifyingExisting.html
"""

from __future__ import annotations

import time
from typing import Any

from moto.rds.exceptions import RDSClientError
from moto.rds.models import RDSBackend

from mainstay.embedded.later import do_later
from mainstay.embedded.repairs.replacing import replace

MODIFYING_SECONDS = 0.3
OPTIMIZING_SECONDS = 0.3
SIX_HOURS = 6 * 3600.0

_LEAST_GROWTH = 1.1
_SIZE = "AllocatedStorage"
_modify_as_moto_does = RDSBackend.modify_db_instance


def install() -> None:
    """Install the repair."""
    replace(RDSBackend, "modify_db_instance", _modify)


def _modify(backend: Any, db_instance_identifier: str, db_kwargs: dict[str, Any]) -> Any:
    given = dict(db_kwargs)
    database = backend.describe_db_instances(db_instance_identifier)[0]
    size = int(given.pop(_SIZE, None) or given.pop("allocated_storage", None) or database.allocated_storage)
    if size == database.allocated_storage:
        return _modify_as_moto_does(backend, db_instance_identifier, given)
    _require_allowed(backend, database, size)
    changed = _modify_as_moto_does(backend, db_instance_identifier, given)
    _changes(backend)[database.db_instance_identifier] = time.monotonic()
    _begin(database, size)
    return changed


def _require_allowed(backend: Any, database: Any, size: int) -> None:
    if database.status not in ("available", "storage-full", "storage-optimization"):
        raise RDSClientError(
            "InvalidDBInstanceState", f"Database instance is not in available state: {database.status}."
        )
    changed_at = _changes(backend).get(database.db_instance_identifier)
    if changed_at is not None and time.monotonic() - changed_at < SIX_HOURS:
        raise _refusal(
            "You can't currently modify the storage of this DB instance because the previous storage change "
            "is being optimized."
        )
    if size < database.allocated_storage:
        raise _refusal("Requested storage size cannot be less than the current storage size.")
    if size < database.allocated_storage * _LEAST_GROWTH:
        raise _refusal("Invalid storage size: it must be increased by at least 10 percent.")


def _refusal(message: str) -> RDSClientError:
    return RDSClientError("InvalidParameterCombination", message)


def _changes(backend: Any) -> dict[str, float]:
    """When the storage of each database was changed last: kept on moto's backend, whose reset forgets it."""
    kept: dict[str, float] = vars(backend).setdefault("storage_changes", {})
    return kept


def _begin(database: Any, size: int) -> None:
    database.status = "modifying"
    database.pending_modified_values = {_SIZE: size}

    def grow() -> None:
        if database.status == "modifying":
            database.allocated_storage = size
            database.status = "storage-optimization"
        vars(database).pop("pending_modified_values", None)
        do_later(OPTIMIZING_SECONDS, rest)

    def rest() -> None:
        if database.status == "storage-optimization":
            database.status = "available"

    do_later(MODIFYING_SECONDS, grow)
