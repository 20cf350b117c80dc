"""The stand-in for Bedrock, met by the real bedrock-runtime client."""

import json
import os
from collections.abc import Iterator
from typing import Any, Literal

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError, EndpointConnectionError
from pydantic import BaseModel, ConfigDict, Field

from mainstay.embedded.bedrock import (
    ENDPOINT_VARIABLE,
    BedrockStandIn,
    Behaviour,
    answers_nonsense,
    answers_well,
    answers_with,
    fails,
    is_down,
    throttles,
)


class Impact(BaseModel):
    services: list[str]
    downtime_minutes: float = Field(ge=0)


class Verdict(BaseModel):
    """A schema as a product would force it: references, choices, bounds, optional parts."""

    model_config = ConfigDict(extra="forbid")
    classification: Literal["TAMPERING", "FAILURE"]
    confidence: float = Field(ge=0, le=1)
    severity: int = Field(ge=1, le=10)
    plan_id: str
    note: str | None
    weight: float = Field(ge=0, le=1)
    impact: Impact


@pytest.fixture
def bedrock() -> Iterator[BedrockStandIn]:
    with BedrockStandIn() as stand_in:
        yield stand_in


def _client() -> Any:
    return boto3.client(
        "bedrock-runtime",
        region_name="us-east-1",
        aws_access_key_id="key",
        aws_secret_access_key="secret",
        config=Config(retries={"total_max_attempts": 1}, connect_timeout=2, read_timeout=2),
    )


def _ask(text: str = "the case", *, tool: bool = True) -> dict[str, Any]:
    schema = {"json": Verdict.model_json_schema()}
    config = {
        "tools": [{"toolSpec": {"name": "other", "inputSchema": {"json": {"type": "object"}}}},
                  {"toolSpec": {"name": "assess", "inputSchema": schema}}],
        "toolChoice": {"tool": {"name": "assess"}},
    }  # fmt: skip
    return _client().converse(
        modelId="eu.anthropic.claude-x:0",
        messages=[{"role": "user", "content": [{"text": text}]}],
        **({"toolConfig": config} if tool else {}),
    )


def _tool_use(response: dict[str, Any]) -> dict[str, Any]:
    return response["output"]["message"]["content"][0]["toolUse"]


@pytest.mark.usefixtures("bedrock")
def test_a_good_answer_uses_the_forced_tool_and_satisfies_its_schema() -> None:
    response = _ask()

    assert response["stopReason"] == "tool_use"
    assert _tool_use(response)["name"] == "assess"
    assert Verdict.model_validate(_tool_use(response)["input"]).classification == "FAILURE"


@pytest.mark.usefixtures("bedrock")
def test_a_good_answer_takes_facts_from_the_case() -> None:
    case = {"candidates": [{"plan_id": "start-instance"}], "severity": 8, "confidence": 14}

    answer = Verdict.model_validate(
        _tool_use(_ask(f"Judge {{this}}: {json.dumps(case)} Thank you."))["input"]
    )

    assert (answer.plan_id, answer.severity) == ("start-instance", 8)
    assert answer.confidence == 0.9  # 14 is no confidence


@pytest.mark.usefixtures("bedrock")
def test_without_a_forced_tool_the_answer_is_text() -> None:
    response = _ask(tool=False)

    assert response["stopReason"] == "end_turn"
    assert "text" in response["output"]["message"]["content"][0]


def test_requests_are_recorded_with_their_model(bedrock: BedrockStandIn) -> None:
    _ask("first")
    _ask("second")

    assert [r["messages"][0]["content"][0]["text"] for r in bedrock.requests] == ["first", "second"]
    assert bedrock.requests[0]["modelId"] == "eu.anthropic.claude-x:0"


def test_an_answer_can_be_dictated(bedrock: BedrockStandIn) -> None:
    bedrock.behaviour = answers_with({"plan_id": "p-1"})

    assert _tool_use(_ask())["input"] == {"plan_id": "p-1"}


def test_nonsense_is_refused_by_the_schema(bedrock: BedrockStandIn) -> None:
    bedrock.behaviour = answers_nonsense

    with pytest.raises(ValueError, match="classification"):
        Verdict.model_validate(_tool_use(_ask())["input"])


@pytest.mark.parametrize(
    ("behaviour", "code"),
    [
        pytest.param(throttles, "ThrottlingException", id="throttled"),
        pytest.param(fails, "InternalServerException", id="broken"),
    ],
)
def test_an_error_of_bedrock_reaches_the_client_as_such(
    bedrock: BedrockStandIn, behaviour: Behaviour, code: str
) -> None:
    bedrock.behaviour = behaviour

    with pytest.raises(ClientError) as caught:
        _ask()

    assert caught.value.response["Error"]["Code"] == code


def test_a_model_that_is_down_closes_the_connection(bedrock: BedrockStandIn) -> None:
    bedrock.behaviour = is_down

    with pytest.raises(ConnectionClosedError):
        _ask()


def test_a_stopped_stand_in_refuses_connections(bedrock: BedrockStandIn) -> None:
    bedrock.stop()

    with pytest.raises(EndpointConnectionError):
        _ask()


def test_a_behaviour_may_be_for_some_requests_only(bedrock: BedrockStandIn) -> None:
    bedrock.behave(throttles, when="i-throttled")
    bedrock.behave(answers_with({"plan_id": "p-2"}), when=lambda text: text.startswith("tampered"))

    assert _tool_use(_ask("tampered"))["input"] == {"plan_id": "p-2"}
    assert _tool_use(_ask("anything else"))["input"] == answers_well(bedrock.requests[-1])
    with pytest.raises(ClientError):
        _ask("judge i-throttled")

    bedrock.forget()
    assert _ask("judge i-throttled")["stopReason"] == "tool_use"


def test_the_endpoint_variable_is_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ENDPOINT_VARIABLE, "http://before")

    with BedrockStandIn() as stand_in:
        assert os.environ[ENDPOINT_VARIABLE] == stand_in.url

    assert os.environ[ENDPOINT_VARIABLE] == "http://before"
