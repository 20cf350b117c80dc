"""The live view of a scenario: every act's timeline as it moves."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from itertools import groupby

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.spinner import Spinner
from rich.text import Text

from chalicelib.aws.incident_reader import Story
from mainstay.colours import style_of
from mainstay.demo.play import Cast, Result
from mainstay.demo.stage import Stage


class Display:
    """Shows scenarios while they are played, and leaves their timelines on the screen."""

    def __init__(self, console: Console, stage: Stage) -> None:
        self._console, self._stage = console, stage
        self._lock = threading.Lock()
        self._ended: dict[str, Result] = {}
        self._seen: dict[str, tuple[int, list[Story]]] = {}

    def begin(self, casts: Sequence[Cast]) -> AbstractContextManager[object]:
        """The live view, to be used as a context manager."""
        self._ended.clear()
        if self._console.quiet:
            return nullcontext()
        return Live(
            get_renderable=lambda: self._render(casts),
            console=self._console,
            refresh_per_second=4,
            transient=False,
        )

    def end(self, result: Result) -> None:
        """Show an act as ended from now on."""
        with self._lock:
            self._ended[result.cast.resource_id] = result

    def _render(self, casts: Sequence[Cast]) -> RenderableType:
        with self._lock:
            ended = dict(self._ended)
        lines: list[RenderableType] = []
        for scenario, acts in groupby(casts, key=lambda cast: cast.scenario):
            lines.append(
                Text.assemble("\n", (scenario.title, "bold"), (f"  --scenario {scenario.name}", "dim"))
            )
            lines += [self._act(cast, ended.get(cast.resource_id)) for cast in acts]
        return Group(*lines)

    def _act(self, cast: Cast, result: Result | None) -> RenderableType:
        if result is None:
            return Group(Spinner("dots", f" {cast.act.title}"), *map(_lines, self._stories(cast)[-1:]))
        mark = Text("✗ ", style="red") if result.problem else Text("✓ ", style="green")
        title = Text.assemble(mark, cast.act.title)
        problem = [Text(f"    {result.problem}", style="red")] if result.problem else []
        return Group(title, *map(_lines, result.stories[-1:]), *problem)

    def _stories(self, cast: Cast) -> list[Story]:
        """What is on record; read again only where a function has done something since."""
        answers = self._stage.world.answers()
        seen, stories = self._seen.get(cast.resource_id, (-1, []))
        if seen != answers:
            stories = self._stage.stories(self._stage.world.resource(cast.act.type, cast.resource_id))
            self._seen[cast.resource_id] = (answers, stories)
        return stories


def _lines(story: Story) -> RenderableType:
    """The timeline of an incident, in seconds since it was heard of."""
    began = story.timeline[0].at
    lines = []
    for event in story.timeline:
        style = style_of(event.state.value)
        seconds = f"    {(event.at - began).total_seconds():5.1f} s  "
        lines.append(
            Text.assemble(
                (seconds, "dim"),
                (f"{event.state.value:<18}", style),
                event.what,
                no_wrap=True,
                overflow="ellipsis",
            )
        )
    return Group(*lines)
