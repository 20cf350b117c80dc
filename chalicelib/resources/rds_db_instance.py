"""``rds.db-instance``: stopped or deleted; or its storage is filling."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from chalicelib.errors import NotFoundError
from chalicelib.incidents.base import Attributes
from chalicelib.incidents.model import Classification, Observation, Resource
from chalicelib.resources.announcements import CHANGE_PLANNED
from chalicelib.resources.answers import joined, tags_in
from chalicelib.resources.checks import foretold, is_gone, judge_by
from chalicelib.resources.model import ApiCall, FailureKind, MetricWatch, ReadAws, ResourceType
from chalicelib.resources.requests import after_arn, member, names_in

_ID = re.compile(r"[a-z][a-z0-9-]{0,62}")

_MEANS = {
    "stopping": "stopped",
    "backing-up": "available",
    "configuring-enhanced-monitoring": "available",
    "configuring-iam-database-auth": "available",
    "configuring-log-exports": "available",
    "resetting-master-credentials": "available",
    "storage-config-upgrade": "available",
    "storage-initialization": "available",
    "storage-optimization": "available",
}
"""What a database does for its users in a status that passes by itself. Its nightly backup is no change."""

_UP = frozenset({"available", "modifying", "rebooting", "starting", "upgrading"})


def _database_named(parameters: Mapping[str, Any]) -> list[str]:
    """AWS keeps identifiers in lower case, however they are written in a call."""
    given = after_arn(member(parameters, "dBInstanceIdentifier"))
    return names_in([given.lower().removeprefix("db:")], _ID) if isinstance(given, str) else []


def _observe(resource: Resource, read: ReadAws, now: datetime) -> Observation:
    try:
        answer = read("rds", "describe_db_instances", DBInstanceIdentifier=resource.id)
    except NotFoundError:
        return Observation(exists=False, observed_at=now)
    # One that is being deleted cannot be used, kept or started: it is gone, and soon not shown either.
    usable = (found for found in answer["DBInstances"] if found["DBInstanceStatus"] != "deleting")
    database = next(usable, None)
    return _seen(database, now) if database else Observation(exists=False, observed_at=now)


def _seen(database: dict[str, Any], now: datetime) -> Observation:
    return Observation(
        exists=True,
        attributes=_attributes(database),
        tags=tags_in(database.get("TagList", [])),
        passing="stopping" if database["DBInstanceStatus"] == "stopping" else "",
        observed_at=now,
    )


def _attributes(database: dict[str, Any]) -> Attributes:
    """All that a restore from a snapshot must be told, as the snapshot does not know it."""
    status = database["DBInstanceStatus"]
    return {
        "status": _MEANS.get(status, status),
        "engine": database.get("Engine", ""),
        "cluster": database.get("DBClusterIdentifier", ""),
        "instance_class": database.get("DBInstanceClass", ""),
        "port": database.get("Endpoint", {}).get("Port") or database.get("DbInstancePort"),
        "multi_az": database.get("MultiAZ", False),
        "publicly_accessible": database.get("PubliclyAccessible", False),
        "storage_type": database.get("StorageType", ""),
        "allocated_gib": database.get("AllocatedStorage"),
        "storage_ceiling_gib": database.get("MaxAllocatedStorage"),
        "pending_changes": joined(database.get("PendingModifiedValues", {})),
        "subnet_group": database.get("DBSubnetGroup", {}).get("DBSubnetGroupName", ""),
        "deletion_protection": database.get("DeletionProtection", False),
        "iam_authentication": database.get("IAMDatabaseAuthenticationEnabled", False),
        "copy_tags_to_snapshot": database.get("CopyTagsToSnapshot", False),
        "auto_minor_version_upgrade": database.get("AutoMinorVersionUpgrade", False),
        "ca_certificate": database.get("CACertificateIdentifier", ""),
        **_groups(database),
    }


def _groups(database: dict[str, Any]) -> Attributes:
    def names(member: str, name: str) -> str:
        return joined(group[name] for group in database.get(member, []))

    return {
        "security_groups": names("VpcSecurityGroups", "VpcSecurityGroupId"),
        "parameter_group": names("DBParameterGroups", "DBParameterGroupName"),
        "option_group": names("OptionGroupMemberships", "OptionGroupName"),
    }


def _is_stopped(observation: Observation, known_good: Observation | None) -> bool | None:
    """One that is gone, or broken in another way, is not called fine."""
    status = observation.attributes.get("status")
    if status == "stopped":
        return known_good is None or known_good.attributes.get("status") != "stopped"
    return False if status in _UP else None


def _watch(name: str, title: str, unit: str, **more: Any) -> MetricWatch:
    return MetricWatch(
        namespace="AWS/RDS",
        name=name,
        statistic="Average",
        dimension="DBInstanceIdentifier",
        title=title,
        unit=unit,
        **{"limit": None, **more},
    )


RDS_DB_INSTANCE = ResourceType(
    name="rds.db-instance",
    title="RDS database",
    event_source="aws.rds",
    failures=(
        FailureKind(
            name="stopped",
            title="was stopped",
            classification=Classification.FAILURE,
            severity=8,
            downtime_minutes=45,
            blast_radius="every service that reads or writes the database",
        ),
        FailureKind(
            name="deleted",
            title="was deleted",
            classification=Classification.FAILURE,
            severity=10,
            downtime_minutes=240,
            blast_radius="every service that reads or writes the database, and its data",
        ),
        FailureKind(
            name="storage_filling",
            title="is expected to run out of storage",
            classification=Classification.ANOMALY,
            severity=8,
            downtime_minutes=60,
            blast_radius="every service that writes to the database, which stops when it is full",
        ),
        CHANGE_PLANNED,
    ),
    api_calls=(
        ApiCall(
            event_source="rds.amazonaws.com",
            event_name="StopDBInstance",
            failure="stopped",
            resource_ids=_database_named,
        ),
        ApiCall(
            event_source="rds.amazonaws.com",
            event_name="DeleteDBInstance",
            failure="deleted",
            resource_ids=_database_named,
        ),
    ),
    # Not RDS-EVENT-0004 (shutdown): every reboot, failover and maintenance sends it and comes up again by
    # itself, and where it was a stop, 0087 follows. Not 0221 (shut down as the storage is full), 0031, 0035
    # and 0036 (put into a failed state): starting cannot help these. 0150 and the like are of clusters.
    state_changes={"RDS-EVENT-0087": "stopped", "RDS-EVENT-0003": "deleted"},
    observe=_observe,
    is_failing=judge_by(
        {"stopped": _is_stopped, "deleted": is_gone, "storage_filling": foretold, "change_planned": foretold}
    ),
    permissions=("rds:DescribeDBInstances",),
    # A restore names the snapshot and the groups as well.
    arns=tuple(f"arn:aws:rds:*:*:{kind}:*" for kind in ("db", "snapshot", "subgrp", "pg", "og")),
    alarm_dimension="DBInstanceIdentifier",
    failing_alarm="stopped",
    metrics=(
        _watch(
            "FreeStorageSpace", "free storage", "bytes", limit=0.0, rising=False, failure="storage_filling"
        ),
        _watch("BurstBalance", "burst balance of the storage", "percent", limit=0.0, rising=False),
        _watch("CPUCreditBalance", "CPU credits", "credits", limit=0.0, rising=False),
        _watch("CPUUtilization", "CPU utilization", "percent"),
        _watch("DatabaseConnections", "connections", "count"),
    ),
    announced=("change_planned",),
    health_entity=re.compile(r"(?:db:)?(?P<id>[a-z][a-z0-9-]{0,62})"),
)
