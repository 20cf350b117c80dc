"""``ecs.service``: its tasks are leaking memory.

The id is ``cluster/service``, as in the service's ARN.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from chalicelib.errors import NotFoundError
from chalicelib.incidents.base import Attributes
from chalicelib.incidents.model import Classification, Observation, Resource
from chalicelib.resources.announcements import CHANGE_PLANNED
from chalicelib.resources.checks import foretold, judge_by
from chalicelib.resources.model import FailureKind, MetricWatch, ReadAws, ResourceType

_DONE, _GOING_ON = "COMPLETED", "IN_PROGRESS"


def _observe(resource: Resource, read: ReadAws, now: datetime) -> Observation:
    """One that is being deleted is DRAINING, and INACTIVE for a while after that: it is gone."""
    service = find_service(resource.id, read)
    if service is None or service["status"] != "ACTIVE":
        return Observation(exists=False, observed_at=now)
    attributes = _attributes(service)
    return Observation(
        exists=True,
        attributes=attributes,
        tags={tag["key"]: tag.get("value", "") for tag in service.get("tags", [])},
        passing="deploying" if attributes["rollout"] == _GOING_ON else "",
        observed_at=now,
    )


def find_service(name: str, read: ReadAws) -> dict[str, Any] | None:
    """The service ``cluster/service`` as AWS describes it, or None where it is not there."""
    cluster, _, service = name.rpartition("/")
    try:
        answer = read(
            "ecs", "describe_services", cluster=cluster or "default", services=[service], include=["TAGS"]
        )
    except NotFoundError:
        return None
    return next(iter(answer["services"]), None)


def primary_of(service: dict[str, Any]) -> dict[str, Any]:
    """The deployment that ECS brings the service to; empty where another controller deploys it."""
    deployments = service.get("deployments", [])
    return next((one for one in deployments if one.get("status") == "PRIMARY"), {})


def rollout_of(service: dict[str, Any]) -> str:
    """COMPLETED, IN_PROGRESS or FAILED. Services from before ECS told have what their counts show."""
    primary = primary_of(service)
    told = str(primary.get("rolloutState") or "")
    if told or not primary:
        return told
    alone = len(service["deployments"]) == 1
    return _DONE if alone and service["runningCount"] == service["desiredCount"] else _GOING_ON


def _attributes(service: dict[str, Any]) -> Attributes:
    """No counts: how many tasks there are changes by itself where a service scales or a task is replaced."""
    return {
        "status": service["status"],
        "task_definition": service.get("taskDefinition", ""),
        "launch_type": service.get("launchType", ""),
        "controller": service.get("deploymentController", {}).get("type", "ECS"),
        "deployment": primary_of(service).get("id", ""),
        "rollout": rollout_of(service),
        "scaled_to_zero": service.get("desiredCount") == 0,
    }


def _watch(name: str, title: str, **more: Any) -> MetricWatch:
    return MetricWatch(
        namespace="AWS/ECS",
        name=name,
        statistic="Average",
        dimension="ClusterName/ServiceName",
        title=title,
        unit="percent",
        **{"limit": None, **more},
    )


ECS_SERVICE = ResourceType(
    name="ecs.service",
    title="ECS service",
    event_source="aws.ecs",
    failures=(
        FailureKind(
            name="memory_leaking",
            title="is expected to run out of memory",
            classification=Classification.ANOMALY,
            severity=6,
            downtime_minutes=15,
            blast_radius="every caller of the service, whose tasks are killed when their memory is used up",
        ),
        CHANGE_PLANNED,
    ),
    api_calls=(),
    state_changes={},
    observe=_observe,
    is_failing=judge_by({"memory_leaking": foretold, "change_planned": foretold}),
    permissions=("ecs:DescribeServices",),
    arns=("arn:aws:ecs:*:*:service/*",),
    # The average over all tasks, in per cent of what is reserved for them.
    metrics=(
        _watch("MemoryUtilization", "used memory", limit=100.0, failure="memory_leaking"),
        _watch("CPUUtilization", "CPU utilization"),
    ),
    announced=("change_planned",),
    health_entity=re.compile(r"(?:service/)?(?P<id>[A-Za-z0-9_-]{1,255}/[A-Za-z0-9_-]{1,255})"),
)
