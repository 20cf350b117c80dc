"""What a stage begins with, as steps: it only observes, and it has keys to sign links by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from chalicelib.aws.memory import Memory
from chalicelib.errors import NotFoundError
from chalicelib.settings import read_settings
from mainstay.deploying.settings import Wishes, environment
from mainstay.deploying.target import Target
from mainstay.keys import keep_keys, new_keys

FIRST_MODE = "observe"


@dataclass(frozen=True)
class Mode:
    """What Mainstay may do. Only the very first deployment says it; from then on people do."""

    target: Target
    title: str = "mode"

    def changes(self) -> list[str]:
        """One line where nobody has ever set it."""
        return [] if self._mode() else [f"set the mode to {FIRST_MODE}: all is judged, nothing is changed"]

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


@dataclass(frozen=True)
class Keys:
    """What links for approvals are signed by. They are made once; mainstay keys replaces them."""

    target: Target
    title: str = "keys of links"

    def changes(self) -> list[str]:
        """One line where there are none."""
        try:
            self.target.aws.read("ssm", "get_parameter", Name=link_keys_name(self.target))
        except NotFoundError:
            return [f"make {link_keys_name(self.target)}"]
        return []

    def apply(self) -> None:
        """Make them."""
        settings = read_settings({**environment(self.target, Wishes(), ""), "AWS_REGION": self.target.region})
        keep_keys(new_keys(None, datetime.now(UTC)), self.target.aws.read, settings)


def link_keys_name(target: Target) -> str:
    """The parameter that holds them, as the settings name it."""
    return read_settings(
        {**environment(target, Wishes(), ""), "AWS_REGION": target.region}
    ).link_keys_parameter
