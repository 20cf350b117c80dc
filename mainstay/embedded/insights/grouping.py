"""stats: rows to one row for each group."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from operator import attrgetter

from mainstay.embedded.insights.aggregates import Aggregation, aggregation
from mainstay.embedded.insights.evaluating import evaluator
from mainstay.embedded.insights.plan import (
    Aggregate,
    Among,
    Call,
    Expression,
    Field,
    Like,
    Not,
    Operation,
    Stats,
)
from mainstay.embedded.insights.rows import Row
from mainstay.embedded.insights.values import Value

_Key = tuple[Value, ...]


def group_rows(stats: Stats, rows: Iterable[Row], *, of_events: bool) -> Iterator[Row]:
    """Answer the groups in the order in which they were met; without keys there is always one."""
    plan = _Aggregations(of_events=of_events)
    items = [replace(item, expression=plan.take_out(item.expression)) for item in stats.items]
    groups = _collect(stats, rows, plan.begin, of_events=of_events)
    finish = [(item.name, evaluator(item.expression, of_events=False)) for item in items]
    for key, totals in groups.items():
        row = Row(None, "", {item.name: value for item, value in zip(stats.keys, key, strict=True)})
        keys = dict(row.computed)
        row.computed |= {_slot(at): total.result() for at, total in enumerate(totals)}
        for name, compute in finish:
            keys[name] = row.computed[name] = compute(row)
        yield Row(None, "", keys)


def _collect(
    stats: Stats, rows: Iterable[Row], begin: list[Callable[[], Aggregation]], *, of_events: bool
) -> dict[_Key, list[Aggregation]]:
    keys = [evaluator(item.expression, of_events=of_events) for item in stats.keys]
    groups: dict[_Key, list[Aggregation]] = {}
    if not keys:
        groups[()] = [start() for start in begin]
    for row in rows:
        key = tuple([key(row) for key in keys])
        totals = groups.get(key)
        if totals is None:
            totals = groups[key] = [start() for start in begin]
        for total in totals:
            total.add(row)
    return groups


def _slot(at: int) -> str:
    """The name of an aggregation's result: one that no query can write."""
    return f"\0{at}"


class _Aggregations:
    """The aggregations of a stats command, taken out of the expressions around them."""

    def __init__(self, *, of_events: bool) -> None:
        self.begin: list[Callable[[], Aggregation]] = []
        self._of_events = of_events

    def take_out(self, expression: Expression) -> Expression:
        """Answer the expression with each aggregation replaced by the field that will hold its result."""
        match expression:
            case Aggregate():
                self.begin.append(aggregation(expression, of_events=self._of_events))
                return Field(_slot(len(self.begin) - 1))
            case Operation():
                left, right = map(self.take_out, attrgetter("left", "right")(expression))
                return replace(expression, left=left, right=right)
            case Call():
                return replace(expression, arguments=tuple(map(self.take_out, expression.arguments)))
            case Among():
                options = tuple(map(self.take_out, expression.options))
                return replace(expression, operand=self.take_out(expression.operand), options=options)
            case Not() | Like():
                return replace(expression, operand=self.take_out(expression.operand))
        return expression
