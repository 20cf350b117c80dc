"""Patterns in brackets, for messages whose fields stand between spaces."""

from __future__ import annotations

import re
from typing import Any

from mainstay.embedded.filters.matching import (
    COMPARISONS,
    Conditions,
    InvalidPatternError,
    Matches,
    Test,
    Token,
    compile_comparison,
    read_tokens,
)

_COLUMN = re.compile(r'"((?:[^"\\]|\\.)*)"|\[([^\]]*)\]|(\S+)')
_ELLIPSIS = "..."


def compile_columns(text: str) -> Matches:
    """Make the function for ``[a, b = x*, ..., c > 5]``."""
    if not text.endswith("]") or len(text) < 2:  # noqa: PLR2004 - both brackets
        raise InvalidPatternError("a pattern that begins with [ ends with ]")
    names: list[str] = []
    tests = [_read_column(part, names) for part in _split(read_tokens(text[1:-1]))]
    if names.count(_ELLIPSIS) > 1 or len(set(names)) < len(names):
        raise InvalidPatternError("names of columns and ... stand once in a pattern")

    def matches(message: str) -> bool:
        columns = _name_columns(names, _read_columns(message))
        return columns is not None and all(test(columns) for test in tests if test)

    return matches


def _split(tokens: list[Token]) -> list[list[Token]]:
    parts: list[list[Token]] = [[]]
    for token in tokens[:-1]:
        if token == Token("symbol", ","):
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def _read_column(tokens: list[Token], names: list[str]) -> Test | None:
    """Read a column's name, and its conditions if it has any."""
    if not tokens:
        raise InvalidPatternError("a column has a name")
    if tokens == [Token("symbol", _ELLIPSIS)]:
        names.append(_ELLIPSIS)
        return None
    name = next((token.text for token in tokens if token.kind == "word"), "")
    names.append(name)
    if tokens == [Token("word", name)]:
        return None
    conditions = Conditions(tokens, _read_condition_of(name))
    test = conditions.read()
    if conditions.token.kind != "end":
        raise conditions.unexpected("&& or ||")
    return test


def _read_condition_of(name: str) -> Any:
    def read(conditions: Conditions) -> Test:
        if conditions.take() != Token("word", name):
            raise InvalidPatternError(f"the conditions of column {name!r} are about that column")
        symbol = conditions.take_symbol(*COMPARISONS)
        if symbol is None or conditions.token.kind not in ("word", "quoted", "regex"):
            raise conditions.unexpected("a comparison with a text, a number or a regular expression")
        compare = compile_comparison(symbol, conditions.take())
        return lambda columns: compare(columns[name])

    return read


def _read_columns(message: str) -> list[str]:
    return [quoted or bracketed or plain for quoted, bracketed, plain in _COLUMN.findall(message)]


def _name_columns(names: list[str], values: list[str]) -> dict[str, str] | None:
    """None where the number of columns is another than the pattern's."""
    if _ELLIPSIS not in names:
        return dict(zip(names, values, strict=True)) if len(names) == len(values) else None
    before = names.index(_ELLIPSIS)
    after = len(names) - before - 1
    if len(values) < before + after:
        return None
    tail = values[len(values) - after :] if after else []
    return dict(zip(names[:before] + names[before + 1 :], values[:before] + tail, strict=True))
