"""Commands: text to plan."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise

from mainstay.embedded.insights.cursor import Cursor
from mainstay.embedded.insights.expressions import (
    has_aggregate,
    read_alias,
    read_expression,
    read_item,
    read_name,
)
from mainstay.embedded.insights.lexer import Kind, Token
from mainstay.embedded.insights.plan import (
    ROW_BY_ROW,
    Aggregate,
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
    SortKey,
    Stats,
)
from mainstay.embedded.insights.regexes import compile_regex

USUAL_ROWS = 10_000
"""So many rows has a query that does not say how many."""

MOST_ROWS = 100_000
MOST_STATS = 2
LONGEST_QUERY = 10_000


def parse_query(text: str) -> Query:
    """Read a query; raise MalformedQueryError with what is wrong and where."""
    cursor = Cursor(text)
    if len(text) > LONGEST_QUERY:
        raise cursor.error(f"a query has at most {LONGEST_QUERY} characters")
    commands = [_read_command(cursor)]
    while cursor.take_symbol("|"):
        commands.append(_read_command(cursor))
    if cursor.token.kind is not Kind.END:
        raise cursor.unexpected("| or the end of the query")
    _check_order(cursor, commands)
    return Query(text, tuple(commands))


def _read_command(cursor: Cursor) -> Command:
    token = cursor.take()
    reader = _COMMANDS.get(token.value.lower()) if token.kind is Kind.WORD else None
    if reader is None:
        found = cursor.text[token.start : token.end] or "the end of the query"
        raise cursor.error(f"unexpected symbol found {found}, expected one of {', '.join(_COMMANDS)}", token)
    return reader(cursor)


def _check_order(cursor: Cursor, commands: list[Command]) -> None:
    columns: set[str] = set()
    for command in commands:
        if isinstance(command, Stats):
            columns = {item.name for item in command.items}
        elif isinstance(command, Sort):
            _check_sort(cursor, command, columns)
    if sum(isinstance(command, Stats) for command in commands) > MOST_STATS:
        raise cursor.error(f"a query has at most {MOST_STATS} stats commands")
    for before, command in pairwise(commands):
        if isinstance(command, Pattern) and not isinstance(before, ROW_BY_ROW):
            raise cursor.error("pattern cannot stand behind stats, sort, limit, dedup or pattern")
        if isinstance(before, Dedup) and not isinstance(command, Limit):
            raise cursor.error("only limit can stand behind dedup")


def _check_sort(cursor: Cursor, sort: Sort, columns: set[str]) -> None:
    """An aggregation may stand in a sort only as the name of a column that stats made."""
    unknown = [key.text for key in sort.keys if has_aggregate(key.expression) and key.text not in columns]
    if unknown:
        raise cursor.error(f"{unknown[0]} is no column of stats")


# -- one command each ---------------------------------------------------------------------------


def _read_list(cursor: Cursor) -> tuple[Item, ...]:
    items = [read_item(cursor)]
    while cursor.take_symbol(","):
        items.append(read_item(cursor))
    return tuple(items)


def _without_aggregates(cursor: Cursor, token: Token, *expressions: Expression) -> None:
    if any(map(has_aggregate, expressions)):
        raise cursor.error("aggregations stand in stats only", token)


def _read_plain_list(cursor: Cursor) -> tuple[Item, ...]:
    token = cursor.token
    items = _read_list(cursor)
    _without_aggregates(cursor, token, *(item.expression for item in items))
    return items


def _read_filter(cursor: Cursor) -> Filter:
    token = cursor.token
    condition = read_expression(cursor)
    _without_aggregates(cursor, token, condition)
    return Filter(condition)


def _read_stats(cursor: Cursor) -> Stats:
    token = cursor.token
    items = _read_list(cursor)
    keys = _read_plain_list(cursor) if cursor.take_word("by") else ()
    names = [item.name for item in (*items, *keys)]
    if len(set(names)) < len(names):
        raise cursor.error("two columns have the same name", token)
    earlier: set[str] = set()
    for item in items:
        if not _is_made_of(item.expression, earlier):
            raise cursor.error(f"{item.name} is no aggregation", token)
        earlier.add(item.name)
    return Stats(items, keys)


def _is_made_of(expression: Expression, names: set[str]) -> bool:
    """Whether it is an aggregation, or built upon one or upon earlier columns."""
    return has_aggregate(expression) or bool(_fields_of(expression) & names)


def _fields_of(expression: Expression) -> set[str]:
    if isinstance(expression, Field):
        return {expression.name}
    if isinstance(expression, Aggregate):
        return set()
    parts = [getattr(expression, name, None) for name in ("left", "right", "operand")]
    several = [*getattr(expression, "arguments", ()), *getattr(expression, "options", ())]
    return set().union(*(_fields_of(part) for part in (*parts, *several) if part is not None))


def _read_sort(cursor: Cursor) -> Sort:
    keys = [_read_sort_key(cursor)]
    while cursor.take_symbol(","):
        keys.append(_read_sort_key(cursor))
    return Sort(tuple(keys))


def _read_sort_key(cursor: Cursor) -> SortKey:
    start = cursor.token.start
    expression = read_expression(cursor)
    text = cursor.since(start)
    descending = cursor.take_word("desc")
    if not descending:
        cursor.take_word("asc")
    return SortKey(expression, text, descending)


def _read_limit(cursor: Cursor) -> Limit:
    token = cursor.expect(Kind.NUMBER, "a number of rows")
    if not re.fullmatch("[0-9]{1,6}", token.value) or not 1 <= int(token.value) <= MOST_ROWS:
        raise cursor.error(f"a limit is a whole number from 1 to {MOST_ROWS}", token)
    return Limit(int(token.value))


def _read_dedup(cursor: Cursor) -> Dedup:
    names = [read_name(cursor)]
    while cursor.take_symbol(","):
        names.append(read_name(cursor))
    return Dedup(tuple(names))


def _read_pattern(cursor: Cursor) -> Pattern:
    return Pattern(Field(read_name(cursor)))


# -- parse --------------------------------------------------------------------------------------


def _read_parse(cursor: Cursor) -> Parse:
    source = "@message"
    if cursor.token.kind in (Kind.WORD, Kind.QUOTED_NAME):
        source = read_name(cursor)
    token = cursor.take()
    if token.kind is Kind.STRING:
        return _parse_glob(cursor, Field(source), token)
    if token.kind is Kind.REGEX:
        return _parse_regex(cursor, Field(source), token)
    raise cursor.error("parse takes a text in quotes with * or a regular expression in slashes", token)


def _parse_glob(cursor: Cursor, source: Field, token: Token) -> Parse:
    names = _read_parse_names(cursor)
    stars = token.value.count("*")
    if not stars or stars != len(names):
        raise cursor.error(f"{stars} wildcards but {len(names)} names", token)
    return Parse(source, glob_regex(token.value), names)


def glob_regex(glob: str) -> str:
    """Write a glob as a regular expression: each * as little as fits, one at the end all that is left."""
    parts = [re.escape(part) for part in glob.split("*")]
    if not parts[-1]:
        return "(?s)" + "(.*?)".join(parts[:-1]) + "(.*)"
    return "(?s)" + "(.*?)".join(parts)


def _parse_regex(cursor: Cursor, source: Field, token: Token) -> Parse:
    pattern = compile_regex(cursor, token)
    given = _read_parse_names(cursor)
    named = sorted(pattern.groupindex, key=pattern.groupindex.__getitem__)
    names = given or tuple(named)
    if not names or len(names) != pattern.groups:
        raise cursor.error(f"{pattern.groups} groups but {len(names)} names", token)
    return Parse(source, pattern.pattern, names)


def _read_parse_names(cursor: Cursor) -> tuple[str, ...]:
    if not cursor.take_word("as"):
        return ()
    names = [read_alias(cursor)]
    while cursor.take_symbol(","):
        names.append(read_alias(cursor))
    return tuple(names)


_COMMANDS: dict[str, Callable[[Cursor], Command]] = {
    "fields": lambda cursor: Fields(_read_plain_list(cursor)),
    "display": lambda cursor: Display(_read_plain_list(cursor)),
    "filter": _read_filter,
    "stats": _read_stats,
    "sort": _read_sort,
    "limit": _read_limit,
    "parse": _read_parse,
    "dedup": _read_dedup,
    "pattern": _read_pattern,
}
