"""What healing was worth: how often it worked, how long it took, how well confidence was kept.

Read only, and at most `MOST_CALLS` calls to AWS however many incidents there were: a page of the newest
ones is read, and what is shown says from when on it counts. A share of nothing is no number.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from pydantic import AwareDatetime

from chalicelib.analysis.shares import Band, Counted, calibrate_bands, quantile
from chalicelib.autonomy import Rung, climb, every_signature
from chalicelib.aws.incident_index import Entry, Page
from chalicelib.aws.items import Item
from chalicelib.collaborators import Collaborators
from chalicelib.incidents.alert import Alert, AlertOutcome
from chalicelib.incidents.base import Record
from chalicelib.incidents.lifecycle import OPEN
from chalicelib.incidents.model import Classification, State, seconds_between
from chalicelib.incidents.plans import Verdict
from chalicelib.prediction.scores import Worth, summarize
from chalicelib.resources.told import is_only_told

MOST_PAGES, PAGE_SIZE = 4, 500
"""Of incidents, of this month and the last one together."""
MOST_ALERTS = 100
"""Of each of the two months: so many fit into one answer of DynamoDB."""
MOST_CALLS = MOST_PAGES + 2 + 1 + 1 + 1
"""Pages of incidents, alerts of two months, scores, outcomes, and the mode."""
DAYS = 30

_SURE_EDGES = (0.5, 0.6, 0.7, 0.8, 0.9)
_LIKELY_EDGES = (0.2, 0.4, 0.6, 0.8)

_KINDS = {
    State.COMPLETED: "healed",
    State.FAILED: "failed",
    State.REJECTED: "refused",
    State.EXPIRED: "refused",
    State.DISMISSED: "left",
    State.COOLDOWN: "left",
    **dict.fromkeys(OPEN, "open"),
}
"""How the outcome of an incident is counted."""


class Day(Record):
    """Incidents that were opened on one day, UTC, by outcome. Unknown where not all of them were read."""

    day: date
    counts: dict[str, int]
    """By ``healed``, ``failed``, ``refused``, ``left`` and ``open``."""
    known: bool


class Times(Record):
    """From the failure to the end of the incident, once it was verified healthy, in seconds."""

    resource_type: str
    seconds: tuple[float, ...]
    p50: float | None
    p90: float | None


class Said(Record):
    """What people answered when they were asked."""

    approved: int
    rejected: int
    expired: int
    waiting: int

    @property
    def asked(self) -> int:
        """How often."""
        return self.approved + self.rejected + self.expired + self.waiting


class Doubts(Record):
    """Where a failure was judged, and it turned out otherwise or is not known to be right."""

    rejected: int
    """A person said no."""
    failed: int
    """The recovery was begun and did not work: undone, or left to people."""
    left: int
    """The policy left it alone, so nobody knows."""


class Reliability(Record):
    """Everything that is counted from `since` to `until`."""

    since: AwareDatetime
    until: AwareDatetime
    incidents: int
    sampled: bool
    """Whether there were more incidents than were read: then `since` is when the oldest one was opened."""
    recoveries: Counted
    """Verified ones, of all that were begun and have ended."""
    times: tuple[Times, ...]
    all_times: Times
    days: tuple[Day, ...]
    said: Said
    doubts: Doubts
    alerts: dict[str, int]
    """By outcome; ``""`` has none yet."""
    alerts_sampled: bool
    worth: tuple[Worth, ...]
    """By detector, ever."""
    confidence: tuple[Band, ...]
    """Of incidents: verified recoveries were right, failed ones and rejections were not."""
    probability: tuple[Band, ...]
    """Of alerts, as it was when they were raised: what failed was right, what passed or never was, wrong."""
    ladder: tuple[Rung, ...]
    mode: str | None


def measure_reliability(team: Collaborators) -> Reliability:
    """From the records of this month and the last one."""
    now = team.clock()
    read = _read_incidents(now, team)
    alerts, alerts_sampled = _read_alerts(now, team)
    mode = team.memory.mode()
    outcomes = team.memory.outcomes_by_name(every_signature(team.types))
    ours = [one for one in read.entries if not is_only_told(one.resource.type, one.failure, one.state)]
    ended = Counter(alert.outcome.value if alert.outcome else "" for alert in alerts)
    return Reliability(
        since=read.since,
        until=now,
        incidents=len(read.entries),
        sampled=read.sampled,
        recoveries=_recoveries(ours),
        times=_times_by_type(read.entries),
        all_times=_times("all", [seconds for entry in read.entries for seconds in _healthy(entry)]),
        days=_days(read, now.date()),
        said=_said(ours),
        doubts=_doubts(ours),
        alerts=dict(ended),
        alerts_sampled=alerts_sampled,
        worth=summarize(team.alerts.scores()),
        confidence=calibrate_bands(_stated(ours), _SURE_EDGES),
        probability=calibrate_bands(_foretold(alerts), _LIKELY_EDGES),
        ladder=climb(outcomes, read.entries, mode, team),
        mode=mode,
    )


# -- what is read -------------------------------------------------------------------------------


class _Read(NamedTuple):
    """Incidents without a gap from `since` on, newest first."""

    entries: list[Entry]
    since: datetime
    sampled: bool


def _read_incidents(now: datetime, team: Collaborators) -> _Read:
    last_month = _last_month(now)
    found: list[Entry] = []
    months, start = [now, last_month], None
    for _ in range(MOST_PAGES):
        page = team.index.in_month(months[0], limit=PAGE_SIZE, start=start)
        found += page.entries
        start = _next(page, months)
        if not months:
            return _Read(found, last_month, sampled=False)
    return _Read(found, found[-1].opened_at if found else now, sampled=True)


def _next(page: Page, months: list[datetime]) -> Item | None:
    """Where to go on; a month that is through is taken off."""
    if page.next_key is None:
        months.pop(0)
    return page.next_key


def _last_month(now: datetime) -> datetime:
    """When it began."""
    this_month = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return (this_month - timedelta(days=1)).replace(day=1)


def _read_alerts(now: datetime, team: Collaborators) -> tuple[list[Alert], bool]:
    months = [team.alerts.in_month(month, limit=MOST_ALERTS) for month in (now, _last_month(now))]
    return [alert for month in months for alert in month], any(len(one) >= MOST_ALERTS for one in months)


# -- what is counted ----------------------------------------------------------------------------


def _recoveries(entries: Iterable[Entry]) -> Counted:
    ended = Counter(entry.state for entry in entries if entry.state is State.COMPLETED or _was_lost(entry))
    return Counted(good=ended[State.COMPLETED], of=ended.total())


def _was_lost(entry: Entry) -> bool:
    """Whether a recovery was decided on, or asked for, and came to nothing."""
    return entry.state is State.FAILED and entry.verdict in {Verdict.RECOVER, Verdict.REVIEW}


def _healthy(entry: Entry) -> list[float]:
    """Warnings have no failure to count from."""
    if (
        entry.state is not State.COMPLETED
        or entry.ended_at is None
        or entry.classification == Classification.ANOMALY
    ):
        return []
    return [seconds_between(entry.failed_at, entry.ended_at)]


def _times(name: str, seconds: Sequence[float]) -> Times:
    return Times(
        resource_type=name, seconds=tuple(seconds), p50=quantile(seconds, 0.5), p90=quantile(seconds, 0.9)
    )


def _times_by_type(entries: Iterable[Entry]) -> tuple[Times, ...]:
    by_type: dict[str, list[float]] = {}
    for entry in entries:
        for seconds in _healthy(entry):
            by_type.setdefault(entry.resource.type, []).append(seconds)
    return tuple(_times(name, found) for name, found in sorted(by_type.items()))


def _days(read: _Read, today: date) -> tuple[Day, ...]:
    counts: dict[date, Counter[str]] = {}
    for entry in read.entries:
        counts.setdefault(entry.opened_at.date(), Counter())[_KINDS[entry.state]] += 1
    first = read.since.date() + timedelta(days=read.sampled)
    days = [today - timedelta(days=ago) for ago in range(DAYS - 1, -1, -1)]
    return tuple(Day(day=day, counts=dict(counts.get(day, {})), known=day >= first) for day in days)


_ANSWERED_YES = (State.EXECUTING, State.VERIFYING, State.ROLLING_BACK, State.COMPLETED, State.FAILED)


def _said(entries: Iterable[Entry]) -> Said:
    asked = Counter(entry.state for entry in entries if entry.verdict == Verdict.REVIEW)
    return Said(
        approved=sum(asked[state] for state in _ANSWERED_YES),
        rejected=asked[State.REJECTED],
        expired=asked[State.EXPIRED],
        waiting=asked[State.AWAITING_APPROVAL],
    )


def _doubts(entries: Sequence[Entry]) -> Doubts:
    judged = [one for one in entries if one.classification not in {"", Classification.NORMAL}]
    return Doubts(
        rejected=sum(one.state is State.REJECTED for one in judged),
        failed=sum(_was_lost(one) for one in judged),
        left=sum(one.state is State.DISMISSED for one in judged),
    )


def _stated(entries: Iterable[Entry]) -> Iterable[tuple[float, bool]]:
    """As calibration counts: what was dismissed or expired says nothing."""
    for entry in entries:
        told = entry.state in {State.COMPLETED, State.REJECTED} or _was_lost(entry)
        if told and entry.confidence is not None and entry.classification != Classification.NORMAL:
            yield entry.confidence, entry.state is State.COMPLETED


def _foretold(alerts: Iterable[Alert]) -> Iterable[tuple[float, bool]]:
    """What was prevented is left out: nobody knows whether it would have failed."""
    for alert in alerts:
        if alert.outcome not in {None, AlertOutcome.PREVENTED}:
            yield alert.first.probability, alert.outcome is AlertOutcome.FAILED
