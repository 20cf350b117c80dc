"""Replace the tasks of a service by new ones, one after the other. A person always agrees to that first.

ECS starts new tasks of the same task definition before it stops the old ones, within the limits that the
service sets for its deployments. Nothing is configured anew, so there is nothing to put back, and the old
tasks cannot be brought back: a restart has no undo, and what has no undo is never automatic.

UpdateService takes no client token. So the deployment that was there when it was planned is part of the
plan: where another one is there by now, the tasks are new already, and nothing is changed.
"""

from __future__ import annotations

from typing import Any

from chalicelib.errors import PlanChangedError
from chalicelib.incidents.base import Attributes, Record
from chalicelib.incidents.model import Resource
from chalicelib.incidents.plans import Risk
from chalicelib.recovery.model import (
    ActionKind,
    Progress,
    ProgressState,
    Proposal,
    RecoveryAction,
    Situation,
    Tools,
)
from chalicelib.resources.ecs_service import find_service, primary_of, rollout_of
from chalicelib.resources.model import ReadAws


class Parameters(Record):
    """The deployment whose tasks are to be replaced."""

    deployment: str


def _propose(situation: Situation, _read: ReadAws) -> Proposal | None:
    """Only where ECS itself deploys, and there are tasks to replace."""
    seen = situation.observation.attributes
    old = seen.get("deployment")
    if not situation.observation.exists or seen.get("controller") != "ECS" or seen.get("scaled_to_zero"):
        return None
    if not old or seen.get("rollout") != "COMPLETED":
        return None
    return Proposal(
        parameters={"deployment": old},
        goal={"exists": True, "status": "ACTIVE", "rollout": "COMPLETED", "deployment_other_than": old},
        automatic=False,
        warning="What its tasks hold in memory is lost, and what causes the leak stays.",
    )


def _apply(resource: Resource, parameters: Parameters, tools: Tools) -> Attributes:
    service = _require(resource.id, find_service(resource.id, tools.read))
    if primary_of(service).get("id") == parameters.deployment:
        cluster, _, name = resource.id.rpartition("/")
        service = tools.change(
            "ecs", "update_service", cluster=cluster or "default", service=name, forceNewDeployment=True
        )["service"]
    return {
        "service": resource.id,
        "before": parameters.deployment,
        "deployment": primary_of(service).get("id", ""),
    }


def _require(name: str, service: dict[str, Any] | None) -> dict[str, Any]:
    if service is None or service["status"] != "ACTIVE":
        raise PlanChangedError(f"{name} is not there any more")
    return service


def _follow(handle: Attributes, read: ReadAws) -> Progress:
    """Done when all the tasks that there should be are of our deployment.

    A circuit breaker that rolls back puts a deployment of its own in the place of one that fails.
    """
    service = find_service(str(handle["service"]), read)
    if service is None or service["status"] != "ACTIVE":
        return Progress(state=ProgressState.FAILED, note="the service is not there any more")
    primary, rollout = primary_of(service), rollout_of(service)
    if primary.get("id") == handle["before"]:
        return Progress(state=ProgressState.RUNNING, note="ECS does not show the new deployment yet")
    if primary.get("id") != handle["deployment"]:
        return Progress(state=ProgressState.FAILED, note="another deployment took its place")
    if rollout == "FAILED":
        return Progress(
            state=ProgressState.FAILED, note=str(primary.get("rolloutStateReason") or "it failed")
        )
    if rollout == "COMPLETED" and service["runningCount"] >= service["desiredCount"]:
        return Progress(state=ProgressState.DONE, note="all its tasks are new")
    counts = f"{primary.get('runningCount', 0)} of {service['desiredCount']} new tasks run"
    return Progress(state=ProgressState.RUNNING, note=counts)


RESTART_SERVICE = RecoveryAction(
    name="restart_service",
    kind=ActionKind.API,
    title="replace the tasks of the service by new ones",
    resource_types=("ecs.service",),
    failures=("memory_leaking",),
    parameters=Parameters,
    risk=Risk.MEDIUM,
    automatic=False,
    repeatable=True,
    permissions=("ecs:DescribeServices", "ecs:UpdateService"),
    propose=_propose,
    apply=_apply,
    progress=_follow,
)
