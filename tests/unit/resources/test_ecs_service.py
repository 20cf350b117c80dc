from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from chalicelib.errors import NotFoundError
from chalicelib.incidents.model import Observation, Resource
from chalicelib.resources import resource_type

ECS = resource_type("ecs.service")


def _service(*deployments: dict[str, Any], **more: Any) -> dict[str, Any]:
    usual = {
        "status": "ACTIVE",
        "desiredCount": 2,
        "runningCount": 2,
        "taskDefinition": "checkout:7",
        "launchType": "FARGATE",
        "deployments": list(deployments or (_deployment(),)),
        "tags": [{"key": "team", "value": "blue"}],
    }
    return {"services": [usual | more]}


def _deployment(**changes: Any) -> dict[str, Any]:
    return {"id": "ecs-svc/1", "status": "PRIMARY", "rolloutState": "COMPLETED"} | changes


@pytest.fixture
def observe(
    canned: Any, resource: Callable[[str, str], Resource], now: datetime
) -> Callable[..., Observation]:
    def _observe(answer: Any, name: str = "shop/checkout") -> Observation:
        aws = canned(describe_services=answer)
        seen = ECS.observe(resource("ecs.service", name), aws, now)
        (_, _, asked), *others = aws.calls
        assert others == []
        assert (asked["cluster"], asked["services"]) == (name.rpartition("/")[0] or "default", ["checkout"])
        return seen

    return _observe


def test_a_service_is_seen_with_its_deployment_and_tags(observe: Callable[..., Observation]) -> None:
    seen = observe(_service())

    assert seen.attributes["deployment"] == "ecs-svc/1"
    assert seen.attributes["rollout"] == "COMPLETED"
    assert seen.attributes["controller"] == "ECS"
    assert seen.tags == {"team": "blue"}
    assert not seen.passing


def test_a_service_of_the_default_cluster_needs_no_cluster(observe: Callable[..., Observation]) -> None:
    assert observe(_service(), name="checkout").exists


def test_how_many_tasks_there_are_does_not_change_what_is_seen(observe: Callable[..., Observation]) -> None:
    scaled = _service(desiredCount=5, runningCount=4)

    assert observe(_service()).digest == observe(scaled).digest
    assert observe(_service(desiredCount=0)).digest != observe(scaled).digest


def test_a_service_that_is_being_deployed_is_waited_for(observe: Callable[..., Observation]) -> None:
    new = _deployment(id="ecs-svc/2", rolloutState="IN_PROGRESS")

    seen = observe(_service(_deployment(status="ACTIVE"), new))

    assert seen.passing == "deploying"
    assert seen.attributes["deployment"] == "ecs-svc/2"


@pytest.mark.parametrize(
    ("running", "rollout"), [(2, "COMPLETED"), (1, "IN_PROGRESS")], ids=["at-rest", "on-its-way"]
)
def test_where_ecs_does_not_tell_how_far_it_is_the_counts_do(
    observe: Callable[..., Observation], running: int, rollout: str
) -> None:
    silent = {"id": "ecs-svc/1", "status": "PRIMARY"}

    assert observe(_service(silent, runningCount=running)).attributes["rollout"] == rollout


@pytest.mark.parametrize(
    "answer",
    [
        {"services": [], "failures": [{"reason": "MISSING"}]},
        _service(status="DRAINING"),
        _service(status="INACTIVE"),
        NotFoundError("ClusterNotFoundException"),
    ],
    ids=["missing", "draining", "inactive", "no-cluster"],
)
def test_a_service_that_is_not_there_or_being_deleted_is_gone(
    observe: Callable[..., Observation], answer: Any
) -> None:
    seen = observe(answer)

    assert (seen.exists, seen.attributes) == (False, {})
