"""Which colour a state has on a terminal: the same in every command."""

from __future__ import annotations

from collections.abc import Mapping

_STYLES: Mapping[str, str] = {
    "AWAITING_APPROVAL": "bold yellow",
    "EXECUTING": "cyan",
    "VERIFYING": "cyan",
    "ROLLING_BACK": "magenta",
    "COMPLETED": "green",
    "FAILED": "red",
    "REJECTED": "yellow",
    "EXPIRED": "yellow",
    "COOLDOWN": "yellow",
    "DISMISSED": "blue",
}


def style_of(state: str) -> str:
    """A style of Rich; empty for a state that needs none."""
    return _STYLES.get(state, "")
