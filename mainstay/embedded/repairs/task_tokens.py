"""Step Functions: executions are started once, and each task token is answered once, in time.

moto answers a token any number of times, also after its task has timed out; gives a retried task the
token and the outcome of the first attempt; refuses a heartbeat where the task asks for none; drops the
cause of SendTaskFailure and of StopExecution; names every execution that is started without a name
"None"; and says that an execution has succeeded a moment before it knows the output.
"""

from __future__ import annotations

import json
import threading
import uuid
from datetime import UTC, datetime
from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.stepfunctions.parser.api import ExecutionStatus, InvalidOutput, InvalidToken, TaskTimedOut
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import (
    state_task_service_callback as _callback,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.resource import ResourceCondition
from moto.stepfunctions.parser.asl.eval.callback.callback import (
    CallbackOutcome,
    CallbackOutcomeFailure,
    CallbackOutcomeSuccess,
)
from moto.stepfunctions.parser.asl.eval.program_state import ProgramEnded, ProgramError
from moto.stepfunctions.parser.backend.execution import BaseExecutionWorkerCommunication
from moto.stepfunctions.parser.models import StepFunctionsParserBackend, stepfunctions_parser_backends
from moto.stepfunctions.parser.utils import TMP_THREADS
from moto.stepfunctions.responses import StepFunctionResponse

from mainstay.embedded.repairs.replacing import replace

_LOCK = threading.Lock()
"""Starting and answering are decisions that two threads must not both make."""

_Task = _callback.StateTaskServiceCallback
_run_task_as_moto_does = _Task._eval_execution
_describe_as_moto_does = StepFunctionResponse.describe_execution
_end_as_moto_does = BaseExecutionWorkerCommunication._reflect_execution_status
_start_as_moto_does = StepFunctionsParserBackend.start_execution


def install() -> None:
    """Install the repair."""
    replace(_Task, "_eval_execution", _run_task)
    replace(StepFunctionsParserBackend, "start_execution", _start_execution)
    replace(StepFunctionsParserBackend, "send_task_success", _succeed)
    replace(StepFunctionsParserBackend, "send_task_failure", _fail)
    replace(StepFunctionsParserBackend, "send_task_heartbeat", _beat)
    replace(StepFunctionResponse, "send_task_failure", _on_send_task_failure)
    replace(StepFunctionResponse, "stop_execution", _on_stop_execution)
    replace(StepFunctionResponse, "describe_execution", _on_describe_execution)
    replace(BaseExecutionWorkerCommunication, "_reflect_execution_status", _end)


# -- executions ---------------------------------------------------------------------------------


def _start_execution(
    backend: Any,
    state_machine_arn: str,
    name: str | None = None,
    execution_input: str | None = None,
    trace_header: str | None = None,
) -> Any:
    """Start once: the same name with the same input, while it runs, is the same execution."""
    with _LOCK:
        return _start_as_moto_does(
            backend, state_machine_arn, name or str(uuid.uuid4()), execution_input or "{}", trace_header
        )


def _end(ending: Any) -> None:
    """Know the result before anybody sees that the execution has ended."""
    execution = ending.execution
    state = execution.exec_worker.env.program_state()
    if isinstance(state, ProgramEnded):
        execution.output = execution.exec_worker.env.states.get_input()
    elif isinstance(state, ProgramError):
        execution.error, execution.cause = state.error.get("error"), state.error.get("cause")
    _end_as_moto_does(ending)


def _on_describe_execution(handler: Any) -> ActionResult:
    """Answer the output as JSON, also where it is a text, and say when it ended, also when in time-out."""
    answer = _describe_as_moto_does(handler)
    described: Any = answer.result
    execution = handler.stepfunction_backend.describe_execution(described["executionArn"])
    if described["status"] != ExecutionStatus.RUNNING.value:
        described["stopDate"] = execution.stop_date
    if described["status"] == ExecutionStatus.SUCCEEDED.value:
        described["output"] = json.dumps(execution.output)
    return answer


def _on_stop_execution(handler: Any) -> ActionResult:
    execution = handler.stepfunction_backend.describe_execution(handler._get_param("executionArn"))
    if execution.exec_status == ExecutionStatus.RUNNING:
        execution.error, execution.cause = handler._get_param("error"), handler._get_param("cause")
        _stop(execution, error=execution.error, cause=execution.cause)
    return ActionResult({"stopDate": execution.stop_date or datetime.now(UTC)})


def stop_all_executions() -> None:
    """End what runs: nothing of it may happen after a reset."""
    for regions in list(stepfunctions_parser_backends.values()):
        for backend in list(regions.values()):
            for execution in backend._get_executions(ExecutionStatus.RUNNING):
                _stop(execution, error=None, cause=None)
    TMP_THREADS.clear()


def _stop(execution: Any, *, error: str | None, cause: str | None) -> None:
    """Stop, and wake the tasks that wait for an answer: moto leaves their threads until they time out."""
    execution.stop(stop_date=datetime.now(UTC), error=error, cause=cause)
    for endpoint in list(execution.exec_worker.env.callback_pool_manager._pool.values()):
        endpoint.interrupt_all()


# -- tokens -------------------------------------------------------------------------------------


def _run_task(task: Any, env: Any) -> None:
    """Give each attempt its own token, which is good as long as this attempt's frame runs."""
    if task.resource.condition == ResourceCondition.WaitForTaskToken:
        token = env.states.context_object.update_task_token()
        env.callback_pool_manager.add(token).frame = env
    _run_task_as_moto_does(task, env)


def _find(backend: Any, token: str) -> Any:
    """Find the task that waits for this token. InvalidToken: there has never been one."""
    for execution in backend._get_executions():
        env = execution.exec_worker and execution.exec_worker.env
        endpoint = env and env.callback_pool_manager.get(token)
        if endpoint:
            return endpoint
    raise InvalidToken


def _require_waiting(endpoint: Any) -> None:
    """Raise TaskTimedOut where the task was answered before, timed out, or was stopped."""
    if endpoint.get_outcome() is not None or not endpoint.frame.is_running():
        raise TaskTimedOut("Task Timed Out: 'Provided task does not exist anymore'", "TaskTimedOut")


def _answer(backend: Any, token: str, outcome: CallbackOutcome) -> None:
    endpoint = _find(backend, token)
    with _LOCK:
        _require_waiting(endpoint)
        endpoint.notify(outcome)


def _succeed(backend: Any, task_token: str, outcome: str) -> None:
    try:
        json.loads(outcome)
    except ValueError:
        raise InvalidOutput("Invalid Output: 'Invalid JSON in output'", "InvalidOutput") from None
    _answer(backend, task_token, CallbackOutcomeSuccess(task_token, outcome))


def _fail(backend: Any, task_token: str, error: str | None = None, cause: str | None = None) -> None:
    _answer(backend, task_token, CallbackOutcomeFailure(task_token, error, cause))


def _beat(backend: Any, task_token: str) -> None:
    endpoint = _find(backend, task_token)
    _require_waiting(endpoint)
    endpoint.notify_heartbeat()


def _on_send_task_failure(handler: Any) -> EmptyResult:
    handler.stepfunction_backend.send_task_failure(
        handler._get_param("taskToken"), error=handler._get_param("error"), cause=handler._get_param("cause")
    )
    return EmptyResult()
