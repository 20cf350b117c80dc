"""An incident's course as a picture: a row for each stage, with what happened in it, on one axis of time.

Stages last from milliseconds to hours, so a stage is as wide as the logarithm of its duration: the order and
the long ones are seen at once, and the short ones are seen at all. Within a stage time is even.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from math import log1p

from chalicelib.incidents.model import Incident, TimelineEvent, seconds_between
from chalicelib.pages.words import TONES, is_open, label_of

_GRAIN = 0.1
"""Seconds: what is much shorter is hardly wider than nothing."""
_THINNEST = 1.2
"""Per cent of the axis that every stage has."""


@dataclass(frozen=True, kw_only=True)
class Mark:
    """One timeline event in the picture. Places are per cent of the axis."""

    place: float
    kind: str
    """``effect``, ``message`` or ``event``."""
    event: TimelineEvent
    seconds: float
    """Since the failure."""


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One visit to a state, or the time before anybody knew."""

    label: str
    tone: str
    began: datetime
    seconds: float
    start: float
    width: float
    open: bool = False
    """Whether it still lasts."""
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Course:
    """The whole picture."""

    stages: tuple[Stage, ...]
    after: tuple[Mark, ...]
    """What came when the incident had ended."""
    seconds: float
    """From the failure to the end, or until now."""


@dataclass(frozen=True)
class _Visit:
    label: str
    tone: str
    began: datetime
    ended: datetime
    events: tuple[TimelineEvent, ...]
    open: bool = False

    @property
    def seconds(self) -> float:
        return seconds_between(self.began, self.ended)


def draw_course(incident: Incident, timeline: Sequence[TimelineEvent], now: datetime) -> Course:
    """Lay out the stages of an incident; one that is open lasts until `now`."""
    visits = list(_visits(incident, timeline, now))
    ended = visits.pop() if timeline and not visits[-1].open else None
    stages, place = [], 0.0
    for visit, width in zip(visits, _widths(visits), strict=True):
        stages.append(_stage(visit, place, width, incident))
        place += width
    return Course(
        stages=tuple(stages),
        after=tuple(_mark(event, 100.0, incident) for event in ended.events) if ended else (),
        seconds=seconds_between(incident.failed_at, visits[-1].ended),
    )


def _widths(visits: Sequence[_Visit]) -> list[float]:
    """Per cent of the axis, a hundred together; all alike where nothing took any time."""
    weights = [log1p(visit.seconds / _GRAIN) for visit in visits]
    free, whole = 100 - _THINNEST * len(visits), sum(weights)
    return [_THINNEST + free * (weight / whole if whole else 1 / len(visits)) for weight in weights]


def _visits(incident: Incident, timeline: Sequence[TimelineEvent], now: datetime) -> Iterator[_Visit]:
    groups = [(state, tuple(events)) for state, events in groupby(timeline, lambda event: event.state)]
    first = timeline[0].at if timeline else now
    unheard = "Not heard of yet" if not incident.foreseen else "Warned of"
    yield _Visit(unheard, "bad", min(incident.failed_at, first), first, ())
    for number, (state, events) in enumerate(groups):
        lasts = number == len(groups) - 1
        until = now if lasts else groups[number + 1][1][0].at
        yield _Visit(
            label_of(state), TONES[state], events[0].at, until, events, open=lasts and is_open(state)
        )


def _stage(visit: _Visit, start: float, width: float, incident: Incident) -> Stage:
    def place_of(event: TimelineEvent) -> float:
        passed = seconds_between(visit.began, event.at) / visit.seconds if visit.seconds else 0.0
        return start + width * min(1.0, passed)

    return Stage(
        label=visit.label,
        tone=visit.tone,
        began=visit.began,
        seconds=visit.seconds,
        start=start,
        width=width,
        open=visit.open,
        marks=tuple(_mark(event, place_of(event), incident) for event in visit.events),
    )


def _mark(event: TimelineEvent, place: float, incident: Incident) -> Mark:
    return Mark(
        place=place,
        kind=_kind_of(event),
        event=event,
        seconds=seconds_between(incident.failed_at, event.at),
    )


def _kind_of(event: TimelineEvent) -> str:
    if "effect" in event.data:
        return "effect"
    return "message" if event.what.startswith(("Told people", "Asked people")) else "event"
