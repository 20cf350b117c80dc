"""What the incidents of the stories beside this file are made of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

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
    Resource,
    Signal,
    SignalSource,
    State,
    TimelineEvent,
)
from chalicelib.incidents.plans import ActionCall, Decision, GateAnswer, RecoveryPlan, Risk, Verdict
from chalicelib.incidents.timeline import START, News, write_events

FAILED_AT = datetime(2026, 9, 14, 3, 12, 5, tzinfo=UTC)
INSTANCE = Resource(type="ec2.instance", id="i-0d5f1c2b3a4e59687", region="eu-west-1", account="111122223333")
DATABASE = Resource(type="rds.db-instance", id="orders-db", region="eu-west-1", account="111122223333")
ALICE = Actor(
    kind=ActorKind.PERSON,
    name="alice",
    address="203.0.113.24",
    user_agent="aws-cli/2.27.50 md/awscrt#0.26.1 ua/2.1 os/linux#6.8.0 md/command#ec2.stop-instances",
)
WHAT = {
    "heard": "Heard that i-0d5f1c2b3a4e59687 was stopped",
    "looked": "Looked at the resource: state is stopped",
}


class Told(NamedTuple):
    """What `render_message` is given."""

    incident: Incident
    timeline: Sequence[TimelineEvent]
    happened: str


def after(seconds: float) -> datetime:
    return FAILED_AT + timedelta(seconds=seconds)


def a_signal(**changes: Any) -> Signal:
    usual: dict[str, Any] = {
        "signal_id": "9357a8cd-a0eb-46a1-b67e-5d1f0c3e0001:i-0d5f1c2b3a4e59687",
        "source": SignalSource.API_CALL,
        "resource": INSTANCE,
        "failure": "stopped",
        "event_name": "StopInstances",
        "occurred_at": FAILED_AT,
        "actor": ALICE,
    }
    return Signal(**usual | changes)


STATE_CHANGE = a_signal(
    signal_id="7bf73129", source=SignalSource.STATE_CHANGE, event_name="stopped", occurred_at=after(1),
    actor=Actor(kind=ActorKind.UNKNOWN),
)  # fmt: skip


def a_fact(fact: str, weight: float, source: str = "CloudTrail") -> Evidence:
    return Evidence(rule="rule", source=source, fact=fact, weight=weight)


def an_assessment(**changes: Any) -> Assessment:
    usual: dict[str, Any] = {
        "classification": Classification.FAILURE,
        "confidence": 0.92,
        "severity": 6,
        "intent": Intent.ACCIDENT,
        "reasoning": "i-0d5f1c2b3a4e59687 was stopped. For putting it right speaks that alice, a person, did "
        "it from 203.0.113.24 and it is down when read again. Nothing speaks against it.",
        "evidence": (
            a_fact("it is down when read again: state is stopped", 1.2, "describe_instances"),
            a_fact("alice, a person, did it from 203.0.113.24", 1.4),
            a_fact("two sources tell of it", 0.3, "all signals"),
            a_fact("it was stopped once before in 30 days", -0.2, "history"),
        ),
        "impact": Impact(
            services=("orders",),
            downtime_minutes=30,
            blast_radius="everything that runs on the instance, and what calls it",
        ),
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
        "summary": "start the instance i-0d5f1c2b3a4e59687",
    }
    return RecoveryPlan(**usual | changes)


RESTORE = a_plan(
    actions=(
        ActionCall(
            action="rds.restore-db-instance",
            parameters={"snapshot": "rds:orders-db-2026-09-14-02-00", "instance_class": "db.t4g.medium"},
        ),
    ),
    goal={"exists": True, "status": "available"},
    risk=Risk.MEDIUM,
    automatic=False,
    summary="restore from its newest snapshot the database orders-db",
    warning="what was written after 2026-09-14 02:00 UTC, when the snapshot was made, is lost",
)


def a_decision(verdict: Verdict, reason: str, *others: GateAnswer, **changes: Any) -> Decision:
    gates = (GateAnswer(gate="first", verdict=verdict, reason=reason), *others)
    return Decision(verdict=verdict, reason=reason, gates=gates, policy_version="3f2a9c1b0d4e", **changes)


RECOVER = a_decision(Verdict.RECOVER, "Every gate allows it.")
REVIEW = a_decision(
    Verdict.REVIEW,
    "Restoring a database is never automatic.",
    GateAnswer(gate="risk", verdict=Verdict.REVIEW, reason="The risk medium is above low."),
    GateAnswer(gate="mode", verdict=Verdict.RECOVER, reason="The mode is auto."),
)


def an_incident(state: State, **changes: Any) -> Incident:
    usual: dict[str, Any] = {
        "incident_id": "inc-20260914-031206-1a2b3c4d",
        "resource": INSTANCE,
        "failure": "stopped",
        "state": state,
        "bookmark": Bookmark(version=2, head="0" * 64),
        "opened_at": after(1.4),
        "failed_at": FAILED_AT,
        "signals": (a_signal(), STATE_CHANGE),
        "assessment": an_assessment(),
        "plan": a_plan(),
        "decision": RECOVER,
    }
    return Incident(**usual | changes)


def a_timeline(*lines: tuple[float, State, str], **data: dict[str, Any]) -> list[TimelineEvent]:
    """`data` is that of the event whose text begins with the key."""
    events: list[TimelineEvent] = []
    mark = START
    for seconds, state, what in lines:
        facts = next((facts for start, facts in data.items() if what.startswith(start)), {})
        events += write_events("inc", mark, state, [News(what=what, at=after(seconds), data=facts)])
        mark = Bookmark(version=events[-1].number, head=events[-1].hash)
    return events


BEGINNING = (
    (1.4, State.DETECTING, WHAT["heard"]),
    (1.9, State.ANALYZING, WHAT["looked"]),
    (2.3, State.PLANNING, "Judged it FAILURE, 92% sure, by rules"),
)
STARTED = (
    *BEGINNING,
    (2.8, State.EXECUTING, "Planned to start the instance i-0d5f1c2b3a4e59687"),
    (2.8, State.EXECUTING, "Decided RECOVER: Every gate allows it."),
    (3.3, State.EXECUTING, "Began to start the instance"),
)
DOING = {"effect": "do-0", "action": "ec2.start-instance"}
ASKED = {"seconds": 3600}
