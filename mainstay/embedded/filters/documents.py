"""Patterns in braces, for messages that are JSON objects."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from mainstay.embedded.filters.matching import (
    COMPARISONS,
    Conditions,
    InvalidPatternError,
    Matches,
    Test,
    compile_comparison,
    read_tokens,
)

_STEP = re.compile(r"\.([\w\-]+)|\[(\d{1,6})\]", re.ASCII)
_MISSING = object()


def compile_document(text: str) -> Matches:
    """Make the function for ``{ ... }``. What is no JSON object matches nothing."""
    if not text.endswith("}") or len(text) < 2:  # noqa: PLR2004 - both braces
        raise InvalidPatternError("a pattern that begins with { ends with }")
    conditions = Conditions(read_tokens(text[1:-1]), _read_condition)
    test = conditions.read()
    if conditions.token.kind != "end":
        raise conditions.unexpected("&&, || or }")

    def matches(message: str) -> bool:
        document = _read_object(message)
        return document is not None and test(document)

    return matches


def _read_object(message: str) -> dict[str, Any] | None:
    if not message.lstrip().startswith("{"):
        return None
    try:
        document = json.loads(message)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def _read_condition(conditions: Conditions) -> Test:
    if conditions.token.kind != "selector":
        raise conditions.unexpected("a property such as $.level")
    select = _compile_selector(conditions.take().text)
    symbol = conditions.take_symbol(*COMPARISONS)
    if symbol is None:
        return _read_state(conditions, select)
    if conditions.token.kind not in ("word", "quoted", "regex"):
        raise conditions.unexpected("a text, a number or a regular expression")
    compare = compile_comparison(symbol, conditions.take())
    return lambda document: _is_scalar(value := select(document)) and compare(value)


def _read_state(conditions: Conditions, select: Callable[[Any], Any]) -> Test:
    words = conditions.take().text.upper(), conditions.take().text.upper()
    if words == ("NOT", "EXISTS"):
        return lambda document: select(document) is _MISSING
    if words[0] == "IS" and words[1] in _STATES:
        wanted = _STATES[words[1]]
        return lambda document: select(document) is wanted
    raise InvalidPatternError(
        f"expected a comparison, IS NULL or NOT EXISTS, found {' '.join(words).strip()}"
    )


_STATES: dict[str, bool | None] = {"NULL": None, "TRUE": True, "FALSE": False}


def _is_scalar(value: Any) -> bool:
    """Only texts and numbers are compared: a list, an object or nothing neither equals nor differs."""
    return isinstance(value, str | int | float) and not isinstance(value, bool)


def _compile_selector(selector: str) -> Callable[[Any], Any]:
    steps: list[str | int] = [name or int(index) for name, index in _STEP.findall(selector.removeprefix("$"))]

    def select(document: Any) -> Any:
        for step in steps:
            if isinstance(step, str):
                document = document.get(step, _MISSING) if isinstance(document, dict) else _MISSING
            else:
                inside = isinstance(document, list) and step < len(document)
                document = document[step] if inside else _MISSING
        return document

    return select
