"""The functions of one row, in one table.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-operations-functions.html
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mainstay.embedded.insights.values import Instant, Value, finite, number_of, sort_key, text_of


@dataclass(frozen=True)
class Function:
    """What computes a value, and how few and how many arguments it takes."""

    compute: Callable[..., Value]
    takes: tuple[int, int]


PERIOD_FUNCTIONS = frozenset({"bin", "datefloor", "dateceil"})
"""Their last argument is a period."""

MANY = 100


# -- texts --------------------------------------------------------------------------------------


def _of_text(compute: Callable[..., Value]) -> Callable[..., Value]:
    """Answer nothing where a text is missing."""

    def computed(*values: Value) -> Value:
        texts = [text_of(value) for value in values]
        return None if None in texts else compute(*texts)

    return computed


def _concat(*values: Value) -> str:
    return "".join(text_of(value) or "" for value in values)


def _substr(value: Value, start: Value, length: Value = math.inf) -> str | None:
    """`start` counts from 0."""
    text, first, count = text_of(value), _whole(start), number_of(length)
    if text is None or first is None or count is None or first < 0 or count < 0:
        return None
    return text[first : first + min(int(min(count, len(text))), len(text))]


def _replace(text: str, old: str, new: str) -> str:
    return text.replace(old, new) if old else text


def _strcontains(text: str, part: str) -> int:
    return int(part in text)


def _is_empty(value: Value) -> bool:
    return value is None or value == ""


def _is_blank(value: Value) -> bool:
    return value is None or not (text_of(value) or "").strip()


# -- numbers ------------------------------------------------------------------------------------


def _of_number(compute: Callable[..., Any]) -> Callable[..., Value]:
    """Answer nothing where a number is missing or the result is none."""

    def computed(*values: Value) -> Value:
        numbers = [number_of(value) for value in values]
        if None in numbers:
            return None
        try:
            return finite(compute(*numbers))
        except (ArithmeticError, ValueError):
            return None

    return computed


def _whole(value: Value) -> int | None:
    number = number_of(value)
    return int(number) if number is not None and math.isfinite(number) else None


def _coalesce(*values: Value) -> Value:
    return next((value for value in values if value is not None), None)


# -- times --------------------------------------------------------------------------------------


def floor_time(value: Value, period: int) -> Instant | None:
    """Round a time in milliseconds down to the period, in milliseconds too."""
    instant = _whole(value)
    return None if instant is None else Instant(instant - instant % period)


def _ceil_time(value: Value, period: int) -> Instant | None:
    instant = _whole(value)
    return None if instant is None else Instant(instant + -instant % period)


def _from_millis(value: Value) -> Instant | None:
    instant = _whole(value)
    return None if instant is None else Instant(instant)


FUNCTIONS: dict[str, Function] = {
    "bin": Function(floor_time, (1, 1)),  # of @timestamp, which is put before its period
    "datefloor": Function(floor_time, (2, 2)),
    "dateceil": Function(_ceil_time, (2, 2)),
    "frommillis": Function(_from_millis, (1, 1)),
    "tomillis": Function(_whole, (1, 1)),
    "ispresent": Function(lambda value: value is not None, (1, 1)),
    "coalesce": Function(_coalesce, (1, MANY)),
    "isempty": Function(_is_empty, (1, 1)),
    "isblank": Function(_is_blank, (1, 1)),
    "strlen": Function(_of_text(len), (1, 1)),
    "tolower": Function(_of_text(str.lower), (1, 1)),
    "toupper": Function(_of_text(str.upper), (1, 1)),
    "trim": Function(_of_text(str.strip), (1, 2)),
    "ltrim": Function(_of_text(str.lstrip), (1, 2)),
    "rtrim": Function(_of_text(str.rstrip), (1, 2)),
    "concat": Function(_concat, (1, MANY)),
    "replace": Function(_of_text(_replace), (3, 3)),
    "substr": Function(_substr, (2, 3)),
    "strcontains": Function(_of_text(_strcontains), (2, 2)),
    "abs": Function(_of_number(abs), (1, 1)),
    "ceil": Function(_of_number(math.ceil), (1, 1)),
    "floor": Function(_of_number(math.floor), (1, 1)),
    "sqrt": Function(_of_number(math.sqrt), (1, 1)),
    "log": Function(_of_number(math.log), (1, 1)),
    "greatest": Function(_of_number(lambda *numbers: max(numbers, key=sort_key)), (1, MANY)),
    "least": Function(_of_number(lambda *numbers: min(numbers, key=sort_key)), (1, MANY)),
}
"""By name in small letters."""
