"""Provisioned capacity of a table changes after a while."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from mainstay.embedded.aws import EmbeddedAws
from mainstay.embedded.personas import GHOST


@pytest.fixture
def dynamodb(aws: EmbeddedAws) -> Any:
    return aws.client("dynamodb", GHOST)


def _make(dynamodb: Any, **billing: Any) -> None:
    dynamodb.create_table(
        TableName="carts",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        **billing or {"ProvisionedThroughput": _units(10, 10)},
    )


def _units(read: int, write: int) -> dict[str, int]:
    return {"ReadCapacityUnits": read, "WriteCapacityUnits": write}


def _update(dynamodb: Any, read: int, write: int) -> None:
    dynamodb.update_table(TableName="carts", ProvisionedThroughput=_units(read, write))


def _seen(dynamodb: Any) -> tuple[str, int]:
    table = dynamodb.describe_table(TableName="carts")["Table"]
    return table["TableStatus"], table["ProvisionedThroughput"]["WriteCapacityUnits"]


def test_capacity_is_there_once_the_table_is_active_again(
    dynamodb: Any, eventually: Callable[..., Any]
) -> None:
    _make(dynamodb)

    _update(dynamodb, 10, 20)

    assert _seen(dynamodb) == ("UPDATING", 10)
    assert eventually(lambda: _seen(dynamodb) == ("ACTIVE", 20))


def test_a_table_is_updated_once_at_a_time(dynamodb: Any) -> None:
    _make(dynamodb)
    _update(dynamodb, 10, 20)

    with pytest.raises(ClientError, match="ResourceInUseException"):
        _update(dynamodb, 10, 30)


def test_the_same_capacity_again_is_refused(dynamodb: Any) -> None:
    _make(dynamodb)

    with pytest.raises(ClientError, match="will not change"):
        _update(dynamodb, 10, 10)


def test_a_table_that_is_paid_by_request_has_no_capacity_to_set(dynamodb: Any) -> None:
    _make(dynamodb, BillingMode="PAY_PER_REQUEST")

    with pytest.raises(ClientError, match="PAY_PER_REQUEST"):
        _update(dynamodb, 10, 20)
