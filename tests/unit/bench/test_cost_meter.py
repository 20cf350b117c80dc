"""The meter against DynamoDB's rules, with items of known sizes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from bench.cost_meter import Meter

REGION, ACCOUNT = "us-east-1", "123456789012"


@pytest.fixture
def metered(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Any, Meter]]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        session = boto3.Session(region_name=REGION)
        meter = Meter(session, ACCOUNT, REGION)
        client = session.client("dynamodb")
        client.create_table(
            TableName="t",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[
                {"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk", "state")
            ],
            KeySchema=[
                {"AttributeName": "pk", "KeyType": "HASH"},
                {"AttributeName": "sk", "KeyType": "RANGE"},
            ],
            GlobalSecondaryIndexes=[
                {
                    "IndexName": "by_state",
                    "KeySchema": [{"AttributeName": "state", "KeyType": "HASH"}],
                    "Projection": {"ProjectionType": "KEYS_ONLY"},
                }
            ],
        )
        meter.read()
        yield client, meter


KEY = {"pk": {"S": "a"}, "sk": {"S": "b"}}


def _put(client: Any, size: int, **more: Any) -> None:
    client.put_item(TableName="t", Item={**KEY, "x": {"B": b"0" * size}, **more})


def test_a_write_is_the_item_in_kilobytes(metered: tuple[Any, Meter]) -> None:
    client, meter = metered
    _put(client, 2500)
    assert meter.read() == {"call dynamodb PutItem": 1, "write_units": 3}


def test_an_update_is_paid_by_the_whole_item_and_the_larger_of_before_and_after(
    metered: tuple[Any, Meter],
) -> None:
    client, meter = metered
    _put(client, 2500)
    meter.read()
    client.update_item(
        TableName="t", Key=KEY, UpdateExpression="SET x = :x", ExpressionAttributeValues={":x": {"S": "y"}}
    )
    assert meter.read()["write_units"] == 3


def test_an_index_is_paid_when_the_item_comes_and_twice_when_its_entry_moves(
    metered: tuple[Any, Meter],
) -> None:
    client, meter = metered
    _put(client, 10, state={"S": "OPEN"})
    assert meter.read()["write_units"] == 2
    _put(client, 10, state={"S": "ENDED"})
    assert meter.read()["write_units"] == 3


def test_a_transaction_costs_twice_and_so_does_a_condition(metered: tuple[Any, Meter]) -> None:
    client, meter = metered
    other = {"pk": {"S": "c"}, "sk": {"S": "d"}}
    client.transact_write_items(
        TransactItems=[
            {"Put": {"TableName": "t", "Item": {**KEY, "x": {"B": b"0" * 1500}}}},
            {
                "ConditionCheck": {
                    "TableName": "t",
                    "Key": other,
                    "ConditionExpression": "attribute_not_exists(pk)",
                }
            },
        ]
    )
    assert meter.read()["write_units"] == 2 * 2 + 2 * 1


@pytest.mark.parametrize(("consistent", "units"), [(True, 3), (False, 1.5)])
def test_a_read_is_what_comes_back_in_blocks_of_four(
    metered: tuple[Any, Meter], *, consistent: bool, units: float
) -> None:
    client, meter = metered
    _put(client, 9000)
    meter.read()
    client.get_item(TableName="t", Key=KEY, ConsistentRead=consistent)
    assert meter.read()["read_units"] == units


def test_what_lies_there_is_known(metered: tuple[Any, Meter]) -> None:
    client, meter = metered
    _put(client, 3000)
    assert 3000 <= meter.stored_bytes() <= 3020
