"""A query as data: what the parser makes and the runner reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

# -- expressions --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Literal:
    """A number or a text that stands in the query."""

    value: int | float | str


@dataclass(frozen=True)
class Period:
    """A length of time such as 5m, in milliseconds."""

    value: int


@dataclass(frozen=True)
class Field:
    """A field of the log event, or an alias."""

    name: str


@dataclass(frozen=True)
class Call:
    """A function of its arguments; `name` in small letters."""

    name: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True)
class Operation:
    """Two operands and an arithmetic, comparing or Boolean operator."""

    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True)
class Not:
    """What is true where the other is not."""

    operand: Expression


@dataclass(frozen=True)
class Like:
    """Whether a value contains a text or matches a regular expression (Python's)."""

    operand: Expression
    pattern: str
    is_regex: bool


@dataclass(frozen=True)
class Among:
    """Whether a value equals one of several."""

    operand: Expression
    options: tuple[Expression, ...]


@dataclass(frozen=True)
class Aggregate:
    """One number or text for many rows. `parameter` is the percentage of pct."""

    name: str
    operand: Expression | None
    parameter: float | None = None


Expression: TypeAlias = Literal | Period | Field | Call | Operation | Not | Like | Among | Aggregate


@dataclass(frozen=True)
class Item:
    """An expression, the name of its column, and how it was written."""

    expression: Expression
    name: str
    text: str


# -- commands -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Fields:
    """Compute columns, and show them beside those of other `fields` commands."""

    items: tuple[Item, ...]


@dataclass(frozen=True)
class Display:
    """Compute columns, and show these only."""

    items: tuple[Item, ...]


@dataclass(frozen=True)
class Filter:
    """Keep the rows for which the condition is true."""

    condition: Expression


@dataclass(frozen=True)
class Parse:
    """Take names out of a field by a regular expression with one group for each."""

    source: Expression
    pattern: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class Stats:
    """One row for each group of rows with equal keys."""

    items: tuple[Item, ...]
    keys: tuple[Item, ...]


@dataclass(frozen=True)
class SortKey:
    """What to sort by, how it was written, and which way."""

    expression: Expression
    text: str
    descending: bool


@dataclass(frozen=True)
class Sort:
    """Sort by the first key, and where it is equal by the next."""

    keys: tuple[SortKey, ...]


@dataclass(frozen=True)
class Limit:
    """Keep so many rows from the start."""

    count: int


@dataclass(frozen=True)
class Dedup:
    """Keep the first row of each combination of values."""

    names: tuple[str, ...]


@dataclass(frozen=True)
class Pattern:
    """Group texts that differ only in their variable parts."""

    source: Expression


Command: TypeAlias = Fields | Display | Filter | Parse | Stats | Sort | Limit | Dedup | Pattern

ROW_BY_ROW = (Fields, Display, Filter, Parse)
"""Commands that look at no row but the one at hand."""


@dataclass(frozen=True)
class Query:
    """Commands in their order. `text` is what they were read from."""

    text: str
    commands: tuple[Command, ...]
