"""Expressions of the plan as Python functions of a row."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from typing import Any, TypeAlias

from mainstay.embedded.insights.functions import FUNCTIONS
from mainstay.embedded.insights.plan import (
    Among,
    Call,
    Expression,
    Field,
    Like,
    Literal,
    Not,
    Operation,
    Period,
)
from mainstay.embedded.insights.rows import Row
from mainstay.embedded.insights.values import Value, arithmetic, comparison, equal, text_of

Evaluate: TypeAlias = Callable[[Row], Value]


def evaluator(expression: Expression, *, of_events: bool) -> Evaluate:
    """Make the function that computes it. With `of_events` rows are events whose @fields nobody replaced."""
    make = _MAKERS[type(expression)]
    return make(expression, of_events)


def _literal(literal: Literal | Period, _of_events: bool) -> Evaluate:
    return lambda _row, value=literal.value: value  # type: ignore[misc]


def _field(field: Field, of_events: bool) -> Evaluate:
    if of_events and field.name == "@message":
        return operator.attrgetter("line.message")
    return lambda row, name=field.name: row.get(name)  # type: ignore[misc]


def _call(call: Call, of_events: bool) -> Evaluate:
    compute = FUNCTIONS[call.name].compute
    arguments = [evaluator(argument, of_events=of_events) for argument in call.arguments]
    if call.name == "bin":
        return _bin(compute, call.arguments[0], of_events)
    if len(arguments) == 1:
        return lambda row, argument=arguments[0]: compute(argument(row))  # type: ignore[misc]
    return lambda row: compute(*(argument(row) for argument in arguments))


def _bin(compute: Callable[..., Value], period: Any, of_events: bool) -> Evaluate:
    milliseconds = period.value
    if of_events:
        return lambda row: compute(row.line.timestamp, milliseconds)  # type: ignore[union-attr]
    return lambda row: compute(row.get("@timestamp"), milliseconds)


def _operation(operation: Operation, of_events: bool) -> Evaluate:
    left = evaluator(operation.left, of_events=of_events)
    right = evaluator(operation.right, of_events=of_events)
    if operation.operator == "and":
        return lambda row: bool(left(row)) and bool(right(row))
    if operation.operator == "or":
        return lambda row: bool(left(row)) or bool(right(row))
    compute = _OPERATORS[operation.operator]
    return lambda row: compute(left(row), right(row))


_OPERATORS = {symbol: comparison(symbol) for symbol in ("=", "!=", "<", "<=", ">", ">=")} | {
    symbol: arithmetic(symbol) for symbol in "+-*/%^"
}


def _not(expression: Not, of_events: bool) -> Evaluate:
    operand = evaluator(expression.operand, of_events=of_events)
    return lambda row: not operand(row)


def _like(like: Like, of_events: bool) -> Evaluate:
    operand = evaluator(like.operand, of_events=of_events)
    found = re.compile(like.pattern).search if like.is_regex else None

    def matches(row: Row) -> bool:
        text = text_of(operand(row))
        if text is None:
            return False
        return like.pattern in text if found is None else found(text) is not None

    return matches


def _among(among: Among, of_events: bool) -> Evaluate:
    operand = evaluator(among.operand, of_events=of_events)
    options = [evaluator(option, of_events=of_events) for option in among.options]

    def matches(row: Row) -> bool:
        value = operand(row)
        return any(equal(value, option(row)) for option in options)

    return matches


_MAKERS: dict[type, Callable[[Any, bool], Evaluate]] = {
    Literal: _literal,
    Period: _literal,
    Field: _field,
    Call: _call,
    Operation: _operation,
    Not: _not,
    Like: _like,
    Among: _among,
}
