"""Deployments of a service take a while, and come to rest or fail."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mainstay.embedded.aws import EmbeddedAws
from mainstay.embedded.personas import GHOST
from mainstay.embedded.repairs.ecs import break_deployments


@pytest.fixture
def ecs(aws: EmbeddedAws) -> Any:
    client = aws.client("ecs", GHOST)
    client.create_cluster(clusterName="shop")
    client.register_task_definition(
        family="checkout", containerDefinitions=[{"name": "app", "image": "checkout", "memory": 512}]
    )
    client.create_service(cluster="shop", serviceName="checkout", taskDefinition="checkout", desiredCount=2)
    return client


def _service(ecs: Any) -> dict[str, Any]:
    return dict(ecs.describe_services(cluster="shop", services=["checkout"])["services"][0])


def _rollouts(ecs: Any) -> list[tuple[str, str]]:
    return [(one["status"], one["rolloutState"]) for one in _service(ecs)["deployments"]]


def _at_rest(ecs: Any) -> bool:
    return _rollouts(ecs) == [("PRIMARY", "COMPLETED")]


def test_a_new_service_comes_to_run_all_its_tasks(ecs: Any, eventually: Callable[..., Any]) -> None:
    assert _rollouts(ecs) == [("PRIMARY", "IN_PROGRESS")]

    eventually(lambda: _at_rest(ecs))

    assert (_service(ecs)["runningCount"], _service(ecs)["pendingCount"]) == (2, 0)


def test_a_forced_deployment_stands_beside_the_former_one_until_it_is_done(
    ecs: Any, eventually: Callable[..., Any]
) -> None:
    eventually(lambda: _at_rest(ecs))
    before = _service(ecs)["deployments"][0]["id"]

    ecs.update_service(cluster="shop", service="checkout", forceNewDeployment=True)

    assert _rollouts(ecs) == [("PRIMARY", "IN_PROGRESS"), ("ACTIVE", "COMPLETED")]
    eventually(lambda: _at_rest(ecs))
    assert _service(ecs)["deployments"][0]["id"] != before


def test_what_changes_no_tasks_makes_no_deployment(ecs: Any, eventually: Callable[..., Any]) -> None:
    eventually(lambda: _at_rest(ecs))
    before = _service(ecs)["deployments"][0]["id"]

    ecs.update_service(cluster="shop", service="checkout", desiredCount=3)

    assert [one["id"] for one in _service(ecs)["deployments"]] == [before]


def test_a_broken_deployment_fails_and_leaves_the_former_tasks(
    ecs: Any, eventually: Callable[..., Any]
) -> None:
    eventually(lambda: _at_rest(ecs))
    break_deployments("shop", "checkout")

    ecs.update_service(cluster="shop", service="checkout", forceNewDeployment=True)

    eventually(lambda: _rollouts(ecs) == [("PRIMARY", "FAILED"), ("ACTIVE", "COMPLETED")])
    assert _service(ecs)["runningCount"] == 2
