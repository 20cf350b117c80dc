"""Counting the product's AWS calls by incident."""

import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from mainstay.embedded.aws import EmbeddedAws
from mainstay.embedded.calls import WORKFLOW, CallLog, invocation
from mainstay.embedded.personas import ALICE


@pytest.fixture(scope="module")
def aws() -> Iterator[EmbeddedAws]:
    with EmbeddedAws() as embedded:
        yield embedded


@pytest.fixture
def session() -> boto3.Session:
    return boto3.Session()


def _list_queues(session: boto3.Session) -> None:
    session.client("sqs").list_queues()


@pytest.mark.usefixtures("aws")
def test_a_call_belongs_to_the_incident_that_the_payload_names(session: boto3.Session) -> None:
    log = CallLog()
    log.attach(session)

    with invocation("plan_recovery", {"incident_id": "inc-1"}):
        _list_queues(session)
        session.client("ssm").get_parameters(Names=["a"])
    with invocation("plan_recovery", {"incident_id": "inc-2"}):
        _list_queues(session)

    calls = log.entries("inc-1")
    assert [(c.service, c.operation) for c in calls] == [("sqs", "ListQueues"), ("ssm", "GetParameters")]
    assert {c.function for c in calls} == {"plan_recovery"}
    assert calls[0].at.utcoffset() is not None
    assert (log.count("inc-1"), log.count("inc-2"), log.count("inc-3")) == (2, 1, 0)


@pytest.mark.parametrize(
    ("answer", "incident_id"),
    [
        pytest.param({"incidents": [{"incident_id": "inc-1", "new": True}]}, "inc-1", id="one"),
        pytest.param({"incidents": [{"incident_id": "inc-1"}, {"incident_id": "inc-2"}]}, "", id="two"),
        pytest.param({"incidents": []}, "", id="none"),
        pytest.param({"ignored": "why"}, "", id="ignored"),
        pytest.param(None, "", id="nothing"),
    ],
)
@pytest.mark.usefixtures("aws")
def test_the_answer_names_the_incident_of_an_event(
    session: boto3.Session, answer: Any, incident_id: str
) -> None:
    log = CallLog()
    log.attach(session)

    with invocation("on_resource_event", {"detail": {}}) as current:
        _list_queues(session)
        current.answered(answer)

    assert log.count(incident_id) == 1


@pytest.mark.usefixtures("aws")
def test_the_payload_s_incident_outweighs_the_answer_s(session: boto3.Session) -> None:
    log = CallLog()
    log.attach(session)

    with invocation("learn_outcome", {"incident_id": "inc-1"}) as current:
        _list_queues(session)
        current.answered({"incidents": [{"incident_id": "inc-2"}]})

    assert (log.count("inc-1"), log.count("inc-2")) == (1, 0)


@pytest.mark.usefixtures("aws")
def test_a_question_to_a_person_belongs_to_the_incident_of_its_step(session: boto3.Session) -> None:
    log = CallLog()
    log.attach(session)

    with invocation("request_approval", {"token": "t", "step": {"incident_id": "inc-1"}}):
        _list_queues(session)

    assert log.count("inc-1") == 1


@pytest.mark.usefixtures("aws")
def test_each_run_of_a_function_is_told_apart(session: boto3.Session) -> None:
    log = CallLog()
    log.attach(session)
    client = session.client("sqs")

    for _ in range(2):
        with invocation("run_action", {"incident_id": "inc-1"}):
            client.list_queues()
            client.list_queues()

    first, second, third, fourth = (call.run for call in log.entries("inc-1"))
    assert first == second != third == fourth


@pytest.mark.usefixtures("aws")
def test_a_call_outside_any_function_is_not_the_product_s(session: boto3.Session) -> None:
    log = CallLog()
    log.attach(session)

    _list_queues(session)

    assert log.entries("") == []


@pytest.mark.usefixtures("aws")
def test_functions_that_run_at_once_do_not_mix_their_calls(session: boto3.Session) -> None:
    log = CallLog()
    log.attach(session)
    client = session.client("sqs")
    barrier = threading.Barrier(5)

    def work(number: int) -> None:
        with invocation("verify_recovery", {"incident_id": f"inc-{number}"}):
            barrier.wait(5)
            for _ in range(number):
                client.list_queues()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [log.count(f"inc-{number}") for number in range(5)] == [0, 1, 2, 3, 4]


def test_the_workflow_s_own_calls_belong_to_the_incident_it_is_named_after(aws: EmbeddedAws) -> None:
    aws.client("dynamodb").create_table(
        TableName="records",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    queue = aws.client("sqs").create_queue(QueueName="told")["QueueUrl"]
    update = {
        "Type": "Task",
        "Resource": "arn:aws:states:::dynamodb:updateItem",
        "Parameters": {
            "TableName": "records",
            "Key": {"pk": {"S.$": "$$.Execution.Name"}},
            "UpdateExpression": "SET seen = :yes",
            "ExpressionAttributeValues": {":yes": {"BOOL": True}},
        },
        "Next": "Tell",
    }
    tell = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage",
        "Parameters": {"QueueUrl": queue, "MessageBody": "seen"},
        "Next": "Invoke",
    }
    invoke = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": "nobody"},
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Done"}],
        "Next": "Done",
    }
    states = {"Update": update, "Tell": tell, "Invoke": invoke, "Done": {"Type": "Succeed"}}

    with CallLog() as log:
        _run(aws, {"StartAt": "Update", "States": states}, "inc-7")
    _run(aws, {"StartAt": "Update", "States": states}, "inc-8")

    calls = log.entries("inc-7")
    assert [(c.service, c.operation) for c in calls] == [("dynamodb", "UpdateItem"), ("sqs", "SendMessage")]
    assert {c.function for c in calls} == {WORKFLOW}
    assert log.count("inc-8") == 0  # the log was closed by then


def _run(aws: EmbeddedAws, definition: dict[str, Any], name: str) -> None:
    workflows = aws.client("stepfunctions", ALICE)
    role = f"arn:aws:iam::{aws.account}:role/any"
    machine = workflows.create_state_machine(
        name=f"probe-{name}", definition=json.dumps(definition), roleArn=role
    )["stateMachineArn"]
    execution = workflows.start_execution(stateMachineArn=machine, name=name, input="{}")["executionArn"]
    deadline = time.monotonic() + 10
    while (status := workflows.describe_execution(executionArn=execution)["status"]) == "RUNNING":
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert status == "SUCCEEDED", workflows.describe_execution(executionArn=execution)
