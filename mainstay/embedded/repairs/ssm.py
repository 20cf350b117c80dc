"""SSM: runbooks of Automation that run command documents on instances. moto knows neither.

As much of Automation as a runbook of ``aws:runCommand`` steps needs: a client token starts one execution, an
execution takes a while, and what it runs shows in ListCommands.
"""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from moto.core.responses import ActionResult
from moto.ec2.models import ec2_backends
from moto.ssm.exceptions import SSMException
from moto.ssm.responses import SimpleSystemManagerResponse

from mainstay.embedded.later import do_later
from mainstay.embedded.personas import ACCOUNT
from mainstay.embedded.repairs.replacing import replace

RUNNING_SECONDS = 0.3


def install() -> None:
    """Install the repair."""
    replace(SimpleSystemManagerResponse, "start_automation_execution", _start)
    replace(SimpleSystemManagerResponse, "get_automation_execution", _get)
    replace(SimpleSystemManagerResponse, "describe_instance_information", _describe_agents)


# -- agents -------------------------------------------------------------------------------------


def lose_agent(instance_id: str, region: str = "us-east-1") -> None:
    """The agent on this instance answers no more."""
    ec2_backends[ACCOUNT][region].get_instance(instance_id).has_lost_agent = True


def _describe_agents(handler: Any) -> ActionResult:
    """Each instance that runs has an agent."""
    filters = handler._get_param("Filters", [])
    wanted = {name for one in filters if one["Key"] == "InstanceIds" for name in one["Values"]}
    shown = [one for one in _running(handler) if not wanted or one.id in wanted]
    return ActionResult({"InstanceInformationList": [_agent(one) for one in shown]})


def _running(handler: Any) -> list[Any]:
    backend = ec2_backends[handler.current_account][handler.region]
    found = [one for group in backend.reservations.values() for one in group.instances]
    return [one for one in found if one.state == "running"]


def _agent(instance: Any) -> dict[str, Any]:
    lost = getattr(instance, "has_lost_agent", False)
    return {
        "InstanceId": instance.id,
        "PingStatus": "ConnectionLost" if lost else "Online",
        "PlatformType": "Windows" if instance.platform == "windows" else "Linux",
        "AgentVersion": "3.3.2299.0",
    }


# -- executions ---------------------------------------------------------------------------------


def _start(handler: Any) -> ActionResult:
    executions, token = _executions(handler), handler._get_param("ClientToken")
    known = next((one for one in executions.values() if token and one["token"] == token), None)
    execution = known or _begin(handler, token)
    return ActionResult({"AutomationExecutionId": execution["id"]})


def _begin(handler: Any, token: str | None) -> dict[str, Any]:
    name, given = handler._get_param("DocumentName"), handler._get_param("Parameters", {})
    steps = _steps_of(handler, name)
    execution = {"id": str(uuid4()), "document": name, "token": token, "status": "InProgress", "failure": ""}
    _executions(handler)[execution["id"]] = execution
    backend = handler.ssm_backend
    agents = {one.id for one in _running(handler) if not getattr(one, "has_lost_agent", False)}

    def end() -> None:
        for step in steps:
            _run_step(backend, step, given, agents, execution)
        if execution["status"] == "InProgress":
            execution["status"] = "Success"

    do_later(RUNNING_SECONDS, end)
    return execution


def _steps_of(handler: Any, name: str) -> list[dict[str, Any]]:
    documents = handler.ssm_backend._documents
    known = documents[name].get_default_version() if name in documents else None
    if known is None or known.document_type != "Automation":
        raise SSMException("AutomationDefinitionNotFoundException", f"There is no runbook {name}")
    return list(known.mainSteps)


def _run_step(
    backend: Any,
    step: dict[str, Any],
    given: dict[str, list[str]],
    agents: set[str],
    execution: dict[str, Any],
) -> None:
    inputs = step["inputs"]
    instances = [
        value
        for text in inputs["InstanceIds"]
        for value in given.get(text.strip("{} "), [text] if "{{" not in text else [])
    ]
    missing = [name for name in instances if name not in agents]
    if missing or inputs["DocumentName"] not in backend._documents:
        execution.update(
            status="Failed", failure=f"Step fails when it is run: {step['name']}: InvalidInstanceId"
        )
        return
    backend.send_command(
        comment="", document_name=inputs["DocumentName"], timeout_seconds=600, instance_ids=instances,
        max_concurrency="50", max_errors="0", notification_config=None, output_s3_bucket_name="",
        output_s3_key_prefix="", output_s3_region="", parameters={}, service_role_arn="", targets=[],
    )  # fmt: skip


def _get(handler: Any) -> ActionResult:
    execution = _executions(handler).get(handler._get_param("AutomationExecutionId"))
    if execution is None:
        raise SSMException("AutomationExecutionNotFoundException", "There is no such execution")
    return ActionResult(
        {
            "AutomationExecution": {
                "AutomationExecutionId": execution["id"],
                "DocumentName": execution["document"],
                "AutomationExecutionStatus": execution["status"],
                "FailureMessage": execution["failure"],
            }
        }
    )


def _executions(handler: Any) -> dict[str, dict[str, Any]]:
    """Kept on moto's backend, whose reset forgets them."""
    kept: dict[str, dict[str, Any]] = vars(handler.ssm_backend).setdefault("automation_executions", {})
    return kept
