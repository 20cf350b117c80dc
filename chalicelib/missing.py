"""Failures that the logs gave no warning of: without them nobody could say how many are foretold."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from chalicelib.aws.incident_index import Entry
from chalicelib.collaborators import Collaborators
from chalicelib.incidents.alert import Alert, Subject
from chalicelib.incidents.model import Classification

LOGS = "logs"
"""Any of the detectors of log groups might have told."""

_RECENT = timedelta(minutes=30)
"""Judged within so long after it was opened: a failure that is older was looked at by an earlier run."""
_LATELY = timedelta(hours=2)
"""An alert that passed so long before a failure did not foretell it."""
_MOST = 100


def count_misses(subjects: Iterable[Subject], team: Collaborators) -> int:
    """Count recent failures of resources behind these log groups that no alert about them came before."""
    watched = {one.resource.key for one in subjects if one.resource is not None}
    failures = _failures(watched, team) if watched else []
    months = _months(team.clock()) if failures else []
    alerts = [alert for month in months for alert in team.alerts.in_month(month, limit=_MOST)]
    missed = [one for one in failures if not any(_foretold(one, alert) for alert in alerts)]
    now = team.clock()
    return sum(team.alerts.count_miss(one.incident_id, LOGS, now) for one in missed)


def _failures(watched: set[str], team: Collaborators) -> list[Entry]:
    now = team.clock()
    recent = [one for month in _months(now) for one in team.index.in_month(month, limit=_MOST).entries]
    return [
        entry
        for entry in recent
        if entry.resource.key in watched
        and entry.classification == Classification.FAILURE
        and now - entry.opened_at <= _RECENT
    ]


def _months(now: datetime) -> list[datetime]:
    """On the first day the month before too: what failed after midnight may have been foretold before."""
    yesterday = now - timedelta(days=1)
    return [now] if yesterday.month == now.month else [now, yesterday]


def _foretold(failure: Entry, alert: Alert) -> bool:
    resource = alert.subject.resource
    if resource is None or resource.key != failure.resource.key or alert.known_at >= failure.failed_at:
        return False
    return alert.cleared_at is None or failure.failed_at - alert.cleared_at <= _LATELY
