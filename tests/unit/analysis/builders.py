"""A stopped instance, a person who stopped it, and everything else that judgement looks at."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from chalicelib.analysis.case import Case, Question
from chalicelib.analysis.policy import Limits, Policy
from chalicelib.incidents.guard import Guard, Load, Outcomes
from chalicelib.incidents.model import (
    Actor,
    ActorKind,
    Assessment,
    Bookmark,
    Classification,
    Evidence,
    Impact,
    Incident,
    Intent,
    Judge,
    Observation,
    PastIncident,
    Resource,
    Signal,
    SignalSource,
    State,
)
from chalicelib.incidents.plans import ActionCall, RecoveryPlan, Risk
from chalicelib.resources.model import FailureKind

NOW = datetime(2030, 5, 1, 12, 0, tzinfo=UTC)
ALICE = Actor(kind=ActorKind.PERSON, name="alice", address="203.0.113.7", user_agent="aws-cli/2.31.0")
PIPELINE = Actor(kind=ActorKind.IAC, name="shop-deploy")
SCALING = Actor(kind=ActorKind.AWS_SERVICE, name="autoscaling.amazonaws.com")
OURSELVES = Actor(kind=ActorKind.OWN_ROLE, name="mainstay-prod-run_action")
NOBODY = Actor(kind=ActorKind.UNKNOWN)
INSTANCE = Resource(type="ec2.instance", id="i-0abc", region="eu-west-1", account="111122223333")

STOPPED = FailureKind(
    name="stopped",
    title="was stopped",
    classification=Classification.FAILURE,
    severity=6,
    downtime_minutes=30,
    blast_radius="whatever runs on it",
)
TERMINATED = replace(STOPPED, name="terminated", title="was terminated", severity=8)
TAMPERED = replace(
    STOPPED, name="tampered", title="was changed", classification=Classification.TAMPERING, severity=7
)
FILLING = replace(
    STOPPED,
    name="disk_filling",
    title="is expected to run out of disk space",
    classification=Classification.ANOMALY,
)


def a_signal(**changes: Any) -> Signal:
    usual: dict[str, Any] = {
        "signal_id": "signal-1",
        "source": SignalSource.API_CALL,
        "resource": INSTANCE,
        "failure": "stopped",
        "event_name": "StopInstances",
        "occurred_at": NOW - timedelta(seconds=30),
        "actor": ALICE,
    }
    return Signal(**usual | changes)


def a_state_change(**changes: Any) -> Signal:
    usual = {"source": SignalSource.STATE_CHANGE, "event_name": "stopped", "actor": NOBODY}
    return a_signal(**usual | changes)


def a_warning(occurred_at: datetime = NOW, **details: Any) -> Signal:
    """A forecast, with these numbers instead of the usual ones."""
    usual = {
        "probability": 0.9,
        "horizon_minutes": 60,
        "expected_at": (occurred_at + timedelta(minutes=40)).isoformat(),
        "metric": "used disk space",
        "value": 91.5,
        "limit": 100.0,
    }
    return a_signal(
        signal_id=f"forecast-{occurred_at.isoformat()}",
        source=SignalSource.FORECAST,
        failure="disk_filling",
        event_name="forecast",
        occurred_at=occurred_at,
        actor=NOBODY,
        details=usual | details,
    )


def an_observation(**changes: Any) -> Observation:
    usual = {"exists": True, "attributes": {"state": "stopped"}, "observed_at": NOW}
    return Observation(**usual | changes)


def an_incident(**changes: Any) -> Incident:
    usual: dict[str, Any] = {
        "incident_id": "inc-1",
        "resource": INSTANCE,
        "failure": "stopped",
        "state": State.ANALYZING,
        "bookmark": Bookmark(version=2, head="0" * 64),
        "opened_at": NOW - timedelta(seconds=20),
        "failed_at": NOW - timedelta(seconds=30),
        "signals": (a_signal(),),
        "observation": an_observation(),
    }
    return Incident(**usual | changes)


def a_case(*signals: Signal, **changes: Any) -> Case:
    """A person stopped an instance, one signal tells, and it is still down: unless changed."""
    usual: dict[str, Any] = {
        "incident": an_incident(signals=signals or (a_signal(),)),
        "kind": STOPPED,
        "observation": an_observation(),
        "failing": True,
        "known_good": None,
        "outcomes": Outcomes(),
        "similar": (),
        "load": Load(opened={"ec2.instance": 1}),
        "policy": Policy(),
        "now": NOW,
    }
    return Case(**usual | changes)


def a_past_incident(**changes: Any) -> PastIncident:
    usual: dict[str, Any] = {
        "incident_id": "inc-0",
        "signature": "ec2.instance/stopped",
        "resource_id": "i-0abc",
        "state": State.COMPLETED,
        "action": "ec2.start-instance",
        "ended_at": NOW - timedelta(days=3),
        "healthy_seconds": 41.0,
    }
    return PastIncident(**usual | changes)


def an_assessment(**changes: Any) -> Assessment:
    usual: dict[str, Any] = {
        "classification": Classification.FAILURE,
        "confidence": 0.92,
        "severity": 6,
        "intent": Intent.ACCIDENT,
        "reasoning": "It was stopped.",
        "evidence": (Evidence(rule="actor", source="CloudTrail", fact="alice did it", weight=1.4),),
        "impact": Impact(),
        "judge": Judge.RULES,
    }
    return Assessment(**usual | changes)


def a_plan(**changes: Any) -> RecoveryPlan:
    usual: dict[str, Any] = {
        "actions": (ActionCall(action="ec2.start-instance"),),
        "goal": {"state": "running"},
        "observed_digest": "0" * 64,
        "risk": Risk.LOW,
        "automatic": True,
        "reversible": True,
        "summary": "start the instance i-0abc",
    }
    return RecoveryPlan(**usual | changes)


def a_question(**changes: Any) -> Question:
    """One that every gate allows: unless changed."""
    usual: dict[str, Any] = {
        "incident": an_incident(),
        "assessment": an_assessment(),
        "plan": a_plan(),
        "limits": Limits(),
        "policy": Policy(version="abc123"),
        "mode": "auto",
        "guard": Guard(),
        "load": Load(opened={"ec2.instance": 1}),
        "now": NOW,
    }
    return Question(**usual | changes)
