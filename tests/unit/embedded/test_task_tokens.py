"""Executions are started once, and task tokens are answered once, in time."""

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError

from mainstay.embedded.aws import EmbeddedAws

Machine = Callable[..., str]


@pytest.fixture
def machine(aws: EmbeddedAws) -> Machine:
    """Make a state machine and answer its ARN."""

    def make(states: dict[str, Any], name: str = "probe") -> str:
        definition = {"StartAt": next(iter(states)), "States": states}
        role = f"arn:aws:iam::{aws.account}:role/r"
        return aws.client("stepfunctions").create_state_machine(
            name=name, definition=json.dumps(definition), roleArn=role
        )["stateMachineArn"]

    return make


@pytest.fixture
def ask(queue: Any) -> Callable[..., dict[str, Any]]:
    """A state that puts its token into the queue and waits for an answer."""

    def state(then: str = "", **fields: Any) -> dict[str, Any]:
        return {
            "Type": "Task",
            "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
            "Parameters": {"QueueUrl": queue.url, "MessageBody.$": "$$.Task.Token"},
            **({"Next": then} if then else {"End": True}),
            **fields,
        }

    return state


@pytest.fixture
def client(aws: EmbeddedAws) -> Any:
    return aws.client("stepfunctions")


@pytest.fixture
def ended(client: Any, eventually: Any) -> Callable[[str], dict[str, Any]]:
    """Wait for the end of an execution."""

    def wait(arn: str) -> dict[str, Any]:
        eventually(lambda: client.describe_execution(executionArn=arn)["status"] != "RUNNING")
        return client.describe_execution(executionArn=arn)

    return wait


def _code(call: Callable[..., Any], **parameters: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    return str(caught.value.response["Error"]["Code"])


# -- starting -----------------------------------------------------------------------------------

WAIT = {"Wait": {"Type": "Wait", "Seconds": 30, "End": True}}
PASS = {"Pass": {"Type": "Pass", "End": True}}


def test_the_same_start_of_a_running_execution_is_the_same_execution(client: Any, machine: Machine) -> None:
    start = {"stateMachineArn": machine(WAIT), "name": "one", "input": '{"a":1}'}
    assert client.start_execution(**start)["executionArn"] == client.start_execution(**start)["executionArn"]
    assert _code(client.start_execution, **{**start, "input": "{}"}) == "ExecutionAlreadyExists"


def test_a_name_is_not_used_again_after_the_end(client: Any, machine: Machine, ended: Any) -> None:
    start = {"stateMachineArn": machine(PASS), "name": "one", "input": "{}"}
    ended(client.start_execution(**start)["executionArn"])
    assert _code(client.start_execution, **start) == "ExecutionAlreadyExists"


def test_executions_without_a_name_are_different_ones(client: Any, machine: Machine) -> None:
    arn = machine(PASS)
    first, second = (client.start_execution(stateMachineArn=arn)["executionArn"] for _ in range(2))
    assert first != second


def test_of_many_starts_at_once_one_execution_comes(client: Any, machine: Machine) -> None:
    arn = machine(WAIT)
    with ThreadPoolExecutor(8) as pool:
        calls = [
            pool.submit(client.start_execution, stateMachineArn=arn, name="one", input="{}")
            for _ in range(16)
        ]
    assert len({call.result()["executionArn"] for call in calls}) == 1
    assert len(client.list_executions(stateMachineArn=arn)["executions"]) == 1


def test_who_stops_an_execution_says_why(client: Any, machine: Machine, ended: Any) -> None:
    arn = client.start_execution(stateMachineArn=machine(WAIT))["executionArn"]
    client.stop_execution(executionArn=arn, error="Hung", cause="nobody came")
    described = ended(arn)
    assert (described["status"], described["error"], described["cause"]) == ("ABORTED", "Hung", "nobody came")


# -- answering ----------------------------------------------------------------------------------


def test_a_token_is_answered_once(client: Any, machine: Machine, ask: Any, queue: Any, ended: Any) -> None:
    arn = client.start_execution(stateMachineArn=machine({"Ask": ask("Wait"), **WAIT}))
    answer = {"taskToken": queue.take()["Body"], "output": '{"approved":true}'}
    client.send_task_success(**answer)
    assert _code(client.send_task_success, **answer) == "TaskTimedOut"
    assert _code(client.send_task_failure, taskToken=answer["taskToken"]) == "TaskTimedOut"
    assert _code(client.send_task_heartbeat, taskToken=answer["taskToken"]) == "TaskTimedOut"
    client.stop_execution(executionArn=arn["executionArn"])
    ended(arn["executionArn"])
    assert _code(client.send_task_success, **answer) == "TaskTimedOut"


def test_of_many_answers_at_once_one_counts(
    client: Any, machine: Machine, ask: Any, queue: Any, ended: Any
) -> None:
    arn = client.start_execution(stateMachineArn=machine({"Ask": ask()}))["executionArn"]
    token = queue.take()["Body"]

    def answer(number: int) -> int | None:
        try:
            client.send_task_success(taskToken=token, output=str(number))
        except ClientError:
            return None
        return number

    with ThreadPoolExecutor(8) as pool:
        accepted = [number for number in pool.map(answer, range(8)) if number is not None]
    assert len(accepted) == 1
    assert ended(arn)["output"] == str(accepted[0])


def test_a_token_that_never_was_is_invalid(client: Any) -> None:
    assert _code(client.send_task_success, taskToken="never", output="{}") == "InvalidToken"


def test_an_answer_that_is_not_json_is_refused_and_may_be_given_again(
    client: Any, machine: Machine, ask: Any, queue: Any, ended: Any
) -> None:
    arn = client.start_execution(stateMachineArn=machine({"Ask": ask()}))["executionArn"]
    token = queue.take()["Body"]
    assert _code(client.send_task_success, taskToken=token, output="yes") == "InvalidOutput"
    client.send_task_success(taskToken=token, output='"yes"')
    assert ended(arn)["status"] == "SUCCEEDED"


def test_a_failure_has_its_error_and_cause(
    client: Any, machine: Machine, ask: Any, queue: Any, ended: Any
) -> None:
    arn = client.start_execution(stateMachineArn=machine({"Ask": ask()}))["executionArn"]
    client.send_task_failure(taskToken=queue.take()["Body"], error="Rejected", cause="not today")
    described = ended(arn)
    assert (described["status"], described["error"], described["cause"]) == (
        "FAILED",
        "Rejected",
        "not today",
    )


def test_a_retry_asks_with_a_new_token(
    client: Any, machine: Machine, ask: Any, queue: Any, ended: Any
) -> None:
    retry = [{"ErrorEquals": ["Later"], "IntervalSeconds": 1, "MaxAttempts": 1}]
    arn = client.start_execution(stateMachineArn=machine({"Ask": ask(Retry=retry)}))["executionArn"]
    first = queue.take()["Body"]
    client.send_task_failure(taskToken=first, error="Later")
    second = queue.take()["Body"]
    assert _code(client.send_task_success, taskToken=first, output="1") == "TaskTimedOut"
    client.send_task_success(taskToken=second, output="2")
    assert ended(arn)["output"] == "2"


# -- in time ------------------------------------------------------------------------------------

LIMITS = {"timeout": 60, "heartbeat": 1, "short": 1}


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"TimeoutSeconds": 1}, id="TimeoutSeconds"),
        pytest.param({"TimeoutSecondsPath": "$.short"}, id="TimeoutSecondsPath"),
        pytest.param({"TimeoutSeconds": 60, "HeartbeatSeconds": 1}, id="HeartbeatSeconds"),
        pytest.param(
            {"TimeoutSecondsPath": "$.timeout", "HeartbeatSecondsPath": "$.heartbeat"},
            id="HeartbeatSecondsPath",
        ),
    ],
)
def test_nobody_answers_in_time(
    client: Any, machine: Machine, ask: Any, queue: Any, ended: Any, fields: dict[str, Any]
) -> None:
    catch = [{"ErrorEquals": ["States.Timeout"], "ResultPath": "$.error", "Next": "Pass"}]
    arn = client.start_execution(
        stateMachineArn=machine({"Ask": ask(Catch=catch, **fields), **PASS}), input=json.dumps(LIMITS)
    )["executionArn"]
    token = queue.take()["Body"]
    described = ended(arn)
    assert json.loads(described["output"])["error"]["Error"] == "States.Timeout"
    seconds = (described["stopDate"] - described["startDate"]).total_seconds()
    assert 0.9 < seconds < 1.9
    assert _code(client.send_task_success, taskToken=token, output="{}") == "TaskTimedOut"


def test_heartbeats_keep_it_waiting_until_the_whole_time_is_over(
    client: Any, machine: Machine, ask: Any, queue: Any
) -> None:
    fields = {"TimeoutSecondsPath": "$.timeout", "HeartbeatSecondsPath": "$.heartbeat"}
    arn = client.start_execution(
        stateMachineArn=machine({"Ask": ask(**fields)}), input=json.dumps({**LIMITS, "timeout": 2})
    )["executionArn"]
    token = queue.take()["Body"]
    for _ in range(3):
        time.sleep(0.55)
        client.send_task_heartbeat(taskToken=token)
    assert client.describe_execution(executionArn=arn)["status"] == "RUNNING"
    time.sleep(0.55)
    assert _code(client.send_task_heartbeat, taskToken=token) == "TaskTimedOut"
    assert _code(client.send_task_success, taskToken=token, output="{}") == "TaskTimedOut"
    assert client.describe_execution(executionArn=arn)["error"] == "States.Timeout"


def test_a_heartbeat_that_nobody_asked_for_does_no_harm(
    client: Any, machine: Machine, ask: Any, queue: Any, ended: Any
) -> None:
    arn = client.start_execution(stateMachineArn=machine({"Ask": ask(TimeoutSeconds=60)}))["executionArn"]
    token = queue.take()["Body"]
    client.send_task_heartbeat(taskToken=token)
    client.send_task_success(taskToken=token, output="{}")
    assert ended(arn)["status"] == "SUCCEEDED"
