"""The whole demo: sets the world up, plays scenarios and simulated days, and reports."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from rich.console import Console

from mainstay.demo.act import Scenario
from mainstay.demo.days.day import Day
from mainstay.demo.days.playing import Watched, play_days
from mainstay.demo.days.showing import days_document, print_days
from mainstay.demo.display import Display
from mainstay.demo.play import Result, cast_all, play_together
from mainstay.demo.report import as_document, print_summary
from mainstay.demo.stage import Stage
from mainstay.world import World

_AT_A_TIME = 3
"""Scenarios: most of a recovery is waiting."""


def run_demo(scenarios: Sequence[Scenario], days: Sequence[Day], console: Console) -> dict[str, Any]:
    """Play on a world of its own: first what fails, then the day on which failures are foreseen.

    Answers the document of `report.as_document`, with the days among the scenarios.
    """
    began = time.monotonic()
    with console.status("Starting AWS on this machine"):
        world = World(model="stand-in").__enter__()
    try:
        results = _play_scenarios(world, scenarios, console, began) if scenarios else []
        watched = _play_days(world, days, console) if days else []
        seconds = time.monotonic() - began
        print_summary(console, results, watched, seconds)
        return as_document(results, days_document(watched), seconds)
    finally:
        world.__exit__(None, None, None)


def _play_scenarios(
    world: World, scenarios: Sequence[Scenario], console: Console, began: float
) -> list[Result]:
    with console.status("Making what is going to be broken"):
        casts = cast_all(world, scenarios)
    console.print(f"Ready after {time.monotonic() - began:.1f} s: {len(casts)} resources to break")
    results: list[Result] = []
    display = Display(console, Stage(world))
    for names in _rounds(scenarios):
        acts = [cast for cast in casts if cast.scenario.name in names]
        with display.begin(acts):
            results += play_together(world, acts, display.end)
    return results


def _rounds(scenarios: Sequence[Scenario]) -> list[list[str]]:
    names = [scenario.name for scenario in scenarios]
    return [names[first : first + _AT_A_TIME] for first in range(0, len(names), _AT_A_TIME)]


def _play_days(world: World, days: Sequence[Day], console: Console) -> list[Watched]:
    with console.status("Playing a day") as status:
        watched = play_days(world, days, lambda at: status.update(f"Playing a day: it is {at:%H:%M}"))
    print_days(console, watched)
    return watched
