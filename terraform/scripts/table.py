"""Make, set up and remove a DynamoDB table."""

from __future__ import annotations

from typing import Any

import boto3
from botocore.exceptions import ClientError
from step import OWNER_TAG, POLL, Input, StepError, as_list, as_mapping, code_of, run_step

dynamodb = boto3.client("dynamodb")


def make(wish: Input) -> None:
    """Create the table, unless this recovery already has."""
    name = wish["table_name"]
    try:
        dynamodb.create_table(TableName=name, Tags=as_list(wish.tags), **_schema(wish))
    except ClientError as error:
        if code_of(error) != "ResourceInUseException" or not _is_ours(wish):
            raise


def set_up(wish: Input) -> None:
    """Wait until it is active; switch on point-in-time recovery and expiry where wished."""
    name = wish["table_name"]
    dynamodb.get_waiter("table_exists").wait(TableName=name, WaiterConfig=POLL)
    if wish["point_in_time_recovery"] == "true":
        dynamodb.update_continuous_backups(
            TableName=name,
            PointInTimeRecoverySpecification={
                "PointInTimeRecoveryEnabled": True,
                "RecoveryPeriodInDays": int(wish["point_in_time_recovery_days"]),
            },
        )
    if wish["ttl_attribute"]:
        _expire_by(name, wish["ttl_attribute"])


def remove(wish: Input) -> None:
    """Delete the table that this recovery made, as long as nobody has written to it."""
    name = wish["table_name"]
    if not _is_ours(wish):
        return
    dynamodb.get_waiter("table_exists").wait(TableName=name, WaiterConfig=POLL)
    if dynamodb.scan(TableName=name, Limit=1)["Items"]:
        raise StepError(f"table {name} holds items by now: a person has to decide what becomes of them")
    dynamodb.delete_table(TableName=name)
    dynamodb.get_waiter("table_not_exists").wait(TableName=name, WaiterConfig=POLL)


def _is_ours(wish: Input) -> bool:
    try:
        table = dynamodb.describe_table(TableName=wish["table_name"])["Table"]
    except dynamodb.exceptions.ResourceNotFoundException:
        return False
    tags = as_mapping(dynamodb.list_tags_of_resource(ResourceArn=table["TableArn"])["Tags"])
    return tags.get(OWNER_TAG) == wish["token"]


def _schema(wish: Input) -> dict[str, Any]:
    keys = [("HASH", wish["hash_key"], wish["hash_key_type"])]
    if wish["range_key"]:
        keys.append(("RANGE", wish["range_key"], wish["range_key_type"]))
    return {
        "KeySchema": [{"AttributeName": name, "KeyType": role} for role, name, _ in keys],
        "AttributeDefinitions": [{"AttributeName": name, "AttributeType": kind} for _, name, kind in keys],
        "BillingMode": "PAY_PER_REQUEST",
    }


def _expire_by(name: str, attribute: str) -> None:
    """Setting expiry that is already on is an error in DynamoDB, so look first."""
    now = dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    if now.get("TimeToLiveStatus") not in ("ENABLED", "ENABLING"):
        wished = {"Enabled": True, "AttributeName": attribute}
        dynamodb.update_time_to_live(TableName=name, TimeToLiveSpecification=wished)


if __name__ == "__main__":
    run_step({"make": make, "set_up": set_up, "remove": remove})
