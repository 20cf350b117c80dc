"""The whole demo: sets the world up, plays the scenarios one after another, and reports."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from rich.console import Console

from mainstay.demo.act import Scenario
from mainstay.demo.display import Display
from mainstay.demo.play import Result, cast_all, play_together
from mainstay.demo.report import as_document, print_summary
from mainstay.demo.stage import Stage
from mainstay.world import World


def run_demo(scenarios: Sequence[Scenario], console: Console) -> dict[str, Any]:
    """Play scenarios on a world of their own; answer the document of `report.as_document`."""
    began = time.monotonic()
    with console.status("Starting AWS on this machine"):
        world = World(model="stand-in").__enter__()
    try:
        with console.status("Making what is going to be broken"):
            casts = cast_all(world, scenarios)
        console.print(f"Ready after {time.monotonic() - began:.1f} s: {len(casts)} resources to break")
        results: list[Result] = []
        display = Display(console, Stage(world))
        for names in _rounds(scenarios):
            acts = [cast for cast in casts if cast.scenario.name in names]
            with display.begin(acts):
                results += play_together(world, acts, display.end)
        seconds = time.monotonic() - began
        print_summary(console, results, seconds)
        return as_document(results, seconds)
    finally:
        world.__exit__(None, None, None)


def _rounds(scenarios: Sequence[Scenario]) -> list[list[str]]:
    """A few scenarios at a time: most of a recovery is waiting."""
    names = [scenario.name for scenario in scenarios]
    return [names[first : first + _AT_A_TIME] for first in range(0, len(names), _AT_A_TIME)]


_AT_A_TIME = 3
