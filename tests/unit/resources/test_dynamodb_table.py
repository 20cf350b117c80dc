from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from chalicelib.aws.clients import Aws
from chalicelib.errors import NotFoundError
from chalicelib.incidents.model import Observation, Resource
from chalicelib.resources import resource_type

DYNAMODB = resource_type("dynamodb.table")


def _table(status: str, **more: Any) -> dict[str, Any]:
    table = {
        "TableName": "orders",
        "TableStatus": status,
        "KeySchema": [
            {"AttributeName": "pk", "KeyType": "HASH"},
            {"AttributeName": "sk", "KeyType": "RANGE"},
        ],
        "BillingModeSummary": {"BillingMode": "PAY_PER_REQUEST"},
        "GlobalSecondaryIndexes": [{"IndexName": "by-state"}],
        "ItemCount": 7,
    }
    return {"Table": table | more}


@pytest.fixture
def observe(
    canned: Any, resource: Callable[[str, str], Resource], now: datetime
) -> Callable[..., Observation]:
    def _observe(answer: Any) -> Observation:
        aws = canned(describe_table=answer)
        seen = DYNAMODB.observe(resource("dynamodb.table", "orders"), aws, now)
        assert len(aws.calls) == 1
        return seen

    return _observe


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ("orders", ["orders"]),
        ("arn:aws:dynamodb:us-east-1:123456789012:table/orders", ["orders"]),
        ("arn:aws:dynamodb:us-east-1:123456789012:table/orders/index/x", []),
        ("ab", []),
        (5, []),
    ],
)
def test_a_call_names_its_table_by_name_or_arn(given: object, names: list[str]) -> None:
    assert DYNAMODB.api_calls[0].resource_ids({"tableName": given}) == names


def test_a_table_is_seen_without_its_tags(observe: Callable[..., Observation]) -> None:
    seen = observe(_table("ACTIVE"))

    assert seen.exists
    assert seen.tags == {}
    assert seen.attributes["key_schema"] == "HASH=pk,RANGE=sk"
    assert seen.attributes["indexes"] == "by-state"


def test_items_and_updates_do_not_change_what_is_seen(observe: Callable[..., Observation]) -> None:
    assert observe(_table("ACTIVE", ItemCount=1)).digest == observe(_table("UPDATING", ItemCount=9)).digest


@pytest.mark.parametrize(
    "answer", [NotFoundError("ResourceNotFoundException"), _table("DELETING")], ids=["error", "deleting"]
)
def test_a_table_that_is_not_there_or_being_deleted_is_failing(
    observe: Callable[..., Observation], answer: Any
) -> None:
    assert DYNAMODB.is_failing("deleted", observe(answer), None) is True


@pytest.mark.parametrize("status", ["ACTIVE", "UPDATING", "CREATING"])
def test_a_table_that_is_there_is_not_deleted(observe: Callable[..., Observation], status: str) -> None:
    assert DYNAMODB.is_failing("deleted", observe(_table(status)), None) is False


def test_a_real_table_is_seen_with_its_tags_and_then_gone(
    aws: Aws, resource: Callable[[str, str], Resource], now: datetime
) -> None:
    orders = resource("dynamodb.table", "orders")
    aws.change(
        "dynamodb",
        "create_table",
        TableName="orders",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        Tags=[{"Key": "team", "Value": "blue"}],
    )
    read_tags = DYNAMODB.read_tags
    assert read_tags is not None

    assert DYNAMODB.observe(orders, aws.read, now).attributes["status"] == "ACTIVE"
    assert read_tags(orders, aws.read) == {"team": "blue"}
    aws.change("dynamodb", "delete_table", TableName="orders")
    assert not DYNAMODB.observe(orders, aws.read, now).exists
    assert read_tags(orders, aws.read) == {}
