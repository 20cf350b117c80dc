"""What has been learnt of log groups and series: read whole, written whole, and never over somebody else's.

A state is cut into parts that fit into items. The first part holds the version and the watermark too, so
that what was learnt and how far was read are one write: a worker that is late, repeated or beside another
one cannot count anything twice, since its version is no longer the one on record.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from chalicelib.aws import items
from chalicelib.aws import pattern_keys as keys
from chalicelib.aws.clients import Aws, TransactionCancelledError
from chalicelib.errors import AwsError, StaleRecordError, UnreachableError

PART_BYTES = 350_000
"""DynamoDB takes 400 KB an item, names and numbers included."""

_CONDITION = "attribute_not_exists(pk) OR version = :version"


@dataclass(frozen=True, kw_only=True)
class Known:
    """What is on record under one name; version 0 where nothing is. `marks` are small facts beside it."""

    name: str
    version: int = 0
    state: bytes = b""
    marks: Mapping[str, Any] = field(default_factory=dict)

    def after(self, state: bytes, **marks: items.Value) -> Known:
        """What is to be on record next."""
        return Known(name=self.name, version=self.version + 1, state=state, marks=marks)


class Knowledge:
    """The patterns table, as far as it holds what was learnt."""

    def __init__(self, aws: Aws, table: str) -> None:
        self._aws = aws
        self.table = table

    def load_whole(self, name: str) -> Known:
        """One call, unless the state is larger than a megabyte.

        StaleRecordError where somebody writes it between two of the calls.
        """
        found: list[items.Item] = []
        query: dict[str, Any] = {
            "TableName": self.table,
            "KeyConditionExpression": "pk = :name",
            "ExpressionAttributeValues": {":name": items.encode(name)},
            "ConsistentRead": True,
        }
        while True:
            answer = self._aws.read("dynamodb", "query", **query)
            found += answer["Items"]
            if "LastEvaluatedKey" not in answer:
                return _joined(name, found)
            query["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def load_small(self, names: Sequence[str]) -> dict[str, Known]:
        """Many of one part each, in one call. All or an error: a gap would be learnt anew."""
        wanted = [keys.part_key(name, 0) for name in names]
        request = {self.table: {"Keys": wanted, "ConsistentRead": True}}
        answer = self._aws.read("dynamodb", "batch_get_item", RequestItems=request)
        if answer.get("UnprocessedKeys"):
            raise UnreachableError("dynamodb:batch_get_item left keys unread")
        found = {items.decode(item["pk"]): item for item in answer["Responses"][self.table]}
        return {name: _joined(name, [found[name]]) if name in found else Known(name=name) for name in names}

    def save(self, states: Iterable[Known], also: Sequence[dict[str, Any]] = ()) -> None:
        """All of it or nothing; StaleRecordError where somebody else has written since it was read.

        One small state alone is a plain conditional write, at half the price of a transaction.
        """
        parts = [part for known in states for part in _parts(self.table, known)]
        try:
            if len(parts) == 1 and not also:
                self._aws.read("dynamodb", "put_item", **parts[0])
            else:
                changes = [{"Put": part} for part in parts]
                self._aws.read("dynamodb", "transact_write_items", TransactItems=[*changes, *also])
        except TransactionCancelledError as refused:
            if refused.conflicted or "ConditionalCheckFailed" in refused.codes:
                raise StaleRecordError("somebody else has scanned this meanwhile") from refused
            raise
        except AwsError as refused:
            if refused.code == "ConditionalCheckFailedException":
                raise StaleRecordError("somebody else has scanned this meanwhile") from refused
            raise


def _parts(table: str, known: Known) -> Iterable[dict[str, Any]]:
    """The first part's condition stands for all of them."""
    pieces = [
        known.state[start : start + PART_BYTES] for start in range(0, max(1, len(known.state)), PART_BYTES)
    ]
    for number, piece in enumerate(pieces):
        where = {name: items.decode(value) for name, value in keys.part_key(known.name, number).items()}
        if number:
            yield {"TableName": table, "Item": items.item(**where, data=piece, version=known.version)}
            continue
        marks = {**known.marks, "parts": len(pieces), "version": known.version}
        yield {
            "TableName": table,
            "Item": items.item(**where, data=piece, **marks),
            "ConditionExpression": _CONDITION,
            "ExpressionAttributeValues": {":version": items.encode(known.version - 1)},
        }


def _joined(name: str, found: Sequence[items.Item]) -> Known:
    """Parts of a larger state of before may lie behind the last one: the first says how many count."""
    if not found:
        return Known(name=name)
    first = items.plain(found[0])
    count = int(first.pop("parts"))
    if any(part["version"] != found[0]["version"] for part in found[:count]):
        raise StaleRecordError(f"{name} is being written at this moment")
    state = b"".join(bytes(items.decode(part["data"])) for part in found[:count])
    own = {"pk", "sk", "data", "version"}
    marks = {mark: value for mark, value in first.items() if mark not in own}
    return Known(name=name, version=first["version"], state=state, marks=marks)
