"""The proactive path: what is watched, one message for each part of it, and what a scan of a part finds.

What was learnt, how far was read, and the alerts that follow are one write. Whoever comes second with the
same span has learnt nothing and raised nothing; whoever dies before the write leaves the span to the next.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from chalicelib.alerting import look_after_alert, look_after_alerts
from chalicelib.aws.knowledge import Known
from chalicelib.aws.metrics import Wanted
from chalicelib.aws.pattern_keys import group_name, series_name
from chalicelib.collaborators import Collaborators
from chalicelib.errors import BrokenStateError, MainstayError, StaleRecordError, UnknownLogGroupError
from chalicelib.incidents.alert import Subject
from chalicelib.missing import count_misses
from chalicelib.prediction.group_watch import GroupWatch
from chalicelib.prediction.log_watch import Batch
from chalicelib.prediction.messages import read_messages
from chalicelib.prediction.requests import LogScan, MetricScan, Series, read_request
from chalicelib.prediction.sampling import frequent_pieces
from chalicelib.prediction.series_watch import SeriesWatch
from chalicelib.prediction.sightings import Phase, Sighting, alert_id_of, new_alert
from chalicelib.prediction.spans import Span, next_span
from chalicelib.watching import find_log_scans, find_metric_scans

T = TypeVar("T")

LONGEST = timedelta(seconds=150)
"""After so long a worker begins nothing new: the rest is left to the next run."""

FIRST_LOOK = timedelta(days=3)
"""How far a first look at a metric goes back."""

MOST_ITEMS, MOST_BYTES = 100, 3_500_000
"""In one transaction, which takes 4 MB."""

METRIC_SETTLE = timedelta(seconds=120)
"""Metrics come into CloudWatch a minute or two after their period has ended."""


@dataclass
class Found:
    """What one scan comes to, before it is written."""

    states: list[Known] = field(default_factory=list)
    parts: list[dict[str, Any]] = field(default_factory=list)
    alerts: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        """Items that it writes."""
        return len(self.states) + len(self.parts)


def start_scan(team: Collaborators) -> dict[str, Any]:
    """Ask for a scan of everything that is watched, and look after the alerts that there are.

    What goes wrong with one of these keeps no other from being done, and is raised in the end.
    """
    errors: list[MainstayError] = []
    logs = _attempt(lambda: find_log_scans(team), errors) or []
    metrics = _attempt(lambda: find_metric_scans(team), errors) or []
    asked = _attempt(lambda: team.scan_topic.send([*logs, *metrics]), errors) or 0
    missed = _attempt(lambda: count_misses([one.subject for one in logs], team), errors) or 0
    counts = {**look_after_alerts(team), "missed": missed}
    team.telemetry.log("asked for scans", scans=asked, **counts)
    if errors:
        raise errors[0]
    return {"scans": asked, **counts}


def _attempt(act: Callable[[], T], errors: list[MainstayError]) -> T | None:
    try:
        return act()
    except MainstayError as error:
        errors.append(error)
        return None


def run_scan(message: object, team: Collaborators) -> dict[str, Any]:
    """Scan what one message asks for; InvalidEventError where it asks for nothing that there is."""
    request = read_request(message)
    try:
        scan = scan_log_group(request, team) if isinstance(request, LogScan) else scan_metrics(request, team)
    except StaleRecordError as late:
        team.telemetry.log(f"left a scan alone: {late}")
        return {"alerts": []}
    except UnknownLogGroupError as gone:
        team.telemetry.warn(f"left a scan alone: {gone}")
        return {"alerts": []}
    for alert_id in scan.alerts:
        _look_after(alert_id, team)
    return {"alerts": scan.alerts}


def _look_after(alert_id: str, team: Collaborators) -> None:
    """The alert is on record: whatever keeps people from being told now, `look_after_alerts` makes up for."""
    try:
        look_after_alert(alert_id, team)
    except MainstayError as error:
        team.telemetry.warn(f"an alert waits for the next run: {error}", alert_id=alert_id)


# -- log groups ---------------------------------------------------------------------------------


def scan_log_group(request: LogScan, team: Collaborators) -> Found:
    """Read what was ingested since the last scan, span by span while there is time."""
    began = team.clock()
    found = Found()
    known = team.knowledge.load_whole(group_name(request.subject.name))
    while span := _span(known, began, team):
        known, scan = _scan_span(request, span, known, team)
        team.knowledge.save([known], scan.parts)
        found.alerts += scan.alerts
        if team.clock() - began > LONGEST:
            break
    return found


def _span(known: Known, began: datetime, team: Collaborators) -> Span | None:
    """What comes in while the scan goes on is the next one's."""
    late = team.policy.scan.late_seconds * 1000
    return next_span(known.marks.get("until"), _milliseconds(began), late)


def _scan_span(request: LogScan, span: Span, known: Known, team: Collaborators) -> tuple[Known, Found]:
    watch = _restored(known, GroupWatch.restore, team) or GroupWatch()
    per_second = float(known.marks.get("per_second", 0))
    reading = team.logs.read_span(
        request.subject.name,
        span,
        most=team.policy.scan.most_lines,
        expected=per_second * (span.upto - span.after) / 1000,
        pieces=frequent_pieces((one.text, one.count) for one in watch.templates()),
    )
    batches = [Batch(read_messages(stratum.lines), stratum.weight) for stratum in reading.strata]
    scan = watch.scan(batches, start=span.after / 1000, end=span.upto / 1000, teach=request.teach)
    found = _alerts(request.subject, scan.sightings, team)
    _tell_scan(request, span, reading.lines, scan.new_templates, sampled=reading.sampled, team=team)
    after = known.after(
        _small_enough(watch.state(), known.name, team),
        until=span.upto,
        per_second=reading.lines / max(1.0, (span.upto - span.after) / 1000),
        scanned_at=team.clock(),
    )
    return after, found


def _small_enough(state: bytes, name: str, team: Collaborators) -> bytes:
    """Nobody can blind a watch by what he logs: what is too large to be kept is learnt anew."""
    if len(state) <= MOST_BYTES:
        return state
    team.telemetry.warn(f"learning {name} anew: {len(state)} bytes are too many to keep")
    return b""


def _tell_scan(
    request: LogScan, span: Span, lines: float, new: int, *, sampled: bool, team: Collaborators
) -> None:
    team.telemetry.count("LinesScanned", lines, Source=request.subject.source.value)
    facts = {"lines": round(lines), "new_templates": new, "sampled": sampled}
    team.telemetry.log("scanned a log group", log_group=request.subject.name, **facts)
    if span.skipped:
        hours = span.skipped / 3_600_000
        team.telemetry.warn(
            f"gave up {hours:.1f} h of a log group: too old to help", log_group=request.subject.name
        )


# -- metrics ------------------------------------------------------------------------------------


def scan_metrics(request: MetricScan, team: Collaborators) -> Found:
    """Read the values that each series has had since it was last looked at; one write for most."""
    until = team.clock() - METRIC_SETTLE
    names = {one.subject.name: series_name(one.subject.name) for one in request.series}
    on_record = team.knowledge.load_small(list(names.values()))
    known = [on_record[names[one.subject.name]] for one in request.series]
    wanted = [
        Wanted(series=series, since=_since(before, until))
        for series, before in zip(request.series, known, strict=True)
    ]
    values = team.metrics.read_values(wanted, until.timestamp())
    scans = [
        _scan_series(series, before, points, team)
        for series, before, points in zip(request.series, known, values, strict=True)
        if points
    ]
    found = Found()
    for together in _in_transactions(scans):
        team.knowledge.save(together.states, together.parts)
        _add(found, together)
    return found


def _in_transactions(scans: Iterable[Found]) -> Iterator[Found]:
    """Each series with its alerts, as many as one transaction takes: all may be in trouble at once."""
    together = Found()
    for scan in scans:
        if len(together) + len(scan) > MOST_ITEMS:
            yield together
            together = Found()
        _add(together, scan)
    if together.states:
        yield together


def _since(known: Known, until: datetime) -> float:
    last = known.marks.get("until")
    return float(last) + 1 if last is not None else (until - FIRST_LOOK).timestamp()


def _scan_series(
    series: Series, known: Known, points: Sequence[tuple[float, float]], team: Collaborators
) -> Found:
    before = _restored(known, lambda state: SeriesWatch.restore(series, _unpacked(state)), team)
    watch, first_look = before or SeriesWatch(series), before is None
    sightings = watch.scan(points)
    found = _alerts(series.subject, _present(sightings, first_look=first_look), team)
    found.states.append(known.after(_packed(watch.state()), until=points[-1][0]))
    return found


def _present(sightings: Iterable[Sighting], *, first_look: bool) -> list[Sighting]:
    """A first look goes days back: what has passed by now is history, and learnt as such."""
    if not first_look:
        return list(sightings)
    gone = {(one.key, one.opened_at) for one in sightings if one.phase is Phase.CLEARED}
    return [one for one in sightings if (one.key, one.opened_at) not in gone]


def _packed(state: dict[str, Any]) -> bytes:
    return zlib.compress(json.dumps(state, separators=(",", ":")).encode())


def _unpacked(state: bytes) -> dict[str, Any]:
    """Raise BrokenStateError where these bytes are no state of a series."""
    try:
        found: dict[str, Any] = json.loads(zlib.decompress(state))
    except (ValueError, zlib.error) as error:
        raise BrokenStateError(f"the state of the series cannot be read: {error}") from error
    return found


def _restored(known: Known, restore: Callable[[bytes], T], team: Collaborators) -> T | None:
    """What was learnt; nothing where there is nothing yet, or where it cannot be read: it is learnt anew."""
    if not known.state:
        return None
    try:
        return restore(known.state)
    except BrokenStateError as error:
        team.telemetry.warn(f"learning {known.name} anew: {error}")
        return None


# -- alerts -------------------------------------------------------------------------------------


def _alerts(subject: Subject, sightings: Iterable[Sighting], team: Collaborators) -> Found:
    """The parts of the scan's write by which alerts are opened, updated and cleared."""
    seen: dict[str, list[Sighting]] = {}
    for one in sightings:
        seen.setdefault(alert_id_of(subject, one.key, one.opened_at), []).append(one)
    parts = [part for alert_id, of_it in seen.items() for part in _alert(alert_id, subject, of_it, team)]
    return Found(parts=parts, alerts=list(seen))


def _alert(
    alert_id: str, subject: Subject, seen: Sequence[Sighting], team: Collaborators
) -> list[dict[str, Any]]:
    """A transaction takes one change of an item: what began and passed since the last scan is written so."""
    first, last = seen[0], seen[-1]
    if first.phase is not Phase.OPENED:
        return [team.alerts.seen_again(alert_id, last, team.clock())]
    team.telemetry.count("Alerts", Detector=first.sight.detectors[0], Source=subject.source.value)
    return team.alerts.opened(new_alert(subject, first, last, team.clock()))


def _add(found: Found, more: Found) -> None:
    found.states += more.states
    found.parts += more.parts
    found.alerts += more.alerts


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
