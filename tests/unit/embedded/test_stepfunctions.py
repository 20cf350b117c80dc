"""Moto's interpreter keeps to the States Language."""

import json
import logging
import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from moto.stepfunctions.parser.asl.eval.program_state import ProgramEnded
from moto.stepfunctions.parser.asl.utils import boto_client
from moto.stepfunctions.parser.backend.execution import BaseExecutionWorkerCommunication

from mainstay.embedded.aws import EmbeddedAws

Run = Callable[..., dict[str, Any]]

CAUGHT = {"Type": "Pass", "End": True}


@pytest.fixture
def run(aws: EmbeddedAws, eventually: Any) -> Run:
    """Run a state machine to its end, and answer how it ended."""
    client = aws.client("stepfunctions")

    def run(states: dict[str, Any], given: Any = None, **fields: Any) -> dict[str, Any]:
        definition = {"StartAt": next(iter(states)), "States": states, **fields}
        machine = client.create_state_machine(
            name="probe", definition=json.dumps(definition), roleArn=f"arn:aws:iam::{aws.account}:role/r"
        )["stateMachineArn"]
        arn = client.start_execution(stateMachineArn=machine, input=json.dumps(given or {}))["executionArn"]
        eventually(lambda: client.describe_execution(executionArn=arn)["status"] != "RUNNING")
        return client.describe_execution(executionArn=arn)

    return run


def _catch(*errors: str) -> list[dict[str, Any]]:
    return [{"ErrorEquals": list(errors), "Next": "Caught"}]


def _branch(state: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"Type": "Parallel", "Branches": [{"StartAt": "B", "States": {"B": state}}], "End": True, **fields}


SLOW = {"Type": "Wait", "Seconds": 5, "End": True}
FAILS = {"Type": "Fail", "Error": "States.TaskFailed", "Cause": "so it is"}


# -- errors -------------------------------------------------------------------------------------


def test_an_error_of_the_language_crosses_a_parallel_state(run: Run) -> None:
    states = {"P": _branch(FAILS, Catch=_catch("States.TaskFailed")), "Caught": CAUGHT}
    assert json.loads(run(states)["output"]) == {"Error": "States.TaskFailed", "Cause": "so it is"}


def test_a_fail_state_may_pass_on_an_error_of_the_language(run: Run) -> None:
    fail = {"Type": "Fail", "ErrorPath": "$.Error", "CausePath": "$.Cause"}
    states = {"P": _branch(FAILS, Catch=_catch("States.ALL")), "Caught": fail}
    ended = run(states)
    assert (ended["status"], ended["error"], ended["cause"]) == ("FAILED", "States.TaskFailed", "so it is")


def test_a_functions_timeout_inside_a_branch_is_a_timeout_outside(run: Run, make_function: Any) -> None:
    gate = threading.Event()
    function = make_function("slow", lambda _event, _context: gate.wait(5))
    task = {"Type": "Task", "Resource": function, "TimeoutSeconds": 1, "End": True}
    catch = [*_catch("States.TaskFailed"), *[{"ErrorEquals": ["States.Timeout"], "Next": "Late"}]]
    ended = run({"P": _branch(task, Catch=catch), "Caught": FAILS, "Late": CAUGHT})
    gate.set()
    assert json.loads(ended["output"])["Error"] == "States.Timeout", "TaskFailed is all but a timeout"


def test_an_error_of_the_workflow_itself_cannot_be_caught(run: Run) -> None:
    choice = {"Type": "Pass", "InputPath": "$.never.there", "End": True}
    ended = run({"P": _branch(choice, Catch=_catch("States.ALL")), "Caught": CAUGHT})
    assert (ended["status"], ended["error"]) == ("FAILED", "States.Runtime")


def test_a_functions_error_is_named_by_its_class(run: Run, make_function: Any) -> None:
    class NotHealthyYetError(Exception):
        pass

    def handler(_event: Any, _context: Any) -> None:
        raise NotHealthyYetError("not yet")

    task = {"Type": "Task", "Resource": make_function("f", handler), "Catch": _catch("NotHealthyYetError")}
    ended = run({"T": {**task, "End": True}, "Caught": CAUGHT})
    assert json.loads(json.loads(ended["output"])["Cause"])["errorMessage"] == "not yet"


def test_a_state_that_is_entered_again_has_all_its_retries_again(run: Run, make_function: Any) -> None:
    calls: list[int] = []

    def handler(_event: Any, _context: Any) -> dict[str, bool]:
        calls.append(1)
        if len(calls) % 2:
            raise LookupError
        return {"again": len(calls) < 4}

    task = {
        "Type": "Task",
        "Resource": make_function("f", handler),
        "Retry": [{"ErrorEquals": ["LookupError"], "IntervalSeconds": 1, "MaxAttempts": 1}],
        "Next": "Again",
    }
    again = {
        "Type": "Choice",
        "Choices": [{"Variable": "$.again", "BooleanEquals": True, "Next": "T"}],
        "Default": "Done",
    }
    assert run({"T": task, "Again": again, "Done": {"Type": "Succeed"}})["status"] == "SUCCEEDED"


# -- parameters and results ---------------------------------------------------------------------


def test_times_in_a_result_are_text(aws: EmbeddedAws, run: Run) -> None:
    aws.client("ssm").put_parameter(Name="/probe", Value="1", Type="String")
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::aws-sdk:ssm:getParameter",
        "Parameters": {"Name": "/probe"},
        "ResultSelector": {"at.$": "$.Parameter.LastModifiedDate"},
        "End": True,
    }
    assert json.loads(run({"T": task})["output"])["at"].startswith("20")


def test_results_are_in_pascal_case_whatever_the_service_does(aws: EmbeddedAws, run: Run) -> None:
    aws.client("rds").create_db_instance(
        DBInstanceIdentifier="probe",
        DBInstanceClass="db.t3.micro",
        Engine="postgres",
        MasterUsername="probe",
        MasterUserPassword="made-up-1",
        AllocatedStorage=20,
    )
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::aws-sdk:rds:describeDBInstances",
        "ResultSelector": {"id.$": "$.DbInstances[0].DbInstanceIdentifier"},
        "End": True,
    }
    assert json.loads(run({"T": task})["output"]) == {"id": "probe"}


def test_parameters_are_in_pascal_case_too(run: Run) -> None:
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::aws-sdk:sfn:listExecutions",
        "Parameters": {"StateMachineArn.$": "$$.StateMachine.Id"},
        "ResultSelector": {"running.$": "$.Executions[0].Status"},
        "End": True,
    }
    assert json.loads(run({"T": task})["output"]) == {"running": "RUNNING"}


def test_our_kind_of_update_works_on_a_table(aws: EmbeddedAws, run: Run) -> None:
    client = aws.client("dynamodb")
    client.create_table(
        TableName="incidents",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    key = {"pk": {"S.$": "States.Format('INCIDENT#{}', $.id)"}}
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::dynamodb:updateItem",
        "Parameters": {
            "TableName": "incidents",
            "Key": key,
            "UpdateExpression": "SET executing_since = if_not_exists(executing_since, :at)",
            "ConditionExpression": "attribute_exists(pk)",
            "ExpressionAttributeValues": {":at": {"S.$": "$$.State.EnteredTime"}},
        },
        "ResultPath": None,
        "Catch": _catch("DynamoDB.ConditionalCheckFailedException"),
        "End": True,
    }
    client.put_item(TableName="incidents", Item={"pk": {"S": "INCIDENT#1"}})
    assert json.loads(run({"T": task, "Caught": CAUGHT}, {"id": "1"})["output"]) == {"id": "1"}
    assert (
        "executing_since" in client.get_item(TableName="incidents", Key={"pk": {"S": "INCIDENT#1"}})["Item"]
    )


# -- JSONata ------------------------------------------------------------------------------------


def test_jsonata_and_variables_work_with_quotes_in_text(run: Run) -> None:
    first = {"Type": "Pass", "Assign": {"said": "{% $states.input %}"}, "Next": "B"}
    second = {"Type": "Pass", "Output": {"twice": "{% $said & '!' & $states.input %}"}, "End": True}
    ended = run({"A": first, "B": second}, 'a "b" c', QueryLanguage="JSONata")
    assert json.loads(ended["output"]) == {"twice": 'a "b" c!a "b" c'}


# -- how it runs --------------------------------------------------------------------------------


@pytest.mark.usefixtures("aws")
def test_tasks_share_their_clients() -> None:
    first, second = (boto_client.boto_client_for("us-east-1", "sns") for _ in range(2))
    assert first is second


def test_an_error_does_not_fill_the_log(run: Run, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="moto")
    run({"P": _branch(FAILS, Catch=_catch("States.ALL")), "Caught": CAUGHT})
    assert [
        record for record in caplog.records if "computation" in record.message or len(record.message) > 200
    ] == []


@pytest.mark.usefixtures("aws")
def test_the_result_is_known_before_the_end_is_seen() -> None:
    seen: list[Any] = []

    class Execution:
        output = None

        def __setattr__(self, name: str, value: Any) -> None:
            if name == "exec_status":
                seen.append((value, self.output))
            super().__setattr__(name, value)

    execution = Execution()
    states = SimpleNamespace(get_input=lambda: {"done": True})
    env = SimpleNamespace(program_state=ProgramEnded, states=states)
    execution.exec_worker = SimpleNamespace(env=env)  # type: ignore[attr-defined]
    BaseExecutionWorkerCommunication(execution).terminated()
    assert seen == [("SUCCEEDED", {"done": True})]


# -- the real workflow's own ways ---------------------------------------------------------------


def test_a_parallel_state_may_take_one_branch_for_its_result(run: Run) -> None:
    branches = [
        {"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": {"step": 1}, "End": True}}},
        {"StartAt": "B", "States": {"B": {"Type": "Pass", "End": True}}},
    ]
    state = {
        "Type": "Parallel",
        "Branches": branches,
        "ResultSelector": {"step.$": "$[0]"},
        "OutputPath": "$.step",
        "End": True,
    }
    assert json.loads(run({"P": state})["output"]) == {"step": 1}


def test_one_failing_branch_ends_the_others(run: Run) -> None:
    state = _branch(FAILS, Catch=_catch("States.ALL"))
    state["Branches"].append({"StartAt": "S", "States": {"S": SLOW}})
    ended = run({"P": state, "Caught": CAUGHT})
    assert (ended["stopDate"] - ended["startDate"]).total_seconds() < 2


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("$.list[0].name", "a"),
        ("$.list[0]", {"name": "a"}),
        ("$['a:b']", "quoted"),
        ("$.list[*].name", ["a"]),
        ("$.list[?(@.name=='a')].name", ["a"]),
        ("$..name", ["a"]),
        ("$.list[?(@.name=='z')]", []),
    ],
)
def test_only_a_path_that_may_name_many_places_gives_a_list(run: Run, path: str, value: Any) -> None:
    state = {"Type": "Pass", "InputPath": path, "End": True}
    given = {"list": [{"name": "a"}], "a:b": "quoted"}
    assert json.loads(run({"A": state}, given)["output"]) == value
