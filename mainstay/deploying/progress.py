"""How far a deployment is, line by line as it goes, and what it came to."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from rich.text import Text

SHOWN = 12
"""So many changes of a step are listed; a first deployment has dozens."""


@dataclass
class Done:
    """One step, once it has ended."""

    title: str
    changes: Sequence[str]
    seconds: float = 0.0
    note: str = ""
    """What it came to, where there are no changes to tell of."""

    def document(self) -> dict[str, Any]:
        """As JSON says it."""
        return {"step": self.title, "changes": list(self.changes), "seconds": round(self.seconds, 1)}


@dataclass
class Progress:
    """Prints each step with its time, and remembers it."""

    console: Console
    clock: Callable[[], float] = time.monotonic
    done: list[Done] = field(default_factory=list)

    @contextmanager
    def step(self, title: str) -> Iterator[Done]:
        """Time what is done inside; its changes are noted in what is handed out."""
        began, one = self.clock(), Done(title, ())
        try:
            with self.console.status(Text(title)):
                yield one
        except BaseException:
            self.say(f"{title:<36} {'failed':<12} {self.clock() - began:6.1f} s")
            raise
        one.seconds = self.clock() - began
        self.done.append(one)
        self._show(one)

    def _show(self, one: Done) -> None:
        what = f"{len(one.changes)} {'change' if len(one.changes) == 1 else 'changes'}"
        self.say(
            f"{one.title:<36} {what if one.changes else one.note or 'unchanged':<12} {one.seconds:6.1f} s"
        )
        for change in one.changes[:SHOWN]:
            self.say(f"    {change}")
        if len(one.changes) > SHOWN:
            self.say(f"    and {len(one.changes) - SHOWN} more")

    def say(self, line: str) -> None:
        """Print a line as it is, however long."""
        self.console.print(Text(line), soft_wrap=True)

    @property
    def changed(self) -> bool:
        """Whether any step had something to do."""
        return any(one.changes for one in self.done)
