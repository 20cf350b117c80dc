"""What a deployment is made of."""

from __future__ import annotations

from typing import Protocol


class Step(Protocol):
    """One part of a deployment. `changes` only reads; `apply` does all of it, and may be repeated."""

    @property
    def title(self) -> str:
        """What it is about."""

    def changes(self) -> list[str]:
        """What differs from what should be, a line each; nothing to do where it is empty."""

    def apply(self) -> None:
        """Make it so. FailedError says why it could not be."""
