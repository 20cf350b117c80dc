"""From an event to a started workflow: one transaction and one StartExecution for a new failure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

from chalicelib.aws.incident_table import How, Opening
from chalicelib.collaborators import Collaborators
from chalicelib.errors import StaleRecordError
from chalicelib.incidents.base import digest_of
from chalicelib.incidents.foreseen import GAVE_WAY
from chalicelib.incidents.model import (
    ActorKind,
    Classification,
    Incident,
    Signal,
    SignalSource,
    State,
)
from chalicelib.incidents.step import Step
from chalicelib.incidents.timeline import START, News, bookmark_after, write_events
from chalicelib.incidents.word import is_announced
from chalicelib.redaction import clean_text, redact_value
from chalicelib.signals import Ignored, IgnoredCode, Reading, ignore, read_alarm, read_event

_LONGEST_EVENT = 4000
"""Characters that are kept of an ignored event."""


def receive_event(event: object, team: Collaborators) -> dict[str, Any]:
    """Take in an event of EventBridge. Whatever it holds, it ends as an incident or an ignored record."""
    return _receive(read_event(event, **_knowledge(team)), event, team)


def receive_alarm(message: object, team: Collaborators) -> dict[str, Any]:
    """Take in a message of the alarm topic: of CloudWatch, Health, Budgets or Cost Anomaly Detection."""
    from chalicelib.announcing import add_view, remember_issue  # noqa: PLC0415 - only alarms need it

    reading = read_alarm(message, **_knowledge(team))
    for signal in reading.signals:
        team.patiently(partial(remember_issue, signal, team))
    told = [team.patiently(partial(add_view, signal, team)) for signal in reading.views]
    return _receive(reading, message, team, told)


def open_incident(signal: Signal, team: Collaborators) -> Opening:
    """Open an incident and start its workflow, or add the signal to the incident that it belongs to.

    A start that a crash has swallowed is made up for when the event is delivered again: the execution
    is named after the incident, so a second start is the same start.
    """
    incident = new_incident(signal, team.clock())
    events = write_events(incident.incident_id, START, State.DETECTING, _first_news(signal, incident, team))
    incident = incident.model_copy(update={"bookmark": bookmark_after(events)})
    opening: Opening = team.patiently(
        lambda: team.incidents.open(incident, events, warnings_before(signal, team))
    )
    if opening.how is How.IN_THE_WAY:
        make_way(opening.incident_id, team)
        opening = team.patiently(lambda: team.incidents.open(incident, events))
    team.telemetry.count("Signals", Outcome=opening.how.value, ResourceType=signal.resource.type)
    if opening.how is How.OPENED:
        team.executions.start(first_step(incident, team))
    if opening.how is How.DUPLICATE and opening.incident_id:
        _make_up_for_lost_start(opening.incident_id, team)
    return opening


_SURE = frozenset(
    {SignalSource.API_CALL, SignalSource.STATE_CHANGE, SignalSource.DB_EVENT, SignalSource.SWEEP}
)
"""Sources that tell of what happened. An alarm may be about the very thing that a warning is about."""


def warnings_before(signal: Signal, team: Collaborators) -> frozenset[str]:
    """The failures of its type that are warnings, where the signal tells of a failure: these come second."""
    kinds = team.types[signal.resource.type]
    happened = signal.source in _SURE and not signal.error_code and not signal.dry_run
    if not happened or kinds.failure(signal.failure).classification is Classification.ANOMALY:
        return frozenset()
    return frozenset(one.name for one in kinds.failures if one.classification is Classification.ANOMALY)


def make_way(incident_id: str, team: Collaborators) -> None:
    """Withdraw the question of a warning about a resource that has failed meanwhile.

    Nobody's answer is waited for while there is something to repair. What is already being done is not
    broken off: the failure joins it.
    """
    incident = team.incidents.load(incident_id)
    if incident.state is not State.AWAITING_APPROVAL:
        return
    step = first_step(incident, team).resumed(incident)
    news = News(what=f"Withdrew the question: {GAVE_WAY}", at=team.clock())
    try:
        ended = team.incidents.move_alone(step, State.EXPIRED, [news], problem=GAVE_WAY)
    except StaleRecordError:
        return
    team.executions.answer(team.incidents.task_token(incident_id), ended)


def new_incident(signal: Signal, now: datetime) -> Incident:
    """The record that a signal opens: its id tells when, and is the same for the same signal."""
    return Incident(
        incident_id=f"inc-{now:%Y%m%d-%H%M%S}-{digest_of(signal.signal_id)[:8]}",
        resource=signal.resource,
        failure=signal.failure,
        state=State.DETECTING,
        bookmark=START,
        opened_at=now,
        failed_at=min(signal.occurred_at, now),
        signals=(signal,),
    )


def first_step(incident: Incident, team: Collaborators) -> Step:
    """The input of an incident's workflow: always the same for the same record."""
    limits = team.limits(incident.resource, incident.observation.tags if incident.observation else {})
    named = (
        incident.foreseen or is_announced(incident) or incident.signals[0].actor.kind is not ActorKind.UNKNOWN
    )
    return Step(
        incident_id=incident.incident_id,
        resource=incident.resource,
        failure=incident.failure,
        state=incident.state,
        bookmark=incident.bookmark,
        opened_at=incident.opened_at,
        failed_at=incident.failed_at,
        foreseen=incident.foreseen,
        since=incident.opened_at,
        settle_seconds=0 if named or is_announced(incident) else limits.settle_seconds,
        approval_seconds=limits.approval_seconds,
        cooldown_seconds=limits.cooldown_seconds,
    )


def _receive(
    reading: Reading, event: object, team: Collaborators, told: Sequence[Opening] = ()
) -> dict[str, Any]:
    for signal in reading.own:
        team.patiently(partial(team.incidents.hush, signal, team.clock()))
    openings = [*told, *(open_incident(signal, team) for signal in reading.signals)]
    ignored = [*reading.ignored, *_of_nothing(reading, openings)]
    for one in ignored:
        _note_ignored(one, event, team)
    return {
        "incidents": [
            {"incident_id": one.incident_id, "how": one.how.value} for one in openings if one.incident_id
        ],
        "ignored": [{"code": one.code, "reason": one.reason} for one in ignored],
    }


def _of_nothing(reading: Reading, openings: Sequence[Opening]) -> Sequence[Ignored]:
    """Views that are about no incident open none: that is on record too."""
    if not reading.views or any(one.incident_id for one in openings):
        return ()
    said = reading.views[0]
    return ignore(IgnoredCode.NO_FAILURE, f"{said.event_name} is about nothing that was told").ignored


def _note_ignored(ignored: Ignored, event: object, team: Collaborators) -> None:
    """Keep the event with the reason, without secrets and not at any length."""
    team.telemetry.log(f"ignored an event: {ignored.reason}", code=ignored.code)
    team.telemetry.count("SignalsIgnored", Code=ignored.code)
    text = clean_text(json.dumps(redact_value(event), default=str), _LONGEST_EVENT)
    team.incidents.note_ignored(ignored.code, ignored.reason, text, team.clock())


def _first_news(signal: Signal, incident: Incident, team: Collaborators) -> Sequence[News]:
    title = team.types[signal.resource.type].failure(signal.failure).title
    facts = {"signal": signal.model_dump(mode="json"), "failed_at": incident.failed_at.isoformat()}
    return [News(what=f"Heard that {signal.resource.id} {title}", at=incident.opened_at, data=facts)]


def _make_up_for_lost_start(incident_id: str, team: Collaborators) -> None:
    incident = team.incidents.load(incident_id)
    if incident.state is State.DETECTING:
        team.executions.start(first_step(incident, team))


def _knowledge(team: Collaborators) -> dict[str, Any]:
    return {
        "types": team.types,
        "own_roles": team.settings.own_roles,
        "iac_roles": team.policy.actors.iac_roles,
        "received_at": team.clock(),
    }
