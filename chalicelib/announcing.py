"""What AWS says beside failures: issues of a service are remembered, and what is over is told once more.

A view never opens an incident: it joins the one that it is about, or is put on record as ignored.
"""

from __future__ import annotations

from datetime import timedelta

from chalicelib.aws.incident_table import How, Opening
from chalicelib.aws.service_issues import ServiceIssues
from chalicelib.collaborators import Collaborators
from chalicelib.incidents.guard import ServiceIssue
from chalicelib.incidents.lifecycle import ENDED
from chalicelib.incidents.messages import render_message
from chalicelib.incidents.model import Incident, Signal
from chalicelib.incidents.said import Said
from chalicelib.incidents.word import is_announced, is_over
from chalicelib.telling_people import tell_everybody

_MOST_UPDATES = 15
"""Further texts are not kept, so that there is room for the one that says that it is over."""
_OVER = "over"
"""What waits to be said, where it is that something is over."""
_LATELY = timedelta(days=30)
"""What AWS says to be over may have been told so long ago; the mark of a signal is kept as long."""


def remember_issue(signal: Signal, team: Collaborators) -> None:
    """Keep that AWS has an issue of a whole service, or that it is over: judgement reads it."""
    if signal.details.get("service_wide") is not True:
        return
    issue = ServiceIssue(
        service=str(signal.details["service"]), event=signal.resource.id, told_at=signal.occurred_at
    )
    issues = ServiceIssues(team.aws, team.settings.incidents_table)
    if is_over(signal):
        issues.end_service_issue(issue, signal.resource, team.clock())
    else:
        issues.note_service_issue(issue, signal.resource, team.clock())


def add_view(signal: Signal, team: Collaborators) -> Opening:
    """Add a signal to the incident that it is about; answer an empty id where there is none."""
    if is_over(signal):
        remember_issue(signal, team)
    incident_id = team.incidents.last_incident_of(signal.resource)
    incident = team.incidents.load(incident_id) if incident_id else None
    if incident is None or not _is_about(signal, incident, team):
        return Opening(incident_id="", how=How.ECHO)
    if _says_nothing_new(signal, incident):
        return Opening(incident_id=incident_id, how=How.DUPLICATE)
    if _ends_what_was_told(signal, incident):
        _tell_that_it_is_over(signal, incident, team)
    return team.incidents.join(incident_id, signal, team.clock())


def _is_about(signal: Signal, incident: Incident, team: Collaborators) -> bool:
    """An open incident of the resource, or one that told of the same event."""
    if incident.state not in ENDED:
        return True
    same = incident.signals[0].details.get("event") == signal.details.get("event")
    return is_announced(incident) and same and team.clock() - incident.opened_at < _LATELY


def _says_nothing_new(signal: Signal, incident: Incident) -> bool:
    """The first message, a copy of it, one that was kept already, or one of too many."""
    if not is_over(signal) and len(incident.signals) >= _MOST_UPDATES:
        return True
    said = {(is_over(known), known.details.get("said")) for known in incident.signals}
    return (is_over(signal), signal.details.get("said")) in said


def _ends_what_was_told(signal: Signal, incident: Incident) -> bool:
    """Once, whatever AWS says of it afterwards."""
    told = is_announced(incident) and incident.state in ENDED
    return told and is_over(signal) and not any(map(is_over, incident.signals))


def _tell_that_it_is_over(signal: Signal, incident: Incident, team: Collaborators) -> None:
    """Before the signal is kept: whoever tries again after a crash in between tells it once more.

    Above the rate it is left for the next digest.
    """
    kind = team.types[incident.resource.type].failure(incident.failure)
    heard = incident.model_copy(update={"signals": (incident.signals[0], signal)})
    message = render_message(heard, (), console_url=team.settings.console_url, happened=kind.title)
    now = team.clock()
    if team.messages.count_told(now, team.policy.messages.counted):
        tell_everybody(message, team)
        return
    team.notifier.to_machines(message)
    left = Said(waiting=_OVER)
    team.messages.leave_for_later(incident.incident_id, left, opened_at=incident.opened_at, now=now)
