"""The command ``demo``."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from mainstay.completing import complete_demo_scenario
from mainstay.failing import fail, operating


def demo(
    scenario: Annotated[
        list[str] | None,
        typer.Option(
            help="Play only this one; may be given more than once.", autocompletion=complete_demo_scenario
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document instead.")] = False,
    names: Annotated[bool, typer.Option("--list", help="Name the scenarios and stop.")] = False,
) -> None:
    """Break real (embedded) resources, heal them, and show each timeline and a summary.

    Needs no AWS account. Exits 0 only if every scenario ended as it should.
    """
    from mainstay.demo.days import DAYS  # noqa: PLC0415 - moto is slow to import
    from mainstay.demo.scenarios import SCENARIOS  # noqa: PLC0415

    titles = {name: one.title for name, one in SCENARIOS.items()}
    titles |= {name: one.title for name, one in DAYS.items()}
    if names:
        for name, title in titles.items():
            print(f"{name:<12} {title}")  # noqa: T201 - what was asked for
        return
    chosen = scenario or list(titles)
    unknown = [name for name in chosen if name not in titles]
    if unknown:
        fail(f"there is no scenario {unknown[0]!r}; there are {', '.join(titles)}")
    from rich.console import Console  # noqa: PLC0415

    from mainstay.demo.run import run_demo  # noqa: PLC0415

    screen = Console(stderr=as_json, quiet=as_json)
    with operating():
        scenarios = [SCENARIOS[name] for name in chosen if name in SCENARIOS]
        document = run_demo(scenarios, [DAYS[name] for name in chosen if name in DAYS], screen)
    if as_json:
        print(json.dumps(document, indent=2))  # noqa: T201 - what was asked for
    raise typer.Exit(0 if document["ok"] else 1)
