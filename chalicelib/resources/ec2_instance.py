"""``ec2.instance``: stopped or terminated; or its disk is filling."""

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
from chalicelib.resources.requests import items, member, names_in

_ID = re.compile(r"i-[0-9A-Za-z]{1,40}")

_HEADING_FOR = {"stopping": "stopped", "shutting-down": "terminated"}
"""A state that AWS leaves by itself counts as the one that it ends in: otherwise a plan that was made while
an instance was stopping would be refused as stale a moment later."""


def _instances_named(parameters: Mapping[str, Any]) -> list[str]:
    named = items(parameters, "instancesSet", "items")
    return names_in((member(item, "instanceId") for item in named), _ID)


def _observe(resource: Resource, read: ReadAws, now: datetime) -> Observation:
    try:
        answer = read("ec2", "describe_instances", InstanceIds=[resource.id])
    except NotFoundError:
        return Observation(exists=False, observed_at=now)
    instances = [instance for group in answer["Reservations"] for instance in group["Instances"]]
    return _seen(instances[0], now) if instances else Observation(exists=False, observed_at=now)


def _seen(instance: dict[str, Any], now: datetime) -> Observation:
    """AWS still shows a terminated instance for about an hour; it is gone all the same."""
    attributes = _state(instance)
    gone = attributes["state"] == "terminated"
    return Observation(
        exists=not gone,
        attributes=attributes if gone else attributes | _attributes(instance),
        tags=tags_in(instance.get("Tags", [])),
        passing=instance["State"]["Name"] if instance["State"]["Name"] in _HEADING_FOR else "",
        observed_at=now,
    )


def _state(instance: dict[str, Any]) -> Attributes:
    state = instance["State"]["Name"]
    reason = instance.get("StateReason", {}).get("Code", "")
    return {"state": _HEADING_FOR.get(state, state), "state_reason": reason}


def _attributes(instance: dict[str, Any]) -> Attributes:
    """Only what stays the same while nobody changes it: no addresses, no launch time."""
    return {
        "instance_type": instance.get("InstanceType", ""),
        "image_id": instance.get("ImageId", ""),
        "subnet_id": instance.get("SubnetId", ""),
        "security_groups": joined(group["GroupId"] for group in instance.get("SecurityGroups", [])),
        "instance_profile": instance.get("IamInstanceProfile", {}).get("Arn", ""),
        "lifecycle": instance.get("InstanceLifecycle", "on-demand"),
    }


def _is_stopped(observation: Observation, known_good: Observation | None) -> bool | None:
    """One that is gone has failed in another way: a person should know, so it is not called fine."""
    if not observation.exists:
        return None
    if known_good is not None and known_good.attributes.get("state") == "stopped":
        return False
    return observation.attributes["state"] == "stopped"


def _watch(namespace: str, name: str, title: str, **more: Any) -> MetricWatch:
    usual: dict[str, Any] = {"limit": 100.0, "unit": "percent"}
    return MetricWatch(
        namespace=namespace,
        name=name,
        statistic="Average",
        dimension="InstanceId",
        title=title,
        **usual | more,
    )


EC2_INSTANCE = ResourceType(
    name="ec2.instance",
    title="EC2 instance",
    event_source="aws.ec2",
    failures=(
        FailureKind(
            name="stopped",
            title="was stopped",
            classification=Classification.FAILURE,
            severity=6,
            downtime_minutes=30,
            blast_radius="everything that runs on the instance, and what calls it",
        ),
        FailureKind(
            name="terminated",
            title="was terminated",
            classification=Classification.FAILURE,
            severity=8,
            downtime_minutes=90,
            blast_radius="everything that ran on the instance, what called it, and data on its own disks",
        ),
        FailureKind(
            name="disk_filling",
            title="is expected to run out of disk space",
            classification=Classification.ANOMALY,
            severity=6,
            downtime_minutes=45,
            blast_radius="everything on the instance that writes to the disk",
        ),
        CHANGE_PLANNED,
    ),
    api_calls=(
        ApiCall(
            event_source="ec2.amazonaws.com",
            event_name="StopInstances",
            failure="stopped",
            resource_ids=_instances_named,
        ),
        ApiCall(
            event_source="ec2.amazonaws.com",
            event_name="TerminateInstances",
            failure="terminated",
            resource_ids=_instances_named,
        ),
    ),
    # Not "stopping" and "shutting-down": the state that follows tells the same, and is sure to come.
    state_changes={"stopped": "stopped", "terminated": "terminated"},
    observe=_observe,
    is_failing=judge_by(
        {"stopped": _is_stopped, "terminated": is_gone, "disk_filling": foretold, "change_planned": foretold}
    ),
    permissions=("ec2:DescribeInstances",),
    arns=("arn:aws:ec2:*:*:instance/*",),
    alarm_dimension="InstanceId",
    failing_alarm="stopped",
    # The names of the CloudWatch agent on Linux; each disk is a series of its own.
    metrics=(
        _watch("CWAgent", "disk_used_percent", "used disk space", failure="disk_filling"),
        _watch("CWAgent", "mem_used_percent", "used memory"),
        _watch("AWS/EC2", "CPUCreditBalance", "CPU credits", limit=0.0, rising=False, unit="credits"),
    ),
    announced=("change_planned",),
    health_entity=re.compile(r"(?:instance/)?(?P<id>i-[0-9A-Za-z]{1,40})"),
)
