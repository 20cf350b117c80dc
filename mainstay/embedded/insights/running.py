"""A plan and the lines of log groups to rows of results."""

from __future__ import annotations

import heapq
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import islice, takewhile
from typing import Any

from mainstay.embedded.insights.evaluating import Evaluate, evaluator
from mainstay.embedded.insights.grouping import group_rows
from mainstay.embedded.insights.parser import USUAL_ROWS
from mainstay.embedded.insights.patterns import PATTERN_COLUMNS, pattern_rows
from mainstay.embedded.insights.plan import (
    ROW_BY_ROW,
    Command,
    Dedup,
    Display,
    Expression,
    Field,
    Fields,
    Filter,
    Item,
    Limit,
    Parse,
    Pattern,
    Query,
    Sort,
    Stats,
)
from mainstay.embedded.insights.rows import Row
from mainstay.embedded.insights.values import sort_key, text_of
from mainstay.embedded.logstore import LogStore, event_bytes

_USUAL_COLUMNS = ("@timestamp", "@message")


@dataclass(frozen=True)
class Source:
    """A log group, named account:group, and the times to read, in milliseconds, both included."""

    log: str
    store: LogStore
    start: int
    end: int


@dataclass
class Outcome:
    """Rows of (field, value), and what it took to find them."""

    rows: list[list[tuple[str, str]]] = field(default_factory=list)
    records_matched: int = 0
    records_scanned: int = 0
    bytes_scanned: int = 0


def run_query(query: Query, sources: Iterable[Source], *, limit: int = USUAL_ROWS) -> Outcome:
    """Run a query over log groups. `limit` holds where the query has none of its own."""
    return _Run(query).run(list(sources), limit)


class _Run:
    """One run: which columns are shown, and whether rows are still log events."""

    def __init__(self, query: Query) -> None:
        self._commands = query.commands
        self._outcome = Outcome()
        self._columns: list[str] = []
        self._grouped: frozenset[str] = frozenset()
        self._of_events = True

    def run(self, sources: list[Source], limit: int) -> Outcome:
        rows = self._scan(sources)
        for command in self._leading():
            rows = self._apply(command, rows, None)
        rows = matched = self._count_matches(rows)
        for at in range(len(self._leading()), len(self._commands)):
            rows = self._apply(self._commands[at], rows, self._wanted_of(at, limit))
        if not self._has_limit():
            rows = islice(rows, limit)
        self._outcome.rows = [self._show(row) for row in rows]
        deque(matched, maxlen=0)  # a limit does not make the scan shorter
        return self._outcome

    def _leading(self) -> list[Command]:
        """Answer the commands before the first that needs more than one row at a time."""
        return list(takewhile(lambda command: isinstance(command, ROW_BY_ROW), self._commands))

    def _has_limit(self) -> bool:
        return any(isinstance(command, Limit) for command in self._commands)

    def _show(self, row: Row) -> list[tuple[str, str]]:
        columns = self._columns or list(_USUAL_COLUMNS)
        shown = [(name, text_of(row.get(name))) for name in columns]
        if self._of_events and "@ptr" not in columns:
            shown.append(("@ptr", text_of(row.get("@ptr"))))
        return [(name, text) for name, text in shown if text is not None]

    # -- where rows come from -------------------------------------------------------------------

    def _scan(self, sources: list[Source]) -> Iterator[Row]:
        """Newest first, as results without a sort are, unless they are to be sorted the other way."""
        newest_first = self._scans_newest_first()
        streams = [self._read(source, newest_first=newest_first) for source in sources]
        if len(streams) == 1:
            return streams[0]
        sign = -1 if newest_first else 1
        return heapq.merge(*streams, key=lambda row: sign * row.line.timestamp)  # type: ignore[union-attr]

    def _scans_newest_first(self) -> bool:
        first = self._first_sort()
        return first is None or not _is_by_time(first) or first.keys[0].descending

    def _first_sort(self) -> Sort | None:
        """Answer the sort that log events come to, if one does."""
        following = self._commands[len(self._leading()) :][:1]
        return following[0] if following and isinstance(following[0], Sort) else None

    def _read(self, source: Source, *, newest_first: bool) -> Iterator[Row]:
        outcome = self._outcome
        read = source.store.read_backwards if newest_first else source.store.read
        for line in read(source.start, source.end):
            outcome.records_scanned += 1
            outcome.bytes_scanned += event_bytes(line.message)
            yield Row(line, source.log, {})

    def _count_matches(self, rows: Iterable[Row]) -> Iterator[Row]:
        for row in rows:
            self._outcome.records_matched += 1
            yield row

    # -- what becomes of them -------------------------------------------------------------------

    def _wanted_of(self, at: int, limit: int) -> int | None:
        """How many rows are wanted of this command; None: all."""
        if at + 1 == len(self._commands):
            return None if self._has_limit() else limit
        following = self._commands[at + 1]
        return following.count if isinstance(following, Limit) else None

    def _apply(self, command: Command, rows: Iterator[Row], wanted: int | None) -> Iterator[Row]:
        match command:
            case Fields(items=items) | Display(items=items):
                shown = self._columns if isinstance(command, Fields) else []
                self._columns = list(dict.fromkeys([*shown, *(item.name for item in items)]))
                return self._compute(items, rows)
            case Filter(condition=condition):
                return filter(self._evaluator(condition), rows)
            case Parse():
                return self._parse(command, rows)
            case Stats() | Pattern():
                return self._aggregate(command, rows)
        return self._choose(command, rows, wanted)

    def _choose(
        self, command: Sort | Limit | Dedup, rows: Iterator[Row], wanted: int | None
    ) -> Iterator[Row]:
        if isinstance(command, Limit):
            return islice(rows, command.count)
        return (
            _dedup(command.names, rows) if isinstance(command, Dedup) else self._sort(command, rows, wanted)
        )

    def _evaluator(self, expression: Expression) -> Evaluate:
        return evaluator(expression, of_events=self._of_events)

    def _named(self, expression: Expression, text: str) -> Evaluate:
        """Behind stats, what is written as one of its columns is that column."""
        is_column = not self._of_events and text in self._grouped
        return self._evaluator(Field(text) if is_column else expression)

    def _compute(self, items: tuple[Item, ...], rows: Iterator[Row]) -> Iterator[Row]:
        wanted = [
            (item.name, self._named(item.expression, item.text))
            for item in items
            if item.expression != Field(item.name)
        ]
        return map(partial(_with_values, wanted), rows) if wanted else rows

    def _parse(self, command: Parse, rows: Iterator[Row]) -> Iterator[Row]:
        read, found = self._evaluator(command.source), re.compile(command.pattern).search
        return map(partial(_with_groups, read, found, command.names), rows)

    def _sort(self, command: Sort, rows: Iterator[Row], wanted: int | None) -> Iterator[Row]:
        if command is self._first_sort() and _is_by_time(command):
            return rows
        keys = [(self._named(key.expression, key.text), key.descending) for key in command.keys]
        by = partial(_sort_by, keys)
        return iter(sorted(rows, key=by) if wanted is None else heapq.nsmallest(wanted, rows, key=by))

    def _aggregate(self, command: Stats | Pattern, rows: Iterator[Row]) -> Iterator[Row]:
        of_events, self._of_events = self._of_events, False
        if isinstance(command, Pattern):
            self._columns = list(PATTERN_COLUMNS)
            return pattern_rows(evaluator(command.source, of_events=of_events), rows)
        self._columns = [item.name for item in (*command.keys, *command.items)]
        self._grouped = frozenset(self._columns)
        return group_rows(command, rows, of_events=of_events)


def _is_by_time(sort: Sort) -> bool:
    return [key.expression for key in sort.keys] == [Field("@timestamp")]


def _with_values(wanted: list[tuple[str, Evaluate]], row: Row) -> Row:
    for name, compute in wanted:
        row.computed[name] = compute(row)
    return row


def _with_groups(
    read: Evaluate, found: Callable[[str], re.Match[str] | None], names: tuple[str, ...], row: Row
) -> Row:
    match = found(text_of(read(row)) or "")
    if match:
        row.computed.update(zip(names, match.groups(), strict=True))
    return row


def _dedup(names: tuple[str, ...], rows: Iterator[Row]) -> Iterator[Row]:
    """Rows that lack one of the fields are all kept."""
    seen: set[tuple[str | None, ...]] = set()
    for row in rows:
        key = tuple(text_of(row.get(name)) for name in names)
        if None in key or key not in seen:
            seen.add(key)
            yield row


def _sort_by(keys: list[tuple[Evaluate, bool]], row: Row) -> list[Any]:
    return [_Backwards(sort_key(of(row))) if down else sort_key(of(row)) for of, down in keys]


class _Backwards:
    """A key that sorts the other way."""

    __slots__ = ("_key",)

    def __init__(self, key: tuple[int, Any]) -> None:
        self._key = key

    def __lt__(self, other: _Backwards) -> bool:
        return other._key < self._key

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Backwards) and self._key == other._key

    __hash__ = None  # type: ignore[assignment]
