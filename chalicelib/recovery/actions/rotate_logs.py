"""Rotate the logs of an instance whose disk is filling. A person always agrees to that first.

A runbook of our own runs a command document of our own, and both are made with the stack: what they run is
fixed there, takes nothing from outside, and is all that our role may run on an instance. Automation keeps
the client token, so a repeated start meets the same execution. Nothing on the instance that we read shows
that it was done: the execution's own success does, and the free space that the next scan finds.
"""

from __future__ import annotations

from typing import Any

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
from chalicelib.resources.model import ReadAws

_GOES_ON = frozenset({"Pending", "InProgress", "Waiting", "Cancelling", "RunbookInProgress"})


class Parameters(Record):
    """The instance is all there is to know."""


def _propose(situation: Situation, read: ReadAws) -> Proposal | None:
    """Only for a running Linux instance on which the SSM agent answers."""
    if situation.observation.attributes.get("state") != "running":
        return None
    agent = _find_agent(situation.resource.id, read)
    if agent.get("PingStatus") != "Online" or agent.get("PlatformType") != "Linux":
        return None
    return Proposal(
        parameters={},
        goal={"exists": True, "state": "running"},
        automatic=False,
        warning=(
            "Logs older than what logrotate and the journal are told to keep are deleted. "
            "A disk that something else fills goes on filling."
        ),
    )


def _find_agent(instance: str, read: ReadAws) -> dict[str, Any]:
    """What SSM knows of the agent on an instance; empty where there is none."""
    answer = read(
        "ssm", "describe_instance_information", Filters=[{"Key": "InstanceIds", "Values": [instance]}]
    )
    return next(iter(answer["InstanceInformationList"]), {})


def _apply(resource: Resource, _parameters: Parameters, tools: Tools) -> Attributes:
    answer = tools.change(
        "ssm",
        "start_automation_execution",
        DocumentName=tools.log_rotation,
        ClientToken=_as_uuid(tools.token),
        Parameters={"InstanceId": [resource.id]},
    )
    return {"execution": answer["AutomationExecutionId"]}


def _as_uuid(token: str) -> str:
    """32 hex digits as Automation wants them."""
    return "-".join((token[:8], token[8:12], token[12:16], token[16:20], token[20:32]))


def _follow(handle: Attributes, read: ReadAws) -> Progress:
    answer = read("ssm", "get_automation_execution", AutomationExecutionId=handle["execution"])
    execution = answer["AutomationExecution"]
    status = execution["AutomationExecutionStatus"]
    if status in _GOES_ON:
        return Progress(state=ProgressState.RUNNING, note=f"the runbook is {status}")
    if status == "Success":
        return Progress(state=ProgressState.DONE, note="the logs are rotated")
    said = str(execution.get("FailureMessage") or "")
    return Progress(state=ProgressState.FAILED, note=f"the runbook ended as {status}: {said}".rstrip(": "))


ROTATE_LOGS = RecoveryAction(
    name="rotate_logs",
    kind=ActionKind.SSM,
    title="rotate the logs of the instance",
    resource_types=("ec2.instance",),
    failures=("disk_filling",),
    parameters=Parameters,
    risk=Risk.MEDIUM,
    automatic=False,
    repeatable=True,
    # The runbook runs in the name of whoever starts it: these are what its one step needs.
    permissions=(
        "ssm:DescribeInstanceInformation",
        "ssm:GetAutomationExecution",
        "ssm:ListCommandInvocations",
        "ssm:ListCommands",
        "ssm:SendCommand",
        "ssm:StartAutomationExecution",
    ),
    propose=_propose,
    apply=_apply,
    progress=_follow,
    reads=("ssm:DescribeInstanceInformation",),
    shows=False,
    # Automation's own limits on how much runs at once.
    too_early=frozenset({"AutomationExecutionLimitExceededException"}),
)
