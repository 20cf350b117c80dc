"""Runbooks run command documents on instances, once for each token."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from mainstay.embedded.aws import EmbeddedAws
from mainstay.embedded.personas import GHOST
from mainstay.embedded.repairs.ssm import lose_agent

COMMAND = {
    "schemaVersion": "2.2",
    "mainSteps": [{"name": "tidy", "action": "aws:runShellScript", "inputs": {"runCommand": ["true"]}}],
}
RUNBOOK = {
    "schemaVersion": "0.3",
    "parameters": {"InstanceId": {"type": "String"}},
    "mainSteps": [
        {
            "name": "tidy",
            "action": "aws:runCommand",
            "inputs": {"DocumentName": "tidy-command", "InstanceIds": ["{{ InstanceId }}"]},
        }
    ],
}


@pytest.fixture
def instance(aws: EmbeddedAws, eventually: Callable[..., Any]) -> str:
    client = aws.client("ec2", GHOST)
    made = client.run_instances(ImageId="ami-1", MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]
    eventually(lambda: _state(client, made) == "running")
    return str(made)


def _state(client: Any, instance: str) -> str:
    found = client.describe_instances(InstanceIds=[instance])["Reservations"][0]["Instances"][0]
    return str(found["State"]["Name"])


@pytest.fixture
def ssm(aws: EmbeddedAws) -> Any:
    client = aws.client("ssm", GHOST)
    for name, kind, content in (("tidy-command", "Command", COMMAND), ("tidy", "Automation", RUNBOOK)):
        client.create_document(Name=name, DocumentType=kind, Content=json.dumps(content))
    return client


def _start(ssm: Any, instance: str, token: str) -> str:
    answer = ssm.start_automation_execution(
        DocumentName="tidy", ClientToken=token, Parameters={"InstanceId": [instance]}
    )
    return str(answer["AutomationExecutionId"])


def _status(ssm: Any, execution: str) -> str:
    found = ssm.get_automation_execution(AutomationExecutionId=execution)["AutomationExecution"]
    return str(found["AutomationExecutionStatus"])


def _commands(ssm: Any, instance: str) -> list[str]:
    return [one["DocumentName"] for one in ssm.list_commands(InstanceId=instance)["Commands"]]


def test_a_runbook_runs_its_command_after_a_while(
    ssm: Any, instance: str, eventually: Callable[..., Any]
) -> None:
    execution = _start(ssm, instance, str(uuid4()))

    assert (_status(ssm, execution), _commands(ssm, instance)) == ("InProgress", [])
    eventually(lambda: _status(ssm, execution) == "Success")
    assert _commands(ssm, instance) == ["tidy-command"]


def test_the_same_token_meets_the_same_execution(
    ssm: Any, instance: str, eventually: Callable[..., Any]
) -> None:
    token = str(uuid4())

    first, again, other = (_start(ssm, instance, one) for one in (token, token, str(uuid4())))

    assert first == again != other
    eventually(lambda: {_status(ssm, one) for one in (first, other)} == {"Success"})
    assert len(_commands(ssm, instance)) == 2


def test_a_runbook_fails_where_no_agent_answers(
    ssm: Any, instance: str, eventually: Callable[..., Any]
) -> None:
    lose_agent(instance)

    execution = _start(ssm, instance, str(uuid4()))

    eventually(lambda: _status(ssm, execution) == "Failed")
    assert _commands(ssm, instance) == []


def test_only_a_runbook_can_be_run_as_one(ssm: Any, instance: str) -> None:
    with pytest.raises(ClientError, match="AutomationDefinitionNotFoundException"):
        ssm.start_automation_execution(DocumentName="tidy-command", Parameters={"InstanceId": [instance]})


def test_an_unknown_execution_is_not_found(ssm: Any) -> None:
    with pytest.raises(ClientError, match="AutomationExecutionNotFoundException"):
        ssm.get_automation_execution(AutomationExecutionId=str(uuid4()))


def test_an_instance_that_runs_has_an_agent(aws: EmbeddedAws, ssm: Any, instance: str) -> None:
    filters = [{"Key": "InstanceIds", "Values": [instance]}]

    def agents() -> list[str]:
        found = ssm.describe_instance_information(Filters=filters)["InstanceInformationList"]
        return [one["PingStatus"] for one in found]

    seen = [agents()]
    lose_agent(instance)
    seen.append(agents())
    aws.client("ec2", GHOST).stop_instances(InstanceIds=[instance])
    seen.append(agents())

    assert seen == [["Online"], ["ConnectionLost"], []]
