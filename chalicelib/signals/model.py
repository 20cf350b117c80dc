"""What reading an event answers, and what readers have in hand while they read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from chalicelib.incidents.model import Signal
from chalicelib.redaction import clean_text
from chalicelib.resources.model import ResourceType

_LONGEST_REASON = 280


class IgnoredCode(StrEnum):
    """Why something that reached us is no signal: stable words, for metrics."""

    MALFORMED = "malformed"
    UNKNOWN_EVENT = "unknown-event"
    UNKNOWN_RESOURCE = "unknown-resource"
    NO_FAILURE = "no-failure"
    OWN_ACTION = "own-action"


@dataclass(frozen=True, kw_only=True)
class Ignored:
    """What was not made a signal. `reason` is one clean line of less than 300 characters."""

    reason: str
    code: str


@dataclass(frozen=True, kw_only=True)
class Reading:
    """Everything that an event says: each resource that it names is a signal of its own."""

    signals: tuple[Signal, ...] = ()
    ignored: tuple[Ignored, ...] = ()
    views: tuple[Signal, ...] = ()
    """What tells more of an incident, and opens none."""
    own: tuple[Signal, ...] = ()
    """What we did ourselves: no failure, but others may tell of it without our name."""


@dataclass(frozen=True, kw_only=True)
class Known:
    """What is known while an event is read: the catalogue, our own roles, those that work by plan."""

    types: Mapping[str, ResourceType]
    own_roles: tuple[str, ...]
    iac_roles: tuple[str, ...]
    received_at: datetime


def ignore(code: IgnoredCode, reason: str) -> Reading:
    """A reading without signals. `reason` may quote the event."""
    return Reading(ignored=(Ignored(code=code, reason=clean_text(reason, _LONGEST_REASON)),))


def join_readings(*readings: Reading) -> Reading:
    """All signals and all that was ignored, in order."""
    return Reading(
        signals=tuple(signal for reading in readings for signal in reading.signals),
        ignored=tuple(ignored for reading in readings for ignored in reading.ignored),
        views=tuple(signal for reading in readings for signal in reading.views),
        own=tuple(signal for reading in readings for signal in reading.own),
    )
