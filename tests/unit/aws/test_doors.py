"""Step Functions, Bedrock and SNS: what their answers mean to us."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.aws.bedrock import Bedrock
from chalicelib.aws.clients import Aws
from chalicelib.aws.executions import Executions
from chalicelib.aws.notifier import Notifier
from chalicelib.errors import (
    AwsError,
    DeniedError,
    MainstayError,
    ModelUnavailableError,
    ThrottledError,
    UnreachableError,
)
from chalicelib.incidents.chat_messages import Chat
from chalicelib.incidents.messages import Message
from chalicelib.incidents.model import Incident, State
from chalicelib.incidents.step import Step
from chalicelib.incidents.timeline import START
from tests.unit.aws.making import INSTANCE, NOON, a_signal, a_step

MACHINE = "arn:aws:states:eu-west-1:111122223333:stateMachine:mainstay-prod-recovery"


class FakeAws(Aws):
    """Answers always the same, or raises it."""

    def __init__(self, answer: dict[str, Any] | MainstayError) -> None:
        super().__init__(region="eu-west-1")
        self.answer = answer
        self.calls: list[tuple[str, str, dict[str, Any]]] = []

    def read(self, service: str, operation: str, /, **parameters: Any) -> dict[str, Any]:
        self.calls.append((service, operation, parameters))
        if isinstance(self.answer, MainstayError):
            raise self.answer
        return self.answer

    def change(self, service: str, operation: str, /, **parameters: Any) -> dict[str, Any]:
        return self.read(service, operation, **parameters)


@pytest.fixture
def step() -> Step:
    incident = Incident(
        incident_id="inc-1",
        resource=INSTANCE,
        failure="stopped",
        state=State.DETECTING,
        bookmark=START,
        opened_at=NOON,
        failed_at=NOON,
        signals=(a_signal(),),
    )
    return a_step(incident)


# -- executions ---------------------------------------------------------------------------------


def test_a_workflow_is_named_after_its_incident_and_given_its_step(step: Step) -> None:
    aws = FakeAws({})
    Executions(aws, MACHINE).start(step)
    ((service, operation, parameters),) = aws.calls
    assert (service, operation) == ("stepfunctions", "start_execution")
    assert parameters["name"] == "inc-1"
    assert Step.model_validate_json(parameters["input"]) == step


def test_a_second_start_is_no_error(step: Step) -> None:
    Executions(FakeAws(AwsError("ExecutionAlreadyExists")), MACHINE).start(step)


def test_a_start_that_is_refused_is_raised(step: Step) -> None:
    with pytest.raises(DeniedError):
        Executions(FakeAws(DeniedError("AccessDeniedException")), MACHINE).start(step)


@pytest.mark.parametrize("code", ["TaskTimedOut", "TaskDoesNotExist", "InvalidToken"])
def test_an_answer_that_comes_too_late_is_no_error_but_says_so(step: Step, code: str) -> None:
    executions = Executions(FakeAws(AwsError(code)), MACHINE)
    assert executions.answer("token", step) is False
    assert executions.keep_waiting("token") is False


def test_an_answer_that_is_taken_says_so(step: Step) -> None:
    executions = Executions(FakeAws({}), MACHINE)
    assert executions.answer("token", step) is True
    assert executions.keep_waiting("token") is True


def test_an_answer_that_is_refused_is_raised(step: Step) -> None:
    executions = Executions(FakeAws(DeniedError("AccessDeniedException")), MACHINE)
    with pytest.raises(DeniedError):
        executions.answer("token", step)
    with pytest.raises(DeniedError):
        executions.keep_waiting("token")


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        pytest.param({"status": "RUNNING"}, "RUNNING", id="running"),
        pytest.param({"status": "ABORTED"}, "ABORTED", id="stopped"),
        pytest.param(AwsError("ExecutionDoesNotExist"), "", id="never started"),
    ],
)
def test_how_a_workflow_is(answer: dict[str, Any] | MainstayError, status: str) -> None:
    aws = FakeAws(answer)
    assert Executions(aws, MACHINE).status("inc-1") == status
    assert aws.calls[0][2] == {"executionArn": f"{MACHINE.replace('stateMachine', 'execution')}:inc-1"}


def test_a_workflow_that_cannot_be_looked_at_is_not_taken_for_lost() -> None:
    with pytest.raises(DeniedError):
        Executions(FakeAws(DeniedError("AccessDeniedException")), MACHINE).status("inc-1")


# -- the model ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (ThrottledError("slow down"), "the model was throttled"),
        (UnreachableError("no answer"), "the model could not be reached"),
        (AwsError("ValidationException", "secret detail"), "the model refused: ValidationException"),
        (DeniedError("AccessDeniedException"), "the model refused: AccessDeniedException"),
    ],
    ids=["throttled", "down", "refuses", "denied"],
)
def test_whatever_keeps_the_model_from_answering_is_one_error_with_its_reason(
    error: MainstayError, why: str
) -> None:
    with pytest.raises(ModelUnavailableError) as raised:
        Bedrock(FakeAws(error), "model-1")(messages=[])
    assert str(raised.value) == why


def test_the_model_is_asked_once_by_its_id() -> None:
    aws = FakeAws({"output": {}})
    assert Bedrock(aws, "model-1")(messages=["hello"]) == {"output": {}}
    assert aws.calls == [("bedrock-runtime", "converse", {"modelId": "model-1", "messages": ["hello"]})]


# -- messages -----------------------------------------------------------------------------------


MESSAGE = Message(
    subject="[Mainstay] i-0abc was stopped",
    text="Hello,\nit runs again.\n",
    document={"schema": "mainstay.incident.v1", "at": NOON},
    attributes={"type": "incident", "severity": "6", "severity_number": "6", "decision": ""},
    chat=Chat(kind="incident", thread="inc-1", title="i-0abc was stopped", summary="It runs again."),
)
HERE = "arn:aws:sns:eu-west-1:111122223333"


def _notifier(aws: Aws) -> Notifier:
    return Notifier(aws, people=f"{HERE}:people", machines=f"{HERE}:machines")


def test_people_get_a_mail_and_a_chat_message_and_machines_a_document() -> None:
    aws = FakeAws({"MessageId": "message-1"})
    for publish in (_notifier(aws).to_machines, _notifier(aws).to_people):
        assert publish(MESSAGE) == "message-1"
    machines, people = (sent for _, _, sent in aws.calls)
    assert {(service, operation) for service, operation, _ in aws.calls} == {("sns", "publish")}
    assert machines["TopicArn"] == f"{HERE}:machines"
    assert json.loads(machines["Message"])["schema"] == "mainstay.incident.v1"
    assert (people["TopicArn"], people["Subject"]) == (f"{HERE}:people", MESSAGE.subject)
    forms = json.loads(people["Message"])
    assert (forms["email"], forms["sms"]) == (MESSAGE.text, MESSAGE.subject)
    assert json.loads(forms["default"])["metadata"]["threadId"] == "inc-1"


def test_attributes_without_a_value_are_left_out_and_numbers_are_numbers() -> None:
    aws = FakeAws({"MessageId": "message-1"})
    _notifier(aws).to_people(MESSAGE, {"approver": "alice"})
    ((_, _, sent),) = aws.calls
    kinds = {
        name: (value["DataType"], value["StringValue"]) for name, value in sent["MessageAttributes"].items()
    }
    assert kinds == {
        "type": ("String", "incident"),
        "severity": ("String", "6"),
        "severity_number": ("Number", "6"),
        "approver": ("String", "alice"),
    }


def test_the_same_message_has_the_same_id_in_a_chat() -> None:
    aws = FakeAws({"MessageId": "message-1"})
    for message in (MESSAGE, MESSAGE, replace(MESSAGE, text="another")):
        _notifier(aws).to_people(message)
    first, again, other = (
        json.loads(json.loads(sent["Message"])["default"])["id"] for _, _, sent in aws.calls
    )
    assert first == again != other
