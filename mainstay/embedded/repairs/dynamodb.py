"""DynamoDB: conditions and transactions hold among threads.

In moto two threads may both win a conditional write and lose updates of a counter; a transaction repeated
with its token is applied again; and each transaction copies all of the tables that it touches, so that it
grows with history. A DynamoDB stream must not invoke a function here while the function writes: the one
lock that makes operations atomic would not end.
"""

from __future__ import annotations

import copy
import json
import threading
import time
from collections.abc import Iterable, Mapping
from typing import Any

from moto.dynamodb.comparisons import get_filter_expression
from moto.dynamodb.exceptions import (
    DynamodbException,
    MultipleTransactionsException,
    TooManyTransactionsException,
    TransactionCanceledException,
    TransactWriteSingleOpException,
)
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.responses import DynamoHandler

from mainstay.embedded.repairs.replacing import replace

TOKEN_SECONDS = 600
"""How long AWS remembers a ClientRequestToken."""

_LOCK = threading.RLock()
_Reason = tuple[str | None, str | None, dict[str, Any] | None]
"""Code, message and item of one cancellation reason, as moto's exception takes them."""

_call_as_moto_does = DynamoHandler.call_action
_transact_as_moto_does = DynamoHandler.transact_write_items


def install() -> None:
    """Install the repair."""
    replace(DynamoHandler, "call_action", _call)
    replace(DynamoHandler, "transact_write_items", _transact_once)
    replace(DynamoDBBackend, "transact_write_items", _transact)


def _call(handler: Any) -> Any:
    with _LOCK:
        return _call_as_moto_does(handler)


# -- once per token -----------------------------------------------------------------------------


def _transact_once(handler: Any) -> Any:
    """Apply a transaction once for its token. The same token for another one is an error."""
    tokens = _live_tokens(handler.dynamodb_backend)
    token = handler.body.get("ClientRequestToken")
    request = json.dumps(handler.body["TransactItems"], sort_keys=True, default=str)
    if token in tokens:
        return _answer_again(tokens[token], request)
    result = _transact_as_moto_does(handler)
    if token is not None:
        tokens[token] = (time.monotonic() + TOKEN_SECONDS, request, result)
    return result


def _live_tokens(backend: Any) -> dict[str, tuple[float, str, Any]]:
    """Keep the tokens on moto's backend, whose reset forgets them."""
    kept: dict[str, tuple[float, str, Any]] = vars(backend).setdefault("transaction_tokens", {})
    now = time.monotonic()
    for token in [token for token, (until, _, _) in kept.items() if until < now]:
        del kept[token]
    return kept


def _answer_again(known: tuple[float, str, Any], request: str) -> Any:
    _, first_request, result = known
    if request != first_request:
        raise DynamodbException(
            "com.amazonaws.dynamodb.v20120810#IdempotentParameterMismatchException",
            "Idempotent parameter mismatch: the token was used for a different request",
        )
    return result


# -- all or nothing -----------------------------------------------------------------------------


def _transact(backend: Any, transact_items: list[dict[str, dict[str, Any]]]) -> None:
    """Judge all conditions first, then apply everything; put back what was touched where that fails."""
    operations = [_single(item) for item in transact_items]
    if len(operations) > 100:  # noqa: PLR2004 - the limit of the API
        raise TooManyTransactionsException
    keys = [_key(backend, kind, operation) for kind, operation in operations]
    _require_different(
        (operation["TableName"], key) for (_, operation), key in zip(operations, keys, strict=True)
    )
    reasons = [_judge(backend, operation, key) for (_, operation), key in zip(operations, keys, strict=True)]
    if any(code for code, _, _ in reasons):
        raise TransactionCanceledException(reasons)
    _apply_all(backend, operations, keys)


def _single(item: dict[str, dict[str, Any]]) -> tuple[str, dict[str, Any]]:
    if len(item) != 1:
        raise TransactWriteSingleOpException
    return next(iter(item.items()))


def _key(backend: Any, kind: str, operation: Mapping[str, Any]) -> dict[str, Any]:
    if kind != "Put":
        return dict(operation["Key"])
    names = backend.get_table(operation["TableName"]).table_key_attrs
    return {name: operation["Item"][name] for name in names if name in operation["Item"]}


def _require_different(targets: Iterable[tuple[str, dict[str, Any]]]) -> None:
    named = [json.dumps(target, sort_keys=True, default=str) for target in targets]
    if len(set(named)) < len(named):
        raise MultipleTransactionsException


def _judge(backend: Any, operation: Mapping[str, Any], key: dict[str, Any]) -> _Reason:
    current = backend.get_item(operation["TableName"], key)
    condition = operation.get("ConditionExpression")
    if condition is None:
        return None, None, None
    names, values = (
        operation.get("ExpressionAttributeNames"),
        operation.get("ExpressionAttributeValues"),
    )
    if get_filter_expression(condition, names, values).expr(current):
        return None, None, None
    wanted = operation.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD"
    item = current.to_json()["Attributes"] if wanted and current else None
    return "ConditionalCheckFailed", "The conditional request failed", item


def _apply_all(
    backend: Any, operations: list[tuple[str, dict[str, Any]]], keys: list[dict[str, Any]]
) -> None:
    tables = [operation["TableName"] for _, operation in operations]
    before = [copy.deepcopy(backend.get_item(*target)) for target in zip(tables, keys, strict=True)]
    try:
        for (kind, operation), key in zip(operations, keys, strict=True):
            _apply(backend, kind, operation, key)
    except Exception:
        for table, key, item in zip(tables, keys, before, strict=True):
            _put_back(backend, table, key, item)
        raise


def _apply(backend: Any, kind: str, operation: Mapping[str, Any], key: dict[str, Any]) -> None:
    table = operation["TableName"]
    if kind == "Put":
        backend.put_item(table, operation["Item"])
    elif kind == "Delete":
        backend.delete_item(table, key)
    elif kind == "Update":
        backend.update_item(
            table,
            key,
            update_expression=operation["UpdateExpression"],
            expression_attribute_names=operation.get("ExpressionAttributeNames"),
            expression_attribute_values=operation.get("ExpressionAttributeValues"),
        )


def _put_back(backend: Any, table_name: str, key: dict[str, Any], item: Any) -> None:
    table = backend.get_table(table_name)
    hash_key, range_key = backend.get_keys_value(table, key)
    if item is None:
        table.delete_item(hash_key, range_key)
    elif range_key is None:
        table.items[hash_key] = item
    else:
        table.items[hash_key][range_key] = item
