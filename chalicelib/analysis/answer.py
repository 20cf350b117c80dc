"""The model's answer as an edge: everything in it is checked here, and nothing is believed."""

from __future__ import annotations

import json
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from chalicelib.errors import ModelAnswerError
from chalicelib.incidents.model import Classification, Intent
from chalicelib.redaction import clean_text

A = TypeVar("A", bound=BaseModel)

TOOL = "assess"
NO_CANDIDATE = "none"

_LONGEST = 20_000
_SCHEMA_WORDS = frozenset({"type", "enum", "description"})
_CUT_SHORT = frozenset(
    {
        "max_tokens",
        "model_context_window_exceeded",
        "guardrail_intervened",
        "content_filtered",
        "malformed_model_output",
        "malformed_tool_use",
    }
)


class Answer(BaseModel):
    """What the model may say. Strict: no field more, no text for a number, nothing infinite."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    classification: Classification = Field(
        description="FAILURE: it broke. TAMPERING: it was changed away from its good state. "
        "ANOMALY: unusual, not broken. NORMAL: as intended."
    )
    confidence: float = Field(ge=0, le=1, description="How sure you are of the classification, 0 to 1.")
    severity: int = Field(ge=1, le=10, description="1: nobody notices; 10: data at risk.")
    intent: Intent = Field(description="What the one who caused it seems to have meant.")
    reasoning: str = Field(
        min_length=1, max_length=1200, description="Two or three plain sentences, naming the evidence."
    )
    services: tuple[Annotated[str, Field(max_length=80)], ...] = Field(
        max_length=10, description="Names of services that suffer, at most ten; empty where unknown."
    )
    downtime_minutes: float = Field(
        ge=0, le=43_200, description="Expected minutes until it is well, if nobody acts."
    )
    blast_radius: str = Field(max_length=300, description="Who else is affected, in one sentence.")
    chosen_candidate: str = Field(
        max_length=100, description="Which of the candidates fits best, by id; none where none does."
    )


class _Loose(BaseModel):
    """Of a response's frame only what is used is looked at."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class _ToolUse(_Loose):
    name: str
    input: dict[str, Any]


class _Block(_Loose):
    tool_use: _ToolUse | None = Field(default=None, alias="toolUse")


class _Message(_Loose):
    content: list[_Block]


class _Output(_Loose):
    message: _Message


class _Response(_Loose):
    output: _Output
    stop_reason: str = Field(default="", alias="stopReason")


def answer_schema(candidates: tuple[str, ...]) -> dict[str, Any]:
    """The answer as JSON schema, with the candidates that there are."""
    schema = schema_of(Answer)
    choice: dict[str, Any] = schema["properties"]["chosen_candidate"]
    choice["enum"] = list(dict.fromkeys([*candidates, NO_CANDIDATE]))
    return schema


def schema_of(answer: type[BaseModel]) -> dict[str, Any]:
    """A JSON schema in the subset that strict tools take: no limits, no references.

    Limits on numbers and lengths stand in the descriptions, and are enforced by `validate_answer`.
    """
    written = answer.model_json_schema()
    properties = {
        name: _plain(field, written.get("$defs", {})) for name, field in written["properties"].items()
    }
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _plain(field: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    named = definitions.get(field.get("$ref", "").rpartition("/")[2], {})
    kept = {key: value for key, value in {**named, **field}.items() if key in _SCHEMA_WORDS}
    return kept | ({"items": {"type": field["items"]["type"]}} if "items" in field else {})


def read_answer(response: object, candidates: tuple[str, ...]) -> Answer:
    """The answer in a Converse response; raise ModelAnswerError saying what is wrong with it."""
    answer = validate_answer(response, TOOL, Answer)
    if answer.chosen_candidate not in {*candidates, NO_CANDIDATE}:
        raise ModelAnswerError("chosen_candidate is none of the candidates")
    return answer


def validate_answer(response: object, tool: str, answer: type[A]) -> A:
    """What the one use of a tool in a Converse response says; ModelAnswerError says what is wrong with it."""
    return _validated(_only_tool_use(response, tool).input, answer)


def _only_tool_use(response: object, tool: str) -> _ToolUse:
    try:
        read = _Response.model_validate(response)
    except (ValidationError, RecursionError) as error:
        raise ModelAnswerError("the response has not the form of a Converse response") from error
    if read.stop_reason in _CUT_SHORT:
        raise ModelAnswerError(f"the answer was cut short ({read.stop_reason})")
    uses = [block.tool_use for block in read.output.message.content if block.tool_use]
    if len(uses) != 1 or uses[0].name != tool:
        raise ModelAnswerError(f"the tool {tool} must be used exactly once")
    return uses[0]


def _validated(value: dict[str, Any], answer: type[A]) -> A:
    """By way of JSON text, where strict validation allows no coercion at all."""
    try:
        text = json.dumps(value, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise ModelAnswerError("the answer is not finite, plain JSON") from error
    if len(text) > _LONGEST:
        raise ModelAnswerError(f"the answer is longer than {_LONGEST} characters")
    try:
        return answer.model_validate_json(text)
    except ValidationError as error:
        raise ModelAnswerError(_problems(error)) from error


def _problems(error: ValidationError) -> str:
    """Which fields are wrong and how, without the values: these are text from outside."""
    details = error.errors(include_url=False, include_context=False, include_input=False)
    return "; ".join(
        f"{clean_text('.'.join(str(part) for part in detail['loc']), 60)}: {detail['msg']}"
        for detail in details[:5]
    )
