"""``dynamodb.table``: deleted; or its provisioned capacity is running out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from chalicelib.errors import NotFoundError
from chalicelib.incidents.base import Attributes
from chalicelib.incidents.model import Classification, Observation, Resource
from chalicelib.resources.announcements import CHANGE_PLANNED
from chalicelib.resources.answers import arn_of, joined, tags_found
from chalicelib.resources.checks import foretold, is_gone, judge_by
from chalicelib.resources.model import ApiCall, FailureKind, MetricWatch, ReadAws, ResourceType
from chalicelib.resources.requests import after_arn, member, names_in

_NAME = re.compile(r"[A-Za-z0-9_.-]{3,255}")

_MEANS = {"UPDATING": "ACTIVE"}
"""A table serves while it is updated, and capacity that scales by itself updates it many times a day."""


def _table_named(parameters: Mapping[str, Any]) -> list[str]:
    """By name, or by ARN: ``arn:aws:dynamodb:us-east-1:123456789012:table/orders``."""
    given = after_arn(member(parameters, "tableName"))
    return names_in([given.removeprefix("table/")], _NAME) if isinstance(given, str) else []


def _observe(resource: Resource, read: ReadAws, now: datetime) -> Observation:
    try:
        table = read("dynamodb", "describe_table", TableName=resource.id)["Table"]
    except NotFoundError:
        return Observation(exists=False, observed_at=now)
    if table["TableStatus"] == "DELETING":
        return Observation(exists=False, observed_at=now)
    return Observation(exists=True, attributes=_attributes(table), observed_at=now)


def _attributes(table: dict[str, Any]) -> Attributes:
    """No item count and no size: AWS updates them every six hours or so, whatever anybody does.

    The capacity is what was provisioned; of a table that is paid by request it is zero. Where it scales by
    itself it changes by itself too, which only matters to plans about capacity: these are rightly refused.
    """
    status, provisioned = table["TableStatus"], table.get("ProvisionedThroughput", {})
    return {
        "status": _MEANS.get(status, status),
        "key_schema": ",".join(f"{key['KeyType']}={key['AttributeName']}" for key in table["KeySchema"]),
        "billing_mode": table.get("BillingModeSummary", {}).get("BillingMode", "PROVISIONED"),
        "read_units": provisioned.get("ReadCapacityUnits", 0),
        "write_units": provisioned.get("WriteCapacityUnits", 0),
        "indexes": joined(index["IndexName"] for index in table.get("GlobalSecondaryIndexes", [])),
        "stream": table.get("StreamSpecification", {}).get("StreamViewType", ""),
        "kms_key": table.get("SSEDescription", {}).get("KMSMasterKeyArn", ""),
        "deletion_protection": table.get("DeletionProtectionEnabled", False),
    }


def _read_tags(resource: Resource, read: ReadAws) -> dict[str, str]:
    arn = arn_of(resource, "dynamodb", f"table/{resource.id}")
    return tags_found(partial(read, "dynamodb", "list_tags_of_resource", ResourceArn=arn), "Tags")


def _capacity(what: str) -> MetricWatch:
    return MetricWatch(
        namespace="AWS/DynamoDB",
        name=f"Consumed{what}CapacityUnits",
        statistic="Sum",
        dimension="TableName",
        limit=100.0,
        per=f"Provisioned{what}CapacityUnits",
        failure="capacity_running_out",
        title=f"used {what.lower()} capacity",
        unit="percent",
    )


DYNAMODB_TABLE = ResourceType(
    name="dynamodb.table",
    title="DynamoDB table",
    event_source="aws.dynamodb",
    failures=(
        FailureKind(
            name="deleted",
            title="was deleted",
            classification=Classification.FAILURE,
            severity=10,
            downtime_minutes=120,
            blast_radius="every service that reads or writes the table, and its items",
        ),
        FailureKind(
            name="capacity_running_out",
            title="is expected to run out of capacity",
            classification=Classification.ANOMALY,
            severity=6,
            downtime_minutes=20,
            blast_radius="every service that reads or writes the table, whose calls are throttled",
        ),
        CHANGE_PLANNED,
    ),
    api_calls=(
        ApiCall(
            event_source="dynamodb.amazonaws.com",
            event_name="DeleteTable",
            failure="deleted",
            resource_ids=_table_named,
        ),
    ),
    state_changes={},
    observe=_observe,
    is_failing=judge_by({"deleted": is_gone, "capacity_running_out": foretold, "change_planned": foretold}),
    permissions=("dynamodb:DescribeTable", "dynamodb:ListTagsOfResource"),
    arns=("arn:aws:dynamodb:*:*:table/*",),
    alarm_dimension="TableName",
    read_tags=_read_tags,
    metrics=(_capacity("Write"), _capacity("Read")),
    announced=("change_planned",),
    health_entity=re.compile(r"(?:table/)?(?P<id>[A-Za-z0-9_.-]{3,255})"),
)
