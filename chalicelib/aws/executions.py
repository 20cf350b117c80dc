"""The state machine's executions, one for each incident and named after it."""

from __future__ import annotations

from chalicelib.aws.clients import Aws
from chalicelib.errors import AwsError
from chalicelib.incidents.step import Step

_TOO_LATE = frozenset({"TaskTimedOut", "TaskDoesNotExist", "InvalidToken"})


class Executions:
    """Starts workflows and hands answers to those that wait for a person."""

    def __init__(self, aws: Aws, state_machine_arn: str) -> None:
        self._aws = aws
        self._arn = state_machine_arn

    def start(self, step: Step) -> None:
        """Start an incident's workflow; the same start again is no second one."""
        try:
            self._aws.read(
                "stepfunctions",
                "start_execution",
                stateMachineArn=self._arn,
                name=step.incident_id,
                input=step.model_dump_json(),
            )
        except AwsError as error:
            if error.code != "ExecutionAlreadyExists":
                raise

    def answer(self, token: str, step: Step) -> bool:
        """Let a waiting workflow go on with this step; False where it waits no more."""
        try:
            self._aws.read(
                "stepfunctions", "send_task_success", taskToken=token, output=step.model_dump_json()
            )
        except AwsError as error:
            if error.code in _TOO_LATE:
                return False
            raise
        return True

    def keep_waiting(self, token: str) -> bool:
        """Tell a waiting workflow that its question still stands; False where it waits no more."""
        try:
            self._aws.read("stepfunctions", "send_task_heartbeat", taskToken=token)
        except AwsError as error:
            if error.code in _TOO_LATE:
                return False
            raise
        return True

    def status(self, incident_id: str) -> str:
        """How an incident's workflow is: RUNNING, or how it ended; empty where it was never started."""
        arn = f"{self._arn.replace(':stateMachine:', ':execution:')}:{incident_id}"
        try:
            answer = self._aws.read("stepfunctions", "describe_execution", executionArn=arn)
        except AwsError as error:
            if error.code == "ExecutionDoesNotExist":
                return ""
            raise
        return str(answer["status"])
