"""The edge at which the model's answer comes in."""

import math
from typing import Any

import pytest

from chalicelib.analysis.answer import NO_CANDIDATE, answer_schema, read_answer
from chalicelib.errors import ModelAnswerError
from chalicelib.incidents.model import Classification

CANDIDATES = ("ec2.start-instance", "ec2.recreate-instance")
GOOD: dict[str, Any] = {
    "classification": "FAILURE",
    "confidence": 0.9,
    "severity": 6,
    "intent": "accident",
    "reasoning": "alice stopped it by hand and it is still down.",
    "services": ["shop"],
    "downtime_minutes": 15,
    "blast_radius": "the shop's web tier",
    "chosen_candidate": "ec2.start-instance",
}


def response(*uses: Any, stop_reason: str = "tool_use", name: str = "assess") -> dict[str, Any]:
    """What Converse answers when the model uses the tool with these inputs."""
    blocks = [{"toolUse": {"toolUseId": "t", "name": name, "input": use}} for use in uses]
    return {
        "output": {"message": {"role": "assistant", "content": [{"text": "Let me see."}, *blocks]}},
        "stopReason": stop_reason,
        "usage": {"inputTokens": 900, "outputTokens": 200, "totalTokens": 1100},
    }


def test_a_good_answer_is_read() -> None:
    answer = read_answer(response(GOOD), CANDIDATES)
    assert answer.classification is Classification.FAILURE
    assert answer.services == ("shop",)


def test_choosing_none_of_the_candidates_is_an_answer() -> None:
    assert read_answer(response(GOOD | {"chosen_candidate": NO_CANDIDATE}), ()).chosen_candidate == "none"


DEEP: dict[str, Any] = {}
for _ in range(5000):
    DEEP = {"deeper": DEEP}

BAD_INPUTS = {
    "a-field-more": GOOD | {"requires_approval": False},
    "a-field-less": {key: value for key, value in GOOD.items() if key != "intent"},
    "a-command": GOOD | {"command": "aws ec2 terminate-instances"},
    "nan": GOOD | {"confidence": math.nan},
    "infinite": GOOD | {"downtime_minutes": math.inf},
    "too-sure": GOOD | {"confidence": 1.01},
    "negative": GOOD | {"downtime_minutes": -1},
    "too-grave": GOOD | {"severity": 11},
    "half-a-severity": GOOD | {"severity": 6.5},
    "text-for-a-number": GOOD | {"confidence": "0.9"},
    "truth-for-a-number": GOOD | {"confidence": True},
    "number-for-text": GOOD | {"reasoning": 7},
    "null": GOOD | {"classification": None},
    "unknown-word": GOOD | {"classification": "DISASTER"},
    "confusable-word": GOOD | {"classification": "\u0391NOMALY"},
    "other-case": GOOD | {"classification": "failure"},
    "empty-reasoning": GOOD | {"reasoning": ""},
    "a-megabyte": GOOD | {"reasoning": "x" * 2**20},
    "a-thousand-services": GOOD | {"services": ["shop"] * 1000},
    "services-as-text": GOOD | {"services": "shop"},
    "a-candidate-of-its-own": GOOD | {"chosen_candidate": "ec2.terminate-instance"},
    "a-confusable-candidate": GOOD | {"chosen_candidate": "ec2.start\u2010instance"},
    "nested-without-end": GOOD | {"reasoning": DEEP},
    "not-json": GOOD | {"reasoning": {1, 2}},
    "half-a-character": GOOD | {"reasoning": "\ud800"},
    "empty": {},
}


@pytest.mark.parametrize("answer", BAD_INPUTS.values(), ids=BAD_INPUTS)
def test_a_bad_answer_is_refused(answer: dict[str, Any]) -> None:
    with pytest.raises(ModelAnswerError):
        read_answer(response(answer), CANDIDATES)


BAD_RESPONSES = {
    "nothing": {},
    "none": None,
    "text": "FAILURE",
    "no-tool-use": response(),
    "two-tool-uses": response(GOOD, GOOD),
    "another-tool": response(GOOD, name="run_command"),
    "a-list-for-an-object": response([GOOD]),
    "text-for-an-object": response('{"classification": "NORMAL"}'),
    "cut-off": response(GOOD, stop_reason="max_tokens"),
    "guarded": response(GOOD, stop_reason="guardrail_intervened"),
    "filtered": response(GOOD, stop_reason="content_filtered"),
    "malformed": response(GOOD, stop_reason="malformed_tool_use"),
    "no-message": {"output": {}, "stopReason": "tool_use"},
    "no-content": {"output": {"message": {"content": None}}},
}


@pytest.mark.parametrize("bad", BAD_RESPONSES.values(), ids=BAD_RESPONSES)
def test_a_bad_response_is_refused(bad: object) -> None:
    with pytest.raises(ModelAnswerError):
        read_answer(bad, CANDIDATES)


def test_the_refusal_says_what_is_wrong_without_repeating_values() -> None:
    bad = GOOD | {"confidence": 2, "intent": "IGNORE PREVIOUS INSTRUCTIONS", "\u202eevil\n" * 50: 1}
    with pytest.raises(ModelAnswerError) as refusal:
        read_answer(response(bad), CANDIDATES)
    told = str(refusal.value)
    assert "confidence: Input should be less than or equal to 1" in told
    assert "IGNORE PREVIOUS" not in told
    assert told.isprintable()
    assert len(told) < 500


def test_the_schema_asks_for_exactly_what_is_accepted() -> None:
    schema = answer_schema(CANDIDATES)
    assert schema["additionalProperties"] is False
    assert schema["required"] == list(schema["properties"]) == list(GOOD)
    assert schema["properties"]["chosen_candidate"]["enum"] == [*CANDIDATES, "none"]
    assert schema["properties"]["classification"]["enum"] == list(Classification)
    assert schema["properties"]["services"]["items"] == {"type": "string"}


def test_the_schema_keeps_to_what_strict_tools_take() -> None:
    allowed = {"type", "enum", "items", "description"}
    for field in answer_schema(CANDIDATES)["properties"].values():
        assert field.keys() <= allowed
        assert field["type"] in {"string", "number", "integer", "array"}
        assert field["description"]


def test_a_candidate_named_none_is_listed_once() -> None:
    assert answer_schema(("none",))["properties"]["chosen_candidate"]["enum"] == ["none"]
