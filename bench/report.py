"""How a benchmark shows what it found: tables for people, one JSON document for machines."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from rich.console import Console
from rich.table import Table

_PRINTED_WIDTH = 150
"""Of a table that goes to a file."""


def surroundings() -> dict[str, Any]:
    """When and where something was measured."""
    return {
        "measured_on": f"{datetime.now(UTC):%Y-%m-%d}",
        "cores": os.cpu_count(),
        "machine": platform.machine(),
        "python": platform.python_version(),
    }


def make_table(title: str, headings: Sequence[str], rows: Iterable[Sequence[object]]) -> Table:
    """A table whose columns of numbers, all but the first, are on the right."""
    table = Table(title=title, title_justify="left")
    for position, heading in enumerate(headings):
        table.add_column(heading, justify="right" if position else "left", overflow="fold")
    for row in rows:
        table.add_row(*(_text(cell) for cell in row))
    return table


def show(document: dict[str, Any], parts: Iterable[Table | str], *, as_json: bool) -> None:
    """Print the document, or its tables and remarks."""
    if as_json:
        print(json.dumps(document, indent=2))
        return
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = _PRINTED_WIDTH
    for part in parts:
        console.print(part)
    console.print(
        ", ".join(f"{name} {value}" for name, value in document["surroundings"].items()), style="dim"
    )


def _text(cell: object) -> str:
    if isinstance(cell, float):
        return f"{cell:,.2f}" if cell < 10 else f"{cell:,.0f}"  # noqa: PLR2004 - digits that mean something
    return f"{cell:,}" if isinstance(cell, int) else str(cell)
