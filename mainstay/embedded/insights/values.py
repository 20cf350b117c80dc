"""What values are in a query: numbers, texts, times, and nothing (a field that the event does not have)."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

Value: TypeAlias = Any
"""int, float, bool, str, Instant or None."""

_NUMBER = re.compile(r"\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EXACT = 2**53
"""Above this, whole numbers are no longer exact where numbers are doubles."""


class Instant(int):
    """Milliseconds since 1970, shown as a date."""


def number_of(value: Value) -> int | float | None:
    """Answer the number that a value is or spells."""
    if isinstance(value, int | float):
        return value
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return _plain(float(value))
    return None


def _plain(number: float) -> int | float:
    return int(number) if abs(number) < _EXACT and number.is_integer() else number


def text_of(value: Value) -> str | None:
    """Write a value as results show it."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, Instant):
        return _date(value)
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    return str(int(value))


def _date(instant: Instant) -> str:
    try:
        at = _EPOCH + timedelta(milliseconds=int(instant))
    except OverflowError:
        return str(int(instant))
    return at.isoformat(" ", "milliseconds").removesuffix("+00:00")


# -- comparing ----------------------------------------------------------------------------------


def equal(left: Value, right: Value) -> bool:
    """Compare as numbers where both are or spell numbers, else as texts. Nothing equals nothing."""
    if left is None or right is None:
        return False
    if isinstance(left, str) and isinstance(right, str) and left == right:
        return True
    numbers = number_of(left), number_of(right)
    if None not in numbers:
        return numbers[0] == numbers[1]
    return text_of(left) == text_of(right)


def comparison(symbol: str) -> Callable[[Value, Value], bool]:
    """Answer the function for a comparing operator.

    A field that is missing is not equal to anything, and neither less nor greater than anything.
    """
    if symbol in ("=", "!="):
        return equal if symbol == "=" else lambda left, right: not equal(left, right)
    return _ordering(_ORDERINGS[symbol])


_ORDERINGS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def _ordering(compare: Callable[[Any, Any], bool]) -> Callable[[Value, Value], bool]:
    def compared(left: Value, right: Value) -> bool:
        numbers = number_of(left), number_of(right)
        if None not in numbers:
            return compare(*numbers)
        if isinstance(left, str) and isinstance(right, str):
            return compare(left, right)
        return False

    return compared


_CHUNK = re.compile("[0-9]+|[^0-9]+")


def sort_key(value: Value) -> tuple[int, Any]:
    """Nothing first, then texts, then numbers. In texts, digits go by their length and then their value.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Sort.html
    """
    if value is None:
        return 0, 0
    number = number_of(value)
    if number is None or math.isnan(number):
        return 1, [_chunk_key(chunk) for chunk in _CHUNK.findall(text_of(value) or "")]
    return 2, number


def _chunk_key(chunk: str) -> tuple[str, int, str]:
    """No other character stands between the digits, so that any of them may stand for all."""
    return ("0", len(chunk), chunk) if chunk[0] in "0123456789" else (chunk, 0, "")


# -- calculating --------------------------------------------------------------------------------


def arithmetic(symbol: str) -> Callable[[Value, Value], Value]:
    """Answer the function for an arithmetic operator: nothing, where there is no finite number."""
    calculate = _ARITHMETIC[symbol]

    def calculated(left: Value, right: Value) -> Value:
        numbers = number_of(left), number_of(right)
        if numbers[0] is None or numbers[1] is None:
            return None
        try:
            return finite(calculate(float(numbers[0]), float(numbers[1])))
        except (ArithmeticError, ValueError):
            return None

    return calculated


def finite(number: Any) -> int | float | None:
    """Answer a number that results can show, whole where it is."""
    if isinstance(number, complex) or not math.isfinite(number):
        return None
    return _plain(float(number))


_ARITHMETIC: dict[str, Callable[[float, float], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "%": math.fmod,
    "^": operator.pow,
}
