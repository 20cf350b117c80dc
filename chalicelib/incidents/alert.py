"""A proactive alert: one problem that has not become a failure yet, from its first sign to its outcome."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, Field

from chalicelib.incidents.base import Record, Share
from chalicelib.incidents.model import Resource


class AlertSource(StrEnum):
    """What was read when the alert was raised."""

    LOGS = "logs"
    METRIC = "metric"


class AlertState(StrEnum):
    """Whether the problem is still there."""

    OPEN = "OPEN"
    CLEARED = "CLEARED"


class AlertOutcome(StrEnum):
    """What became of the problem, as read afterwards from incidents and from the metric itself."""

    FAILED = "failed"
    """What was foretold happened."""
    PREVENTED = "prevented"
    """A verified action stood between the alert and the failure."""
    PASSED = "passed"
    """It was there, and went away by itself."""
    WRONG = "wrong"
    """It was never there, or a person said so."""


class Urgency(StrEnum):
    """How soon somebody has to look."""

    NOW = "now"
    TODAY = "today"
    SOON = "soon"


class Subject(Record):
    """What an alert is about. `name` is a log group, or a series: ``AWS/RDS FreeStorageSpace db-orders``."""

    source: AlertSource
    name: str
    resource: Resource | None = None
    """The resource that stands behind it, where one is known."""
    failure: str = ""
    """The failure of the resource's type that it foretells; empty: people are told, nothing is planned."""


class Sight(Record):
    """What a scan saw of the problem when it last looked. Texts are redacted, one line, bounded."""

    what: str
    """One sentence."""
    detectors: tuple[str, ...]
    score: Share
    """How unusual it is."""
    probability: Share
    """That it becomes a failure; by the detector alone, before outcomes and the model are heard."""
    severity: Annotated[int, Field(ge=1, le=10)]
    now: float
    usual: float
    expected_at: AwareDatetime | None = None
    earliest_at: AwareDatetime | None = None
    latest_at: AwareDatetime | None = None
    evidence: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    rates: tuple[float, ...] = ()
    """The recent past up to now, oldest first: for a sparkline."""
    adopted: bool = False
    """It has gone on for so long that it is taken as usual: it is told no more, and has not passed."""


class Explanation(Record):
    """What the model made of the redacted evidence: advice, never authority."""

    cause: str
    advice: str
    probability: Share


class Alert(Record):
    """One problem. The scan writes `sight`; telling, planning and scoring each write their own part."""

    alert_id: str
    subject: Subject
    state: AlertState
    opened_at: AwareDatetime
    """When the problem began, as far as the data tell."""
    noticed_at: AwareDatetime | None = None
    """When it was on record: a first look, or a backlog, finds what began long before."""
    updated_at: AwareDatetime
    cleared_at: AwareDatetime | None = None
    sight: Sight
    first: Sight
    """As it was when the alert was opened: what the outcome is judged against."""
    probability: Share
    """That it becomes a failure: the detector's, moved by outcomes and, a little, by the model."""
    explanation: Explanation | None = None
    incident_id: str = ""
    failed_at: AwareDatetime | None = None
    """When what it foretold happened, as the scan saw it."""
    told: str = ""
    """What people were told last: an urgency, ``cleared``, or nothing yet."""
    told_at: AwareDatetime | None = None
    outcome: AlertOutcome | None = None
    lead_minutes: float | None = None
    """From the alert to the failure, where there was one."""

    @property
    def urgency(self) -> Urgency:
        """By what is expected, and when."""
        if self.sight.expected_at is not None:
            hours = (self.sight.expected_at - self.updated_at).total_seconds() / 3600
            return Urgency.NOW if hours <= _NOW_HOURS else Urgency.TODAY
        return Urgency.NOW if self.sight.severity >= _GRAVE else Urgency.SOON

    @property
    def known_at(self) -> datetime:
        """From when on people could be told."""
        return self.noticed_at or self.opened_at

    @property
    def was_lost(self) -> bool:
        """Whether nothing was seen of it any more, so that nobody knows how it ended."""
        return self.cleared_at is not None and self.cleared_at - self.updated_at >= _LOST_AFTER

    @property
    def horizon_minutes(self) -> float | None:
        """Until it is expected to fail, from when it was last seen."""
        expected = self.sight.expected_at
        return None if expected is None else max(0.0, (expected - self.updated_at).total_seconds() / 60)


_LOST_AFTER = timedelta(hours=12)
_NOW_HOURS = 2
_GRAVE = 8
