"""DynamoDB: provisioned capacity changes after a while, and not at all where AWS refuses it.

In moto a table has what is asked for at once, also the same again, and one that is paid by request too.
"""

from __future__ import annotations

from typing import Any

from moto.dynamodb.exceptions import MockValidationException, ResourceInUseException
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.table import Table

from mainstay.embedded.later import do_later
from mainstay.embedded.repairs.replacing import replace

UPDATING_SECONDS = 0.3

_UNITS = ("ReadCapacityUnits", "WriteCapacityUnits")
_update_as_moto_does = DynamoDBBackend.update_table
_describe_as_moto_does = Table.describe


def install() -> None:
    """Install the repair."""
    replace(DynamoDBBackend, "update_table", _update)
    replace(Table, "describe", _describe)


def _update(backend: Any, name: str, **given: Any) -> Any:
    throughput, table = given.pop("throughput", None), backend.get_table(name)
    if not throughput:
        return _update_as_moto_does(backend, name, throughput=None, **given)
    _require_change(table, throughput, given.get("billing_mode") or table.billing_mode)
    updated = _update_as_moto_does(backend, name, throughput=None, **given)
    _begin(table, throughput)
    return updated


def _require_change(table: Any, throughput: dict[str, Any], billing_mode: str) -> None:
    if getattr(table, "is_updating", False):
        raise ResourceInUseException(f"Attempt to change a resource which is still in use: {table.name}")
    if billing_mode == "PAY_PER_REQUEST":
        raise MockValidationException(
            "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified "
            "when BillingMode is PAY_PER_REQUEST"
        )
    if all(table.throughput.get(name) == throughput[name] for name in _UNITS):
        raise MockValidationException(
            "The provisioned throughput for the table will not change. "
            "The requested value equals the current value."
        )


def _begin(table: Any, throughput: dict[str, Any]) -> None:
    table.is_updating = True

    def end() -> None:
        table.throughput = {**table.throughput, **{name: throughput[name] for name in _UNITS}}
        table.is_updating = False

    do_later(UPDATING_SECONDS, end)


def _describe(table: Any, base_key: str = "TableDescription") -> dict[str, Any]:
    described: dict[str, Any] = _describe_as_moto_does(table, base_key)
    if getattr(table, "is_updating", False):
        described[base_key]["TableStatus"] = "UPDATING"
    return described
