"""The command line: ``mainstay``, the same as ``python -m mainstay``."""

from __future__ import annotations

import json
import sys
from typing import Annotated

import typer
from rich.console import Console

app = typer.Typer(
    name="mainstay",
    help="Auto-remediation for AWS that you can backtest, undo and switch off.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)


@app.callback()
def main() -> None:
    """Auto-remediation for AWS that you can backtest, undo and switch off."""


@app.command(epilog="Example: mainstay demo --scenario stopped --scenario storm")
def demo(
    scenario: Annotated[
        list[str] | None, typer.Option(help="Play only this one; may be given more than once.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document instead.")] = False,
    names: Annotated[bool, typer.Option("--list", help="Name the scenarios and stop.")] = False,
) -> None:
    """Break real (embedded) resources, heal them, and show each timeline and a summary.

    Needs no AWS account. Exits 0 only if every scenario ended as it should.
    """
    from mainstay.demo.scenarios import SCENARIOS  # noqa: PLC0415 - moto is slow to import

    if names:
        for one in SCENARIOS.values():
            print(f"{one.name:<12} {one.title}")  # noqa: T201 - what was asked for
        return
    unknown = [name for name in scenario or [] if name not in SCENARIOS]
    if unknown:
        fail(f"there is no scenario {unknown[0]!r}; there are {', '.join(SCENARIOS)}")
    from mainstay.demo.run import run_demo  # noqa: PLC0415

    console = Console(stderr=as_json, quiet=as_json)
    document = run_demo([SCENARIOS[name] for name in scenario or SCENARIOS], console)
    if as_json:
        print(json.dumps(document, indent=2))  # noqa: T201 - what was asked for
    raise typer.Exit(0 if document["ok"] else 1)


def fail(message: str) -> None:
    """One line on standard error, and exit code 2."""
    print(f"mainstay: {message}", file=sys.stderr)  # noqa: T201 - it is a command line
    raise typer.Exit(2)
