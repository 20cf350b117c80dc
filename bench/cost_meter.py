"""What embedded AWS would bill for: counted from the calls that go in and from the items that lie there.

DynamoDB bills a write by the size of the item, the larger of before and after, in KB, twice in a transaction;
each index that holds the item once more (twice where its key changes, since the entry moves); a read by what
comes back, in blocks of 4 KB, half of that where it need not be the latest.
"""

from __future__ import annotations

import json
import math
import threading
from collections.abc import Iterator, Mapping
from typing import Any

import boto3
from botocore.model import OperationModel
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.dynamo_type import DynamoType

from bench.scan_worker import stored_bytes

_WRITE_UNIT, _READ_UNIT = 1024, 4096
_PARTS = ("Put", "Update", "Delete", "ConditionCheck")
_ALONE = {"PutItem": "Put", "UpdateItem": "Update", "DeleteItem": "Delete"}
_READS = frozenset({"GetItem", "Query", "BatchGetItem", "TransactGetItems"})


class Meter:
    """Counts since it was made or last read. Attached to one session; safe in many threads."""

    def __init__(self, session: boto3.Session, account: str, region: str) -> None:
        self._backend = dynamodb_backends[account][region]
        self._lock = threading.Lock()
        self._counts: dict[str, float] = {}
        session.events.register("before-call", self._before)
        session.events.register("after-call", self._after)

    def read(self) -> dict[str, float]:
        """What was counted since the last time."""
        with self._lock:
            counts, self._counts = self._counts, {}
        return counts

    def stored_bytes(self) -> int:
        """Of all items, without their copies in indexes."""
        tables = self._backend.tables.values()
        items = (
            item for table in tables for by_sort_key in table.items.values() for item in by_sort_key.values()
        )
        return sum(len(name) + held.size() for item in items for name, held in item.attrs.items())

    def _count(self, name: str, amount: float) -> None:
        with self._lock:
            self._counts[name] = self._counts.get(name, 0.0) + amount

    def _before(self, model: OperationModel, params: Mapping[str, Any], context: Any, **_: Any) -> None:
        self._count(f"call {model.service_model.service_name} {model.name}", 1)
        if model.service_model.service_name != "dynamodb":
            return
        body = json.loads(params["body"])
        context["consistent"] = '"ConsistentRead": true' in json.dumps(body)
        context["written"] = [
            (table, key, self._item(table, key)) for table, key in _written(model.name, body)
        ]

    def _after(self, model: OperationModel, http_response: Any, context: Any, **_: Any) -> None:
        if model.service_model.service_name != "dynamodb":
            return
        times = 2 if model.name.startswith("Transact") else 1
        for table, key, before in context.get("written", ()):
            after = self._item(table, key)
            self._count(
                "write_units", times * _units(before, after) + self._index_units(table, before, after)
            )
        if model.name in _READS:
            blocks = max(1, math.ceil(stored_bytes(json.loads(http_response.content)) / _READ_UNIT))
            self._count("read_units", times * blocks * (1 if context["consistent"] or times > 1 else 0.5))

    def _item(self, table: str, key: Mapping[str, Any]) -> dict[str, Any] | None:
        """As it lies there: attribute to its size, and to its value where that is a key."""
        for item in self._backend.tables[table].items.get(DynamoType(key["pk"]), {}).values():
            if item.attrs["sk"].value == key["sk"]["S"]:
                return {name: (len(name) + held.size(), held.value) for name, held in item.attrs.items()}
        return None

    def _index_units(
        self, table: str, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
    ) -> float:
        return sum(
            _moves(_entry(index, before), _entry(index, after))
            for index in self._backend.tables[table].global_indexes
        )


def _written(operation: str, body: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Table and key of every item that is written, or whose condition is asked."""
    if operation in _ALONE:
        yield body["TableName"], _key(body)
    for part in body.get("TransactItems", ()):
        for kind in _PARTS:
            if kind in part:
                yield part[kind]["TableName"], _key(part[kind])
    for table, requests in body.get("RequestItems", {}).items() if operation == "BatchWriteItem" else ():
        for request in requests:
            yield table, _key(request.get("PutRequest") or request["DeleteRequest"])


def _key(part: Mapping[str, Any]) -> Mapping[str, Any]:
    held = part.get("Key") or part["Item"]
    return {"pk": held["pk"], "sk": held["sk"]}


def _units(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> int:
    sizes = [sum(size for size, _ in item.values()) for item in (before, after) if item is not None]
    return max(1, math.ceil(max(sizes, default=0) / _WRITE_UNIT))


def _entry(index: Any, item: Mapping[str, Any] | None) -> tuple[Any, ...] | None:
    """What an index's entry is found by; None where it does not hold the item."""
    names = [part["AttributeName"] for part in index.schema]
    if item is None or not all(name in item for name in names):
        return None
    return tuple(item[name][1] for name in names)


def _moves(before: tuple[Any, ...] | None, after: tuple[Any, ...] | None) -> int:
    """Units of an index: its entries are small. An entry that stays may be written anew: counted as if so."""
    if before is None and after is None:
        return 0
    return 2 if before is not None and after is not None and before != after else 1
