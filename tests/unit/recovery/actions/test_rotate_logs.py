from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from chalicelib.recovery.model import ProgressState


def _agent(**changes: Any) -> dict[str, Any]:
    usual = {"InstanceId": "i-0abc", "PingStatus": "Online", "PlatformType": "Linux"}
    return {"InstanceInformationList": [usual | changes]}


def _execution(status: str, failure: str = "") -> dict[str, Any]:
    return {"AutomationExecution": {"AutomationExecutionStatus": status, "FailureMessage": failure}}


@pytest.mark.parametrize(
    ("state", "answer", "fits"),
    [
        ("running", _agent(), True),
        ("running", _agent(PingStatus="ConnectionLost"), False),
        ("running", _agent(PlatformType="Windows"), False),
        ("running", {"InstanceInformationList": []}, False),
        ("stopped", _agent(), False),
    ],
    ids=["linux", "lost", "windows", "no-agent", "stopped"],
)
def test_logs_are_rotated_where_an_agent_answers_on_linux(
    canned: Any, story: Any, seen: Any, state: str, answer: Any, *, fits: bool
) -> None:
    aws = canned(describe_instance_information=answer)

    proposal = story(aws, "rotate_logs", "i-0abc").propose(seen(state=state))

    assert (proposal is not None) is fits
    assert proposal is None or (not proposal.automatic and proposal.parameters == {})


def test_the_runbook_is_started_under_a_token_with_nothing_but_the_instance(canned: Any, story: Any) -> None:
    aws = canned(start_automation_execution={"AutomationExecutionId": "exec-1"})
    told = story(aws, "rotate_logs", "i-0abc")

    assert [told.apply({}), told.apply({})] == [{"execution": "exec-1"}] * 2
    first, second = aws.asked("start_automation_execution")
    assert first == second
    assert first == {
        "DocumentName": "rotate-logs",
        "ClientToken": str(UUID("ab" * 16)),
        "Parameters": {"InstanceId": ["i-0abc"]},
    }


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("Pending", ProgressState.RUNNING),
        ("InProgress", ProgressState.RUNNING),
        ("Success", ProgressState.DONE),
        ("TimedOut", ProgressState.FAILED),
        ("Cancelled", ProgressState.FAILED),
        ("Failed", ProgressState.FAILED),
    ],
)
def test_the_execution_says_how_far_it_is(canned: Any, story: Any, status: str, state: ProgressState) -> None:
    told = story(canned(get_automation_execution=_execution(status)), "rotate_logs", "i-0abc")

    assert told.follow({"execution": "exec-1"}).state is state


def test_why_a_runbook_failed_is_told(canned: Any, story: Any) -> None:
    aws = canned(get_automation_execution=_execution("Failed", "Step timed out"))

    assert story(aws, "rotate_logs", "i-0abc").follow({"execution": "exec-1"}).note == (
        "the runbook ended as Failed: Step timed out"
    )
