"""A log file, played through a log watch by its own time stamps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Protocol

from chalicelib.errors import PermanentError
from chalicelib.prediction.events import LogEvent, read_events
from chalicelib.prediction.log_limits import Heading, LogLimits
from chalicelib.prediction.log_watch import Batch, LogAlarm, LogWatch
from mainstay.offline.opening import Source, Sources
from mainstay.offline.pacing import Pacer

_LONGEST_PAUSE = 2 * 86_400.0
"""After two days without a line nobody had been writing, and there is nothing to watch."""
_BEFORE_A_RESTART = 3600.0


class NoTimesError(PermanentError):
    """No line has a time stamp that can be read; the message names the input."""


@dataclass
class Summary:
    """What was read, and how much of its time was quiet."""

    name: str
    lines: int = 0
    events: int = 0
    templates: int = 0
    start: float = 0.0
    end: float = 0.0
    opened: int = 0
    foreseen: int = 0
    scans: int = 0
    alarming_scans: int = 0
    untimed: int = 0
    disbelieved: int = 0
    paused: float = 0.0
    offset: float = 0.0
    """How far time stamps went back, in all; the span is as if they had not."""


class Report(Protocol):
    """Where alarms are shown, as they come."""

    def begin(self, name: str) -> None:
        """Another log begins."""

    def show(self, alarm: LogAlarm, offset: float) -> None:
        """An alarm after a scan; `offset` is how far its times are ahead of what the log says."""

    def foresee(self, heading: Heading, at: float) -> None:
        """A percentage began to head for a hundred, or ceased to, by a time that the log says."""

    def end(self, summary: Summary) -> None:
        """The log has ended."""


def scan_all(sources: Sources, report: Report, *, every_seconds: float, together: bool) -> None:
    """Scan each input by itself, or all as one log. Raises `NoTimesError` for those without times."""
    parts = list(sources)
    if not parts:
        return
    logs: list[tuple[str, Iterable[str]]] = (
        [(parts[0].name, chain.from_iterable(parts))] if together else [(part.name, part) for part in parts]
    )
    timeless = [name for name, lines in logs if not scan_log(name, lines, report, every_seconds)]
    if timeless:
        raise NoTimesError(
            f"{', '.join(timeless)}: no time stamp found, and without time nothing can be unusual"
        )


def scan_log(name: str, lines: Iterable[str], report: Report, every_seconds: float) -> bool:
    """Scan one log; whether it had any time stamp (an empty one needs none)."""
    summary = Summary(name)
    watch, pacer, limits = LogWatch(), Pacer(), LogLimits()
    report.begin(name)
    for start, end, events in _windows(pacer.pace(read_events(lines)), every_seconds, summary):
        found = watch.scan([Batch(events)], start=start, end=end)
        summary.scans += 1
        summary.lines += found.lines
        summary.events += found.events
        summary.opened += sum(alarm.status == "OPENED" for alarm in found.alarms)
        summary.alarming_scans += any(alarm.status != "CLEARED" for alarm in found.alarms)
        for alarm in found.alarms:
            report.show(alarm, pacer.offset)
        for event in events:
            limits.read(event.text)
        for heading in (one for one in limits.step(end) if one.is_news):
            summary.foreseen += heading.warned
            report.foresee(heading, end - pacer.offset)
    summary.templates = len(watch.miner)
    summary.untimed, summary.disbelieved = pacer.untimed, pacer.disbelieved
    summary.offset = pacer.offset
    if not summary.events and pacer.untimed:
        return False
    report.end(summary)
    return True


def _windows(
    paced: Iterator[tuple[float, LogEvent]], every: float, summary: Summary
) -> Iterator[tuple[float, float, list[LogEvent]]]:
    """Start, end and events of one scan after the other, without a gap but for pauses that are too long."""
    start = 0.0
    events: list[LogEvent] = []
    for at, event in paced:
        if not summary.start:
            summary.start = at
            start = at // every * every
        while at >= start + every:
            yield start, start + every, events
            events = []
            start = _after_pause(start + every, at, every, summary)
        summary.end = max(summary.end, at)
        events.append(event)
    if events:
        yield start, start + every, events


def _after_pause(start: float, at: float, every: float, summary: Summary) -> float:
    """Where the next scan begins: at once, or after a pause shortly before lines come again."""
    if start - summary.end < _LONGEST_PAUSE or at - start < _LONGEST_PAUSE:
        return start
    again = max(start, (at - _BEFORE_A_RESTART) // every * every)
    summary.paused += again - start
    return again


__all__ = ["NoTimesError", "Report", "Source", "Summary", "scan_all", "scan_log"]
