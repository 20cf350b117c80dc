"""DynamoDB's wire form: keys, values, and the parts of a transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypeAlias

from pydantic import BaseModel

Item: TypeAlias = dict[str, dict[str, Any]]
Value: TypeAlias = str | int | float | bytes | datetime | BaseModel | list[str] | None


def stamp(moment: datetime) -> str:
    """A time in UTC, of fixed width, so that texts sort as times do."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def encode(value: Value) -> dict[str, Any]:
    """One attribute value: texts, bytes, times, records (as JSON), numbers, lists of texts."""
    match value:
        case datetime():
            return {"S": stamp(value)}
        case BaseModel():
            return {"S": value.model_dump_json()}
        case str():
            return {"S": str(value)}
        case list():
            return {"L": [{"S": entry} for entry in value]}
        case bytes() | None:
            return {"NULL": True} if value is None else {"B": value}
    return {"N": str(value)}


def decode(value: Mapping[str, Any]) -> Any:
    """The text, number, list or map of one attribute value."""
    kind, content = next(iter(value.items()))
    match kind:
        case "N":
            return float(content) if set(content) & set(".eE") else int(content)
        case "L":
            return [decode(entry) for entry in content]
        case "NULL":
            return None
    return content


def plain(item: Item) -> dict[str, Any]:
    """A whole item, decoded."""
    return {name: decode(value) for name, value in item.items()}


def key(pk: str, sk: str) -> Item:
    """A primary key."""
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def item(pk: str, sk: str, **attributes: Value) -> Item:
    """A whole item; attributes that are None are left out."""
    given = {name: encode(value) for name, value in attributes.items() if value is not None}
    return {**key(pk, sk), **given}


def put_new(table: str, content: Item, *, show: bool = False) -> dict[str, Any]:
    """The part of a transaction that writes an item which must not be there yet."""
    return {
        "Put": {
            "TableName": table,
            "Item": content,
            "ConditionExpression": "attribute_not_exists(pk)",
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD" if show else "NONE",
        }
    }


def put(table: str, content: Item) -> dict[str, Any]:
    """The part of a transaction that writes an item whatever is there."""
    return {"Put": {"TableName": table, "Item": content}}


def update(
    table: str,
    where: Item,
    expression: str,
    condition: str = "",
    names: Mapping[str, str] | None = None,
    **values: Value,
) -> dict[str, Any]:
    """The part of a transaction that changes an item; ``:name`` in the texts stands for a value given.

    Where the condition is not met, the cancelled transaction shows the item as it is.
    """
    part: dict[str, Any] = {"TableName": table, "Key": where, "UpdateExpression": expression}
    if values:
        part["ExpressionAttributeValues"] = {f":{name}": encode(value) for name, value in values.items()}
    if names:
        part["ExpressionAttributeNames"] = dict(names)
    if condition:
        part |= {"ConditionExpression": condition, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
    return {"Update": part}


def absent(table: str, where: Item) -> dict[str, Any]:
    """The part of a transaction that changes nothing and requires that there is no such item."""
    condition = "attribute_not_exists(pk)"
    return {"ConditionCheck": {"TableName": table, "Key": where, "ConditionExpression": condition}}


def check(
    table: str, where: Item, condition: str, names: Mapping[str, str], **values: Value
) -> dict[str, Any]:
    """The part of a transaction that changes nothing but must hold."""
    return {
        "ConditionCheck": {
            "TableName": table,
            "Key": where,
            "ConditionExpression": condition,
            "ExpressionAttributeNames": dict(names),
            "ExpressionAttributeValues": {f":{name}": encode(value) for name, value in values.items()},
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
    }
