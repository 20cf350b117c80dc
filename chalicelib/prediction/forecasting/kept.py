"""What a part of a forecaster knows, as JSON and back, exactly."""

from __future__ import annotations

from collections import deque
from typing import Any, Protocol

LONG_AGO = -1e300
"""A time before all others. JSON has no infinity."""
LOWEST = -1e300
"""A value below all others."""


class Part(Protocol):
    """Keeps everything it knows in its slots."""

    __slots__: tuple[str, ...]


def dump(part: Part) -> dict[str, Any]:
    """Slots by name; what waits in a queue becomes a list."""
    return {name: _plain(getattr(part, name)) for name in part.__slots__}


def load(part: Part, kept: dict[str, Any]) -> None:
    """The reverse of `dump`."""
    for name in part.__slots__:
        setattr(part, name, _like(getattr(part, name), kept[name]))


def _plain(value: Any) -> Any:
    return [list(one) for one in value] if isinstance(value, deque) else value


def _like(before: Any, value: Any) -> Any:
    if isinstance(before, deque):
        return deque((at, tuple(forecasts)) for at, forecasts in value)
    return tuple(value) if isinstance(before, tuple) else value
