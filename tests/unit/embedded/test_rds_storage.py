"""Storage of a database grows after a while, and only as AWS lets it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from mainstay.embedded.later import scheduled_by


def _seen(rds: Any) -> tuple[str, int, Any]:
    database = rds.describe_db_instances()["DBInstances"][0]
    pending = database.get("PendingModifiedValues", {}).get("AllocatedStorage")
    return database["DBInstanceStatus"], database["AllocatedStorage"], pending


def _grow(rds: Any, size: int) -> None:
    rds.modify_db_instance(DBInstanceIdentifier="orders", AllocatedStorage=size, ApplyImmediately=True)


def test_storage_grows_is_optimized_and_comes_to_rest(rds: Any) -> None:
    later: list[Callable[[], None]] = []
    with scheduled_by(lambda _seconds, action: later.append(action)):
        _grow(rds, 25)
        seen = [_seen(rds)]
        while later:
            later.pop(0)()
            seen.append(_seen(rds))

    assert seen == [
        ("modifying", 20, 25),
        ("storage-optimization", 25, None),
        ("available", 25, None),
    ]


@pytest.mark.parametrize(("size", "why"), [(10, "cannot be less"), (21, "at least 10 percent")])
def test_storage_never_shrinks_nor_grows_by_a_little(rds: Any, size: int, why: str) -> None:
    with pytest.raises(ClientError, match=f"InvalidParameterCombination.*{why}"):
        _grow(rds, size)

    assert _seen(rds) == ("available", 20, None)


def test_a_second_change_is_refused_for_hours(rds: Any, eventually: Callable[..., Any]) -> None:
    _grow(rds, 25)
    with pytest.raises(ClientError, match="InvalidDBInstanceState"):
        _grow(rds, 30)
    eventually(lambda: _seen(rds)[0] == "available")

    with pytest.raises(ClientError, match="previous storage change is being optimized"):
        _grow(rds, 30)


def test_what_is_no_change_of_storage_is_done_at_once(rds: Any) -> None:
    rds.modify_db_instance(DBInstanceIdentifier="orders", AllocatedStorage=20, DBInstanceClass="db.t3.small")

    database = rds.describe_db_instances()["DBInstances"][0]
    assert (database["DBInstanceStatus"], database["DBInstanceClass"]) == ("available", "db.t3.small")
