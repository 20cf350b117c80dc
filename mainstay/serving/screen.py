"""What the local server says on its terminal: how to begin, and then what happens, line by line."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from chalicelib.incidents.model import Resource
from chalicelib.lookup import shown
from mainstay.colours import style_of
from mainstay.demo.play import Result
from mainstay.serving.client import DEFAULT_URL
from mainstay.serving.feed import Progress, Told

_REVIEW = re.compile(r"https?://[^\s\"'<>|]+/review/[\w.~-]+")


class Screen:
    """Lines for people, or one JSON object for each."""

    def __init__(self, console: Console, *, as_json: bool) -> None:
        self._console, self._as_json = console, as_json
        self._one_at_a_time = Lock()

    def ready(self, url: str, resources: Sequence[Resource], every: float, *, folder: str = "") -> None:
        """How to begin; `folder` is what the shell's path lacks for that."""
        if self._as_json:
            self._print_json("ready", url=url, resources=[one.model_dump() for one in resources])
            return
        there = Counter(one.type for one in resources)
        self._console.print()
        self._console.print(Text.assemble("Mainstay runs at ", (url, "bold cyan"), " on embedded AWS."))
        self._console.print(Text(f"Sweeps and scans run every {every:g} s. Ctrl-C ends it."))
        counted = ", ".join(f"{count} {name}" for name, count in there.items())
        self._console.print(Text(f"To break: {counted}", style="dim"))
        self._console.print("\nTry in another terminal:")
        if folder:
            self._console.print(
                Text(f'  export PATH={shlex.quote(folder)}:"$PATH"', style="bold"), soft_wrap=True
            )
        if url != DEFAULT_URL:
            self._console.print(Text(f"  export MAINSTAY_URL={url}", style="bold"))
        for command, what in _COMMANDS:
            self._console.print(Text.assemble((f"  {command:<42}", "bold"), (what, "dim")))
        self._console.print()

    def show(self, news: Iterable[Progress | Told]) -> None:
        """What is new."""
        for one in news:
            if isinstance(one, Progress):
                self._progress(one)
            else:
                self._told(one)

    def played(self, result: Result) -> None:
        """An act of a scenario is over."""
        title, problem = result.cast.act.title, result.problem
        if self._as_json:
            self._print_json("played", scenario=result.cast.scenario.name, title=title, problem=problem)
        else:
            mark = ("not as it should: ", "red") if problem else ("as it should: ", "green")
            self._line(_time(), "scenario", "", Text.assemble(mark, f"{title}: {problem}".rstrip(": ")))

    def warn(self, text: str) -> None:
        """Something went wrong that no incident tells of."""
        if self._as_json:
            self._print_json("problem", what=text)
        else:
            self._line(_time(), "problem", "red", Text(text))

    def _progress(self, one: Progress) -> None:
        event, resource = shown(one.event), shown(one.incident.resource)
        if self._as_json:
            names = {"incident_id": one.incident.incident_id, "resource": resource.model_dump()}
            self._print_json("progress", **names, **event.model_dump(mode="json", exclude={"data"}))
            return
        state, what = event.state.value, Text.assemble((f"{resource.id}: ", "bold"), event.what)
        self._line(_time(event.at), state, style_of(state), what)
        if event.number == 1:
            self._line("", "", "", Text(one.incident.incident_id, style="dim"))

    def _told(self, one: Told) -> None:
        links = list(dict.fromkeys(_REVIEW.findall(one.text)))
        if self._as_json:
            self._print_json("message", subject=one.subject, review_links=links)
            return
        self._line(_time(), "message", "magenta", Text(one.subject))
        for link in links:  # in one piece, so that it can be clicked and copied
            self._console.print(Text(link, style="cyan"), soft_wrap=True)

    def _line(self, at: str, kind: str, style: str, what: Text) -> None:
        """Three columns, of which the last one folds."""
        grid = Table.grid(padding=(0, 1))
        grid.add_column(width=8, style="dim")
        grid.add_column(width=17)
        grid.add_column(overflow="fold")
        grid.add_row(at, Text(kind, style=style), what)
        self._console.print(grid)

    def _print_json(self, kind: str, **facts: Any) -> None:
        line = json.dumps({"kind": kind, **facts})
        with self._one_at_a_time:  # several threads have something to say
            print(line, flush=True)  # noqa: T201 - what was asked for


_COMMANDS = (
    ("mainstay break ec2.instance --watch", "stop a server, watch it heal"),
    ("mainstay break ec2.instance --kind unseen", "a person is asked"),
    ("mainstay approve ID --local", "say yes to its plan"),
    ("mainstay break --list", "what else can be broken"),
    ("mainstay incidents --local --watch", "what is going on"),
)


def folder_to_add() -> str:
    """Where the command `mainstay` lies; empty where the shell finds it already."""
    return "" if shutil.which("mainstay") else str(Path(sys.executable).parent)


def _time(at: datetime | None = None) -> str:
    return f"{at or datetime.now(UTC):%H:%M:%S}"
