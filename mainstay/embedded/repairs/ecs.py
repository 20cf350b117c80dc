"""ECS: a deployment takes a while, beside the one before it, and comes to rest or fails.

In moto a service never runs any task, and a forced deployment is the former one with another id.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from moto.ecs.models import EC2ContainerServiceBackend, ecs_backends
from moto.moto_api._internal import mock_random

from mainstay.embedded.later import do_later
from mainstay.embedded.personas import ACCOUNT
from mainstay.embedded.repairs.replacing import replace

DEPLOYING_SECONDS = 0.4

_create_as_moto_does = EC2ContainerServiceBackend.create_service
_update_as_moto_does = EC2ContainerServiceBackend.update_service


def install() -> None:
    """Install the repair."""
    replace(EC2ContainerServiceBackend, "create_service", _create)
    replace(EC2ContainerServiceBackend, "update_service", _update)


def break_deployments(cluster: str, service: str, region: str = "us-east-1") -> None:
    """From now on, new tasks of this service do not come up: its circuit breaker fails each deployment."""
    ecs_backends[ACCOUNT][region]._get_service(cluster, service).is_broken = True


def _create(backend: Any, *args: Any, **kwargs: Any) -> Any:
    service = _create_as_moto_does(backend, *args, **kwargs)
    if service.deployments:
        do_later(DEPLOYING_SECONDS, _end_of(service, service.deployments[0]))
    return service


def _update(backend: Any, service_properties: dict[str, Any]) -> Any:
    """A new deployment where it is forced, or the task definition is another one."""
    forced = service_properties.pop("force_new_deployment", False)
    renewed = forced or service_properties.get("task_definition")
    service = _update_as_moto_does(backend, service_properties)
    if renewed and service.deployments:
        _deploy(service)
    return service


def _deploy(service: Any) -> None:
    now, former = datetime.now(UTC), service.deployments[0]
    fresh = {
        **former,
        "id": f"ecs-svc/{mock_random.randint(10**18, 10**19 - 1)}",
        "createdAt": now,
        "updatedAt": now,
        "taskDefinition": service.task_definition,
        "runningCount": 0,
        "pendingCount": service.desired_count,
        "rolloutState": "IN_PROGRESS",
        "rolloutStateReason": "ECS deployment in progress.",
    }
    service.deployments = [fresh, {**former, "status": "ACTIVE"}]
    service.deployments_made = getattr(service, "deployments_made", 0) + 1
    do_later(DEPLOYING_SECONDS, _end_of(service, fresh))


def _end_of(service: Any, deployment: dict[str, Any]) -> Callable[[], None]:
    def end() -> None:
        if service.deployments[0] is not deployment:
            return
        if getattr(service, "is_broken", False):
            deployment["rolloutState"] = "FAILED"
            deployment["rolloutStateReason"] = "ECS deployment circuit breaker: tasks failed to start."
            return
        count = service.desired_count
        deployment.update(
            runningCount=count,
            pendingCount=0,
            rolloutState="COMPLETED",
            rolloutStateReason="ECS deployment completed.",
        )
        service.deployments = [deployment]
        service.running_count, service.pending_count = count, 0

    return end
