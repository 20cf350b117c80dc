"""What a scan tells of a problem: that it began, is still there, or has passed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from chalicelib.incidents.alert import Alert, AlertState, Sight, Subject
from chalicelib.incidents.base import digest_of

_ALERT_ID = re.compile(r"al-\d{8}-\d{6}-[0-9a-f]{8}")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Phase(StrEnum):
    """Where a problem is, as a scan finds it."""

    OPENED = "OPENED"
    UPDATED = "UPDATED"
    CLEARED = "CLEARED"


@dataclass(frozen=True, kw_only=True)
class Sighting:
    """One problem of one subject. `key` and `opened_at` (seconds) name it for as long as it lasts."""

    key: str
    opened_at: float
    phase: Phase
    sight: Sight
    failed_at: float | None = None
    """When what was foretold happened, where it did while the problem was there."""


def alert_id_of(subject: Subject, key: str, opened_at: float) -> str:
    """The same for every sighting of a problem, and for every worker that sees it."""
    digest = digest_of([subject.source, subject.name, key, opened_at])
    return f"al-{in_utc(opened_at):%Y%m%d-%H%M%S}-{digest[:8]}"


def is_alert_id(text: str) -> bool:
    """Whether a text could be the id of an alert."""
    return _ALERT_ID.fullmatch(text) is not None


def new_alert(subject: Subject, first: Sighting, last: Sighting, now: datetime) -> Alert:
    """The alert that a first sighting opens. By the `last` one of the same scan it may have passed again."""
    cleared = last.phase is Phase.CLEARED
    return Alert(
        alert_id=alert_id_of(subject, first.key, first.opened_at),
        subject=subject,
        state=AlertState.CLEARED if cleared else AlertState.OPEN,
        opened_at=in_utc(first.opened_at),
        noticed_at=now,
        updated_at=now,
        cleared_at=now if cleared else None,
        sight=last.sight,
        first=first.sight,
        probability=last.sight.probability,
        failed_at=None if last.failed_at is None else in_utc(last.failed_at),
    )


def in_utc(seconds: float) -> datetime:
    """A time given in seconds since 1970."""
    return _EPOCH + timedelta(seconds=seconds)
