"""The state machine's executions, one for each incident and named after it."""

from __future__ import annotations

from chalicelib.aws.clients import Aws
from chalicelib.errors import AwsError, NotFoundError
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

    def is_running(self, incident_id: str) -> bool:
        """Whether an incident's workflow is still at work."""
        arn = f"{self._arn.replace(':stateMachine:', ':execution:')}:{incident_id}"
        try:
            answer = self._aws.read("stepfunctions", "describe_execution", executionArn=arn)
        except NotFoundError:
            return False
        except AwsError as error:
            if error.code == "ExecutionDoesNotExist":
                return False
            raise
        return bool(answer["status"] == "RUNNING")
