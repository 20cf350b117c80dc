"""The real forms of events in tests/events, and the one way in which tests here read them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from chalicelib.resources import RESOURCE_TYPES
from chalicelib.signals import Reading, read_alarm, read_event

FOLDER = Path(__file__).parents[2] / "events"
RECEIVED_AT = datetime(2026, 9, 14, 5, tzinfo=UTC)
NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))
ALARMS = [name for name in NAMES if name.startswith("alarm-")]
MESSAGES = [name for name in NAMES if name.startswith(("alarm-", "cost-", "health-"))]
EVENTS = [name for name in NAMES if name not in MESSAGES]


def load(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text())
    return loaded


def read(event: object) -> Reading:
    return read_event(event, **_settings())


def read_message(message: object) -> Reading:
    return read_alarm(message, **_settings())


def read_named(name: str, event: object) -> Reading:
    return read_message(event) if name in MESSAGES else read(event)


def _settings() -> dict[str, Any]:
    return {
        "types": RESOURCE_TYPES,
        "own_roles": ("mainstay-prod-*",),
        "iac_roles": ("*-ci-*", "*terraform*"),
        "received_at": RECEIVED_AT,
    }


def paths_in(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every place in a JSON document, from the whole of it down to its leaves."""
    yield path
    children = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, child in children:
        yield from paths_in(child, (*path, key))


def with_value(document: Any, path: tuple[str | int, ...], value: object) -> Any:
    """A copy with another value in one place."""
    if not path:
        return value
    changed = deepcopy(document)
    place = changed
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return changed


def without(document: Any, path: tuple[str | int, ...]) -> Any:
    """A copy in which one place is missing."""
    changed = deepcopy(document)
    place = changed
    for key in path[:-1]:
        place = place[key]
    del place[path[-1]]
    return changed
