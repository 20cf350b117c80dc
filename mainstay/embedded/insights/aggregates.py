"""Aggregations: one value for many rows."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from mainstay.embedded.insights.evaluating import Evaluate, evaluator
from mainstay.embedded.insights.plan import Aggregate
from mainstay.embedded.insights.rows import Row
from mainstay.embedded.insights.values import Instant, Value, finite, number_of, sort_key, text_of


class Aggregation(ABC):
    """What one group of rows has so far."""

    __slots__ = ()

    @abstractmethod
    def add(self, row: Row) -> None:
        """Take a row in."""

    @abstractmethod
    def result(self) -> Value:
        """Answer the value; nothing where no row had one."""


class _CountAll(Aggregation):
    __slots__ = ("_count",)

    def __init__(self) -> None:
        self._count = 0

    def add(self, row: Row) -> None:
        self._count += 1

    def result(self) -> Value:
        return self._count


class _CountPresent(Aggregation):
    __slots__ = ("_count", "_of")

    def __init__(self, of: Evaluate) -> None:
        self._of, self._count = of, 0

    def add(self, row: Row) -> None:
        self._count += self._of(row) is not None

    def result(self) -> Value:
        return self._count


class _Distinct(Aggregation):
    __slots__ = ("_of", "_seen")

    def __init__(self, of: Evaluate) -> None:
        self._of: Evaluate = of
        self._seen: set[str | None] = set()

    def add(self, row: Row) -> None:
        self._seen.add(text_of(self._of(row)))

    def result(self) -> Value:
        return len(self._seen - {None})


class _Numbers(Aggregation):
    """All numbers of a group, for what needs them."""

    __slots__ = ("_compute", "_numbers", "_of")

    def __init__(self, of: Evaluate, compute: Callable[[list[float]], float]) -> None:
        self._of, self._compute = of, compute
        self._numbers: list[float] = []

    def add(self, row: Row) -> None:
        number = number_of(self._of(row))
        if number is not None and math.isfinite(number):
            self._numbers.append(float(number))

    def result(self) -> Value:
        try:
            return finite(self._compute(self._numbers)) if self._numbers else None
        except ArithmeticError:
            return None


class _Extreme(Aggregation):
    """The value whose rank is lowest, or with `sign` -1 highest."""

    __slots__ = ("_best", "_of", "_rank", "_takes")

    def __init__(self, of: Evaluate, rank: Callable[[Row, Value], Any], *, highest: bool) -> None:
        self._of, self._rank = of, rank
        self._takes: Callable[[Any, Any], bool] = _greater if highest else _less
        self._best: tuple[Any, Value] | None = None

    def add(self, row: Row) -> None:
        value = self._of(row)
        if value is None:
            return
        rank = self._rank(row, value)
        if self._best is None or self._takes(rank, self._best[0]):
            self._best = rank, value

    def result(self) -> Value:
        return None if self._best is None else self._best[1]


def _less(one: Any, other: Any) -> bool:
    return bool(one < other)


def _greater(one: Any, other: Any) -> bool:
    return bool(one > other)


def _time(row: Row, _value: Value) -> tuple[int, int]:
    return (row.line.timestamp, row.line.number) if row.line else (0, 0)


def _text(_row: Row, value: Value) -> str:
    return text_of(value) or ""


def _size(_row: Row, value: Value) -> tuple[int, Any]:
    return sort_key(value)


def _in_milliseconds(of: Evaluate) -> Evaluate:
    """The least and the greatest time are numbers, for fromMillis to show."""

    def read(row: Row) -> Value:
        value = of(row)
        return int(value) if isinstance(value, Instant) else value

    return read


def _average(numbers: list[float]) -> float:
    return math.fsum(numbers) / len(numbers)


def _deviation(numbers: list[float]) -> float:
    mean = _average(numbers)
    return math.sqrt(math.fsum((number - mean) ** 2 for number in numbers) / len(numbers))


def _percentile(percent: float) -> Callable[[list[float]], float]:
    """Between two values in proportion, as most tools do."""

    def compute(numbers: list[float]) -> float:
        ordered = sorted(numbers)
        at = (len(ordered) - 1) * percent / 100
        low = math.floor(at)
        high = min(low + 1, len(ordered) - 1)
        return ordered[low] + (ordered[high] - ordered[low]) * (at - low)

    return compute


def aggregation(aggregate: Aggregate, *, of_events: bool) -> Callable[[], Aggregation]:
    """Answer what begins this aggregation for one more group."""
    if aggregate.operand is None:
        return _CountAll
    of = evaluator(aggregate.operand, of_events=of_events)
    if aggregate.name == "pct":
        compute = _percentile(aggregate.parameter or 0.0)
        return lambda: _Numbers(of, compute)
    begin = _BEGIN[aggregate.name]
    return lambda: begin(of)


_BEGIN: dict[str, Callable[[Evaluate], Aggregation]] = {
    "count": _CountPresent,
    "count_distinct": _Distinct,
    "sum": lambda of: _Numbers(of, math.fsum),
    "avg": lambda of: _Numbers(of, _average),
    "stddev": lambda of: _Numbers(of, _deviation),
    "min": lambda of: _Extreme(_in_milliseconds(of), _size, highest=False),
    "max": lambda of: _Extreme(_in_milliseconds(of), _size, highest=True),
    "earliest": lambda of: _Extreme(of, _time, highest=False),
    "latest": lambda of: _Extreme(of, _time, highest=True),
    "sortsfirst": lambda of: _Extreme(of, _text, highest=False),
    "sortslast": lambda of: _Extreme(of, _text, highest=True),
}
