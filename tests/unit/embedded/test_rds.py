"""A database instance says what happens to it."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from mainstay.embedded.aws import EmbeddedAws
from mainstay.embedded.bus import Event


def test_stopping_starting_and_deleting_are_told_on_the_bus(
    aws: EmbeddedAws, rds: Any, events: list[Event]
) -> None:
    rds.stop_db_instance(DBInstanceIdentifier="orders")
    rds.start_db_instance(DBInstanceIdentifier="orders")
    rds.delete_db_instance(DBInstanceIdentifier="orders", SkipFinalSnapshot=True)
    aws.settle()
    arn = f"arn:aws:rds:{aws.region}:{aws.account}:db:orders"
    assert [(event["source"], event["detail-type"], event["resources"]) for event in events] == [
        ("aws.rds", "RDS DB Instance Event", [arn])
    ] * 3
    assert [event["detail"]["EventID"] for event in events] == [
        "RDS-EVENT-0087",
        "RDS-EVENT-0088",
        "RDS-EVENT-0003",
    ]
    assert events[0]["detail"] == {
        "EventCategories": ["notification"],
        "SourceType": "DB_INSTANCE",
        "SourceArn": arn,
        "Date": events[0]["detail"]["Date"],
        "Message": "DB instance stopped",
        "SourceIdentifier": "orders",
        "EventID": "RDS-EVENT-0087",
    }
    assert events[2]["detail"]["EventCategories"] == ["deletion"]


def test_what_was_refused_is_not_told(aws: EmbeddedAws, rds: Any, events: list[Event]) -> None:
    with pytest.raises(ClientError, match="InvalidDBInstanceState"):
        rds.start_db_instance(DBInstanceIdentifier="orders")
    aws.settle()
    assert events == []
