"""Conditions and transactions hold, also among threads."""

import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto.dynamodb.models import dynamodb_backends

from mainstay.embedded.aws import EmbeddedAws

THREADS = 16


@pytest.fixture
def table(aws: EmbeddedAws) -> Any:
    client = aws.client("dynamodb")
    client.create_table(
        TableName="t",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        AttributeDefinitions=[
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "sk", "AttributeType": "S"},
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    return client


@pytest.fixture
def hurry() -> Iterator[None]:
    """Let threads take turns as often as can be, so that what can go wrong does."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def _key(name: str) -> dict[str, Any]:
    return {"pk": {"S": name}, "sk": {"S": "RECORD"}}


def _put(name: str, **more: Any) -> dict[str, Any]:
    return {"Put": {"TableName": "t", "Item": _key(name) | {"v": {"S": "new"}}, **more}}


def _count_up(name: str) -> dict[str, Any]:
    update = {
        "UpdateExpression": "ADD n :one",
        "ExpressionAttributeValues": {":one": {"N": "1"}},
    }
    return {"Update": {"TableName": "t", "Key": _key(name), **update}}


def _count(table: Any, name: str) -> int:
    return int(table.get_item(TableName="t", Key=_key(name))["Item"]["n"]["N"])


def _reasons(call: Callable[..., Any], items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    with pytest.raises(ClientError) as caught:
        call(TransactItems=items)
    assert caught.value.response["Error"]["Code"] == "TransactionCanceledException"
    return list(caught.value.response["CancellationReasons"])


# -- among threads ------------------------------------------------------------------------------


def _wins(call: Callable[[], Any]) -> int:
    """Count how many of many calls at once succeed."""

    def attempt(_number: int) -> bool:
        try:
            call()
        except ClientError:
            return False
        return True

    with ThreadPoolExecutor(THREADS) as pool:
        return sum(pool.map(attempt, range(THREADS)))


@pytest.mark.usefixtures("hurry")
def test_of_many_transactions_for_the_same_thing_one_wins(table: Any) -> None:
    for round_ in range(5):
        name = f"round-{round_}"
        items = [
            _put(name, ConditionExpression="attribute_not_exists(pk)"),
            _count_up("total"),
        ]
        assert _wins(lambda items=items: table.transact_write_items(TransactItems=items)) == 1
    assert _count(table, "total") == 5


@pytest.mark.usefixtures("hurry")
def test_no_update_of_a_counter_is_lost(table: Any) -> None:
    update = _count_up("counter")["Update"]
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(lambda _: table.update_item(**update), range(200)))
    assert _count(table, "counter") == 200


# -- once per token -----------------------------------------------------------------------------


def test_a_transaction_that_comes_again_is_applied_once(table: Any) -> None:
    for _ in range(3):
        table.transact_write_items(TransactItems=[_count_up("a")], ClientRequestToken="token-1")
    assert _count(table, "a") == 1
    table.transact_write_items(TransactItems=[_count_up("a")], ClientRequestToken="token-2")
    assert _count(table, "a") == 2


def test_a_token_is_good_for_one_transaction_only(table: Any) -> None:
    table.transact_write_items(TransactItems=[_count_up("a")], ClientRequestToken="token-1")
    with pytest.raises(ClientError, match="IdempotentParameterMismatchException"):
        table.transact_write_items(TransactItems=[_count_up("b")], ClientRequestToken="token-1")


def test_a_transaction_that_was_cancelled_may_come_again(table: Any) -> None:
    items = [_put("a", ConditionExpression="attribute_not_exists(pk)")]
    table.put_item(TableName="t", Item=_key("a"))
    with pytest.raises(ClientError, match="TransactionCanceledException"):
        table.transact_write_items(TransactItems=items, ClientRequestToken="token-1")
    table.delete_item(TableName="t", Key=_key("a"))
    table.transact_write_items(TransactItems=items, ClientRequestToken="token-1")
    assert table.get_item(TableName="t", Key=_key("a"))["Item"]["v"] == {"S": "new"}


# -- all or nothing -----------------------------------------------------------------------------


def test_a_condition_that_is_not_met_leaves_everything_and_shows_the_old_item(table: Any) -> None:
    table.put_item(TableName="t", Item=_key("there") | {"v": {"S": "old"}})
    refused = _put(
        "there",
        ConditionExpression="attribute_not_exists(pk)",
        ReturnValuesOnConditionCheckFailure="ALL_OLD",
    )
    reasons = _reasons(table.transact_write_items, [_put("other"), refused])
    assert [reason["Code"] for reason in reasons] == ["None", "ConditionalCheckFailed"]
    assert reasons[1]["Item"] == _key("there") | {"v": {"S": "old"}}
    assert "Item" not in table.get_item(TableName="t", Key=_key("other"))


def test_the_old_item_is_shown_only_where_it_is_asked_for(table: Any) -> None:
    table.put_item(TableName="t", Item=_key("there"))
    refused = _put("there", ConditionExpression="attribute_not_exists(pk)")
    assert "Item" not in _reasons(table.transact_write_items, [refused])[0]


@pytest.mark.parametrize("state", ["EXECUTING", "FAILED"])
def test_a_check_guards_a_write_elsewhere(table: Any, state: str) -> None:
    table.put_item(TableName="t", Item=_key("guard") | {"state": {"S": state}})
    check = {
        "ConditionCheck": {
            "TableName": "t",
            "Key": _key("guard"),
            "ConditionExpression": "#s = :expected",
            "ExpressionAttributeNames": {"#s": "state"},
            "ExpressionAttributeValues": {":expected": {"S": "EXECUTING"}},
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
    }
    if state == "EXECUTING":
        table.transact_write_items(TransactItems=[check, _put("a")])
        assert "Item" in table.get_item(TableName="t", Key=_key("a"))
    else:
        assert _reasons(table.transact_write_items, [check, _put("a")])[0]["Item"]["state"] == {"S": "FAILED"}
        assert "Item" not in table.get_item(TableName="t", Key=_key("a"))


def test_what_was_applied_is_put_back_where_a_later_part_cannot_be(table: Any) -> None:
    table.put_item(TableName="t", Item=_key("old") | {"n": {"N": "1"}})
    table.put_item(TableName="t", Item=_key("text") | {"n": {"S": "no number"}})
    with pytest.raises(ClientError):
        table.transact_write_items(TransactItems=[_count_up("old"), _put("new"), _count_up("text")])
    assert _count(table, "old") == 1
    assert "Item" not in table.get_item(TableName="t", Key=_key("new"))


def test_a_transaction_deletes_too(table: Any) -> None:
    table.put_item(TableName="t", Item=_key("gone"))
    table.transact_write_items(TransactItems=[{"Delete": {"TableName": "t", "Key": _key("gone")}}])
    assert "Item" not in table.get_item(TableName="t", Key=_key("gone"))


def test_one_item_cannot_be_in_a_transaction_twice(table: Any) -> None:
    with pytest.raises(ClientError, match="multiple operations on one item"):
        table.transact_write_items(TransactItems=[_put("a"), _count_up("a")])


def test_a_hundred_items_are_the_most(table: Any) -> None:
    with pytest.raises(ClientError, match="Member must have length less than or equal to 100"):
        table.transact_write_items(TransactItems=[_put(str(number)) for number in range(101)])


def test_a_transaction_copies_only_the_items_that_it_touches(table: Any) -> None:
    copied: list[Any] = []

    class Watched:
        def __deepcopy__(self, memo: Any) -> "Watched":
            copied.append(memo)
            return self

    dynamodb_backends["123456789012"]["us-east-1"].tables["t"].watched = Watched()
    table.transact_write_items(TransactItems=[_put("a")])
    assert copied == []
