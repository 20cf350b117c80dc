"""What a stage begins with, as steps: it only observes, and it has keys to sign links by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from chalicelib.aws.memory import Memory
from chalicelib.errors import NotFoundError
from mainstay.deploying.target import Target

FIRST_MODE = "observe"


@dataclass(frozen=True)
class Mode:
    """What Mainstay may do. Only the very first deployment says it; from then on people do."""

    target: Target
    title: str = "mode"

    def changes(self) -> list[str]:
        """One line where nobody has ever set it."""
        return [] if self._mode() else [f"set the mode to {FIRST_MODE}: nothing is changed, all is judged"]

    def apply(self) -> None:
        """Set it."""
        self._memory.set_mode(FIRST_MODE, by="mainstay deploy", now=datetime.now(UTC))

    @property
    def _memory(self) -> Memory:
        return Memory(self.target.aws, self.target.tables[0])

    def _mode(self) -> str:
        try:
            return self._memory.mode() or ""
        except NotFoundError:
            return ""
