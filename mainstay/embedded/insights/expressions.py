"""Expressions: text to plan. From weakest to strongest: or, and, not, comparison, + -, * / %, ^, sign."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

from mainstay.embedded.insights.cursor import Cursor
from mainstay.embedded.insights.functions import FUNCTIONS, PERIOD_FUNCTIONS
from mainstay.embedded.insights.lexer import Kind, Token
from mainstay.embedded.insights.plan import (
    Aggregate,
    Among,
    Call,
    Expression,
    Field,
    Item,
    Like,
    Literal,
    Not,
    Operation,
    Period,
)
from mainstay.embedded.insights.regexes import compile_regex
from mainstay.embedded.insights.rows import EVENT_FIELDS

AGGREGATES = frozenset(
    [
        "avg",
        "count",
        "count_distinct",
        "earliest",
        "latest",
        "max",
        "min",
        "pct",
        "stddev",
        "sortsfirst",
        "sortslast",
        "sum",
    ]
)
COMPARISONS = ("=", "!=", "<", "<=", ">", ">=")
RESERVED = frozenset(["and", "or", "not", "like", "in", "as", "by", "true", "false"])
PERIOD_MS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}

_Reader = Callable[[Cursor], Expression]


def read_item(cursor: Cursor) -> Item:
    """Read an expression with or without `as NAME`. Without, its own text is the name."""
    start = cursor.token.start
    expression = read_expression(cursor)
    text = cursor.since(start)
    if cursor.take_word("as"):
        return Item(expression, read_alias(cursor), text)
    return Item(expression, expression.name if isinstance(expression, Field) else text, text)


def read_alias(cursor: Cursor) -> str:
    """Read a new name; those of event fields are taken."""
    token = cursor.token
    if token.value in EVENT_FIELDS:
        raise cursor.error(f"{token.value} cannot be given as a name")
    if token.kind is Kind.WORD:
        cursor.aliases.add(token.value)
    return read_name(cursor)


def read_name(cursor: Cursor) -> str:
    """Read the name of a field. One with an @ must be an event's, or have been given before."""
    token = cursor.token
    if token.kind is Kind.QUOTED_NAME:
        return cursor.take().value
    if token.kind is not Kind.WORD or token.value.lower() in RESERVED:
        raise cursor.unexpected("the name of a field")
    if token.value.startswith("@") and token.value not in EVENT_FIELDS.keys() | cursor.aliases:
        raise cursor.error(f"{token.value} is no field that is known here")
    return cursor.take().value


def read_expression(cursor: Cursor) -> Expression:
    """Read the longest expression that begins here."""
    cursor.enter()
    found = _read_or(cursor)
    cursor.leave()
    return found


def _read_or(cursor: Cursor) -> Expression:
    left = _read_and(cursor)
    while cursor.take_word("or"):
        left = Operation("or", left, _read_and(cursor))
    return left


def _read_and(cursor: Cursor) -> Expression:
    left = _read_not(cursor)
    while cursor.take_word("and"):
        left = Operation("and", left, _read_not(cursor))
    return left


def _read_not(cursor: Cursor) -> Expression:
    if not cursor.take_word("not"):
        return _read_comparison(cursor)
    cursor.enter()
    found = Not(_read_not(cursor))
    cursor.leave()
    return found


def _read_comparison(cursor: Cursor) -> Expression:
    left = _read_sum(cursor)
    if cursor.token.is_symbol(*COMPARISONS):
        return Operation(cursor.take().value, left, _read_sum(cursor))
    if cursor.take_symbol("=~"):
        return _read_pattern(cursor, left)
    if cursor.take_word("not"):
        return Not(_read_membership(cursor, left))
    return _read_membership(cursor, left) if cursor.token.is_word("like", "in") else left


def _read_membership(cursor: Cursor, left: Expression) -> Expression:
    if cursor.take_word("like"):
        return _read_pattern(cursor, left)
    if cursor.take_word("in"):
        return Among(left, _read_options(cursor))
    raise cursor.unexpected("like or in")


def _read_pattern(cursor: Cursor, left: Expression) -> Like:
    token = cursor.take()
    if token.kind is Kind.STRING:
        return Like(left, token.value, is_regex=False)
    if token.kind is not Kind.REGEX:
        raise cursor.error("expected a text in quotes or a regular expression in slashes", token)
    return Like(left, compile_regex(cursor, token).pattern, is_regex=True)


def _read_options(cursor: Cursor) -> tuple[Expression, ...]:
    cursor.expect_symbol("[")
    options = [_read_sum(cursor)]
    while cursor.take_symbol(","):
        options.append(_read_sum(cursor))
    cursor.expect_symbol("]")
    return tuple(options)


def _read_chain(cursor: Cursor, symbols: tuple[str, ...], read_part: _Reader) -> Expression:
    left = read_part(cursor)
    while cursor.token.is_symbol(*symbols):
        operator = cursor.take().value
        left = Operation(operator, left, read_part(cursor))
    return left


def _read_sign(cursor: Cursor) -> Expression:
    if not cursor.take_symbol("-"):
        return _read_chain(cursor, ("^",), _read_value)
    cursor.enter()
    found = Operation("-", Literal(0), _read_sign(cursor))
    cursor.leave()
    return found


_read_product = partial(_read_chain, symbols=("*", "/", "%"), read_part=_read_sign)
_read_sum = partial(_read_chain, symbols=("+", "-"), read_part=_read_product)


# -- values -------------------------------------------------------------------------------------


def _read_value(cursor: Cursor) -> Expression:
    if cursor.token.kind is Kind.STRING:
        return Literal(cursor.take().value)
    if cursor.token.kind is Kind.NUMBER:
        return Literal(_number(cursor.take()))
    if cursor.take_symbol("("):
        found = read_expression(cursor)
        cursor.expect_symbol(")")
        return found
    return _read_named(cursor)


def _number(token: Token) -> int | float:
    return int(token.value) if re.fullmatch("[0-9]{1,15}", token.value) else float(token.value)


def _read_named(cursor: Cursor) -> Expression:
    token = cursor.token
    if token.kind is not Kind.WORD or token.value.lower() in RESERVED:
        return Field(read_name(cursor))
    if token.value.startswith("@"):
        return Field(read_name(cursor))
    cursor.take()
    return _read_call(cursor, token) if cursor.take_symbol("(") else Field(token.value)


def _read_call(cursor: Cursor, token: Token) -> Expression:
    name = token.value.lower()
    if name in AGGREGATES:
        return _read_aggregate(cursor, name, token)
    if name not in FUNCTIONS:
        raise cursor.error(f"{token.value} is no function that is known here", token)
    arguments = _read_arguments(cursor, periods=name in PERIOD_FUNCTIONS)
    few, many = FUNCTIONS[name].takes
    if not few <= len(arguments) <= many:
        raise cursor.error(f"{token.value} does not take {len(arguments)} arguments", token)
    periods = [isinstance(argument, Period) for argument in arguments]
    if name in PERIOD_FUNCTIONS and periods != [False] * (few - 1) + [True]:
        raise cursor.error(f"{token.value} takes a period such as 5m at its end", token)
    return Call(name, arguments)


def _read_arguments(cursor: Cursor, *, periods: bool = False) -> tuple[Expression, ...]:
    arguments: list[Expression] = []
    if cursor.take_symbol(")"):
        return ()
    while True:
        is_period = periods and cursor.token.kind is Kind.PERIOD
        arguments.append(_read_period(cursor) if is_period else read_expression(cursor))
        if not cursor.take_symbol(","):
            break
    cursor.expect_symbol(")")
    return tuple(arguments)


def _read_period(cursor: Cursor) -> Period:
    token = cursor.take()
    number, unit = re.fullmatch(r"([0-9]+)([a-z]+)", token.value).groups()  # type: ignore[union-attr]
    if unit not in PERIOD_MS or len(number) > 9 or not int(number):  # noqa: PLR2004 - thirty years of seconds
        raise cursor.error(f"{token.value} is no period that is known here", token)
    return Period(int(number) * PERIOD_MS[unit])


def _read_aggregate(cursor: Cursor, name: str, token: Token) -> Aggregate:
    if name == "count" and cursor.take_symbol("*"):
        cursor.expect_symbol(")")
        return Aggregate(name, None)
    arguments = _read_arguments(cursor)
    if any(has_aggregate(argument) for argument in arguments):
        raise cursor.error(f"{token.value} cannot contain another aggregation", token)
    if name == "pct":
        return _percentile(cursor, arguments, token)
    if len(arguments) > 1 or (not arguments and name != "count"):
        raise cursor.error(f"{token.value} takes one argument", token)
    return Aggregate(name, arguments[0] if arguments else None)


def _percentile(cursor: Cursor, arguments: tuple[Expression, ...], token: Token) -> Aggregate:
    match arguments:
        case (operand, Literal(value=float() | int() as percent)) if 0 <= percent <= 100:  # noqa: PLR2004
            return Aggregate("pct", operand, float(percent))
    raise cursor.error("pct takes a field and a percentage from 0 to 100", token)


def has_aggregate(expression: Expression) -> bool:
    """Whether there is an aggregation anywhere in it."""
    match expression:
        case Aggregate():
            return True
        case Call(arguments=parts):
            return any(map(has_aggregate, parts))
        case Operation(left=left, right=right):
            return has_aggregate(left) or has_aggregate(right)
        case Among(operand=operand, options=options):
            return any(map(has_aggregate, (operand, *options)))
        case Not(operand=operand) | Like(operand=operand):
            return has_aggregate(operand)
    return False
