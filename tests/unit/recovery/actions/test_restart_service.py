from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.errors import PlanChangedError
from chalicelib.incidents.model import Observation
from chalicelib.recovery.model import ProgressState
from chalicelib.recovery.plan import differences

OLD, NEW = "ecs-svc/1111111111111111111", "ecs-svc/2222222222222222222"


def _service(deployment: str = OLD, rollout: str = "COMPLETED", **more: Any) -> dict[str, Any]:
    primary = {"status": "PRIMARY", "id": deployment, "rolloutState": rollout, "runningCount": 1}
    service = {"status": "ACTIVE", "desiredCount": 2, "runningCount": 2, "deployments": [primary]}
    return {"services": [service | more]}


def _leaking(seen: Callable[..., Observation], **changes: Any) -> Observation:
    usual = {
        "status": "ACTIVE", "controller": "ECS", "deployment": OLD, "rollout": "COMPLETED",
        "scaled_to_zero": False,
    }  # fmt: skip
    return seen(**usual | changes)


def test_the_deployment_that_is_there_is_part_of_the_plan(canned: Any, story: Any, seen: Any) -> None:
    proposal = story(canned(), "restart_service", "shop/checkout").propose(_leaking(seen))

    assert proposal.parameters == {"deployment": OLD}
    assert not proposal.automatic
    assert differences(proposal.goal, _leaking(seen))
    assert differences(proposal.goal, _leaking(seen, deployment=NEW)) == ()


@pytest.mark.parametrize(
    "changes",
    [
        {"controller": "CODE_DEPLOY"},
        {"scaled_to_zero": True},
        {"rollout": "FAILED"},
        {"deployment": ""},
        {"gone": True},
    ],
    ids=["deployed-by-others", "no-tasks", "failed-to-deploy", "no-deployment", "gone"],
)
def test_what_cannot_be_restarted_in_this_way_is_left_alone(
    canned: Any, story: Any, seen: Any, changes: dict[str, Any]
) -> None:
    assert story(canned(), "restart_service", "shop/checkout").propose(_leaking(seen, **changes)) is None


def test_new_tasks_are_asked_for_once(canned: Any, story: Any) -> None:
    deploying = _service(NEW, "IN_PROGRESS")
    aws = canned(
        describe_services=[_service(), deploying], update_service={"service": deploying["services"][0]}
    )
    told = story(aws, "restart_service", "shop/checkout")

    handles = [told.apply({"deployment": OLD}), told.apply({"deployment": OLD})]

    assert handles == [{"service": "shop/checkout", "before": OLD, "deployment": NEW}] * 2
    assert aws.asked("update_service") == [
        {"cluster": "shop", "service": "checkout", "forceNewDeployment": True}
    ]


@pytest.mark.parametrize("answer", [{"services": []}, _service(status="DRAINING")], ids=["gone", "going"])
def test_a_service_that_is_gone_is_not_restarted(canned: Any, story: Any, answer: Any) -> None:
    with pytest.raises(PlanChangedError):
        story(canned(describe_services=answer), "restart_service", "shop/checkout").apply({"deployment": OLD})


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (_service(), ProgressState.RUNNING),
        (_service(NEW, "IN_PROGRESS"), ProgressState.RUNNING),
        (_service(NEW, runningCount=1), ProgressState.RUNNING),
        (_service(NEW), ProgressState.DONE),
        (_service(NEW, "FAILED"), ProgressState.FAILED),
        (_service("ecs-svc/3333333333333333333"), ProgressState.FAILED),
        ({"services": []}, ProgressState.FAILED),
    ],
    ids=["not-seen-yet", "deploying", "a-task-is-missing", "done", "circuit-breaker", "rolled-back", "gone"],
)
def test_it_is_done_when_all_tasks_are_new(
    canned: Any, story: Any, answer: Any, state: ProgressState
) -> None:
    told = story(canned(describe_services=answer), "restart_service", "shop/checkout")

    assert told.follow({"service": "shop/checkout", "before": OLD, "deployment": NEW}).state is state
