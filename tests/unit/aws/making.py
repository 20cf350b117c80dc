"""Signals, incidents and steps, as the handlers would make them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Any

from chalicelib.aws.clients import Aws
from chalicelib.aws.incident_table import IncidentTable, Opening
from chalicelib.incidents.model import (
    Actor,
    ActorKind,
    Incident,
    Observation,
    PastIncident,
    Resource,
    Signal,
    SignalSource,
    State,
)
from chalicelib.incidents.plans import ActionCall, RecoveryPlan, Risk
from chalicelib.incidents.step import Effect, Step
from chalicelib.incidents.timeline import START, News, bookmark_after, write_events
from chalicelib.intake import new_incident

REGION = "eu-west-1"
NOON = datetime(2030, 5, 1, 12, 0, tzinfo=UTC)
INSTANCE = Resource(type="ec2.instance", id="i-0abc", region=REGION, account="111122223333")
ALICE = Actor(kind=ActorKind.PERSON, name="alice")
NOBODY = Actor(kind=ActorKind.UNKNOWN)
STOPPED = Observation(exists=True, attributes={"state": "stopped"}, observed_at=NOON)


class RefusingAws(Aws):
    """Answers every call with the same error."""

    def __init__(self, error: Exception) -> None:
        super().__init__(region=REGION)
        self._error = error

    def read(self, service: str, operation: str, /, **parameters: Any) -> dict[str, Any]:
        raise self._error


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def a_resource(number: int) -> Resource:
    return INSTANCE.model_copy(update={"id": f"i-{number:04d}"})


def a_signal(number: int = 1, **changes: Any) -> Signal:
    usual: dict[str, Any] = {
        "signal_id": f"signal-{number}",
        "source": SignalSource.API_CALL,
        "resource": INSTANCE,
        "failure": "stopped",
        "event_name": "StopInstances",
        "occurred_at": NOON,
        "actor": ALICE,
    }
    return Signal(**usual | changes)


def an_opening(
    table: IncidentTable, signal: Signal, at: datetime | None = None, yielding: Collection[str] = ()
) -> Opening:
    """Take a signal in as the handler does."""
    incident = new_incident(signal, at or signal.occurred_at)
    events = write_events(
        incident.incident_id, START, State.DETECTING, [News(what="Heard of it", at=incident.opened_at)]
    )
    return table.open(incident.model_copy(update={"bookmark": bookmark_after(events)}), events, yielding)


def an_incident(table: IncidentTable, signal: Signal | None = None, at: datetime | None = None) -> Incident:
    """Open one, and read it."""
    return table.load(an_opening(table, signal or a_signal(), at).incident_id)


def a_step(incident: Incident, **changes: Any) -> Step:
    usual: dict[str, Any] = {
        "incident_id": incident.incident_id,
        "resource": incident.resource,
        "failure": incident.failure,
        "state": incident.state,
        "bookmark": incident.bookmark,
        "opened_at": incident.opened_at,
        "failed_at": incident.failed_at,
        "since": incident.opened_at,
    }
    return Step(**usual | changes)


def moved(table: IncidentTable, step: Step, *states: State, at: datetime | None = None) -> Step:
    """Move an incident through these states."""
    for state in states:
        step = table.advance(step, state, [News(what=f"Came to {state.value}", at=at or after(10))])
    return step


def ended(table: IncidentTable, signal: Signal, *states: State, at: datetime, **changes: Any) -> Incident:
    """An incident that went through these states and ended at a time."""
    incident = an_incident(table, signal)
    moved(table, a_step(incident, **changes), *states, at=at)
    return table.load(incident.incident_id)


def a_plan(**changes: Any) -> RecoveryPlan:
    usual: dict[str, Any] = {
        "actions": (ActionCall(action="start_ec2_instance"),),
        "goal": {"exists": True, "state": "running"},
        "observed_digest": STOPPED.digest,
        "risk": Risk.LOW,
        "automatic": True,
        "reversible": True,
        "summary": "start the instance: i-0abc",
    }
    return RecoveryPlan(**usual | changes)


def an_effect(fence: str = "fence-1", **changes: Any) -> Effect:
    usual: dict[str, Any] = {
        "name": "do-0",
        "action": "start_ec2_instance",
        "parameters": {},
        "resource": INSTANCE,
        "token": "token-1",
        "fence": fence,
        "intended_at": after(30),
    }
    return Effect(**usual | changes)


def a_past_incident(number: int, **changes: Any) -> PastIncident:
    usual: dict[str, Any] = {
        "incident_id": f"inc-{number}",
        "signature": "ec2.instance/stopped",
        "resource_id": INSTANCE.id,
        "state": State.COMPLETED,
        "action": "start_ec2_instance",
        "ended_at": after(number),
        "healthy_seconds": 4.0,
    }
    return PastIncident(**usual | changes)
