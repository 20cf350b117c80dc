"""The switch: which mode holds, who set it, when and why, and which ones held before."""

from __future__ import annotations

from pydantic import AwareDatetime

from chalicelib.aws import items, keys
from chalicelib.aws.clients import Aws, TransactionCancelledError
from chalicelib.errors import ConflictError, RecordMovedError
from chalicelib.incidents.base import Record

_CONTROL = "CONTROL"
_PAST = "SWITCHED#"


class Switched(Record):
    """One setting of the switch."""

    mode: str
    set_by: str
    set_at: AwareDatetime
    reason: str = ""


class Switches:
    """The incidents table, as far as it holds the mode. Each setting is kept beside the one that holds."""

    def __init__(self, aws: Aws, table: str) -> None:
        self._aws = aws
        self.table = table

    def switch_to(self, switched: Switched, *, instead_of: Switched | None = None) -> None:
        """Set it; ConflictError where a recovery is asking about it at this very moment.

        With `instead_of` only while that one holds: RecordMovedError where another does.
        """
        content = dict(switched)
        past = f"{_PAST}{items.stamp(switched.set_at)}"
        parts = [items.put(self.table, items.item(_CONTROL, sk, **content)) for sk in ("MODE", past)]
        if instead_of is not None:
            parts[0]["Put"] |= {
                "ConditionExpression": "set_at = :set_at",
                "ExpressionAttributeValues": {":set_at": items.encode(instead_of.set_at)},
            }
        try:
            self._aws.read("dynamodb", "transact_write_items", TransactItems=parts)
        except TransactionCancelledError as refused:
            if refused.conflicted:
                raise ConflictError("the mode is being asked for at this moment") from refused
            if refused.failed(0):
                raise RecordMovedError("the mode was switched since it was looked at") from refused
            raise

    def present_switch(self) -> Switched | None:
        """As it was set last, whatever was written at the same moment; None where it never was."""
        answer = self._aws.read(
            "dynamodb", "get_item", TableName=self.table, Key=keys.MODE, ConsistentRead=True
        )
        return _switched(answer["Item"]) if "Item" in answer else None

    def past_switches(self, limit: int) -> tuple[Switched, ...]:
        """The latest first, the one that holds among them. One call."""
        answer = self._aws.read(
            "dynamodb",
            "query",
            TableName=self.table,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :past)",
            ExpressionAttributeValues={":pk": items.encode(_CONTROL), ":past": items.encode(_PAST)},
            ScanIndexForward=False,
            Limit=limit,
        )
        return tuple(_switched(item) for item in answer["Items"])


def _switched(item: items.Item) -> Switched:
    found = items.plain(item)
    return Switched.model_validate({name: found[name] for name in Switched.model_fields if name in found})
