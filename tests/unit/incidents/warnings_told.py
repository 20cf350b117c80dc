"""Incidents that a forecast opened, as their records stand when people are told about them."""

from __future__ import annotations

from typing import Any

from chalicelib.incidents.model import (
    Actor,
    ActorKind,
    Classification,
    Impact,
    Incident,
    SignalSource,
    State,
)
from chalicelib.incidents.plans import ActionCall, Approval, Health, Risk, Verdict, Verification
from tests.unit.incidents.told import (
    ASKED,
    DATABASE,
    DOING,
    Told,
    a_decision,
    a_fact,
    a_plan,
    a_signal,
    a_timeline,
    after,
    an_assessment,
    an_incident,
)

EXPECTED = "is expected to run out of storage"
FORECAST = a_signal(
    signal_id="forecast:orders-db:1", source=SignalSource.FORECAST, resource=DATABASE,
    failure="storage_filling", event_name="forecast", actor=Actor(kind=ActorKind.UNKNOWN),
    details={
        "probability": 0.93, "horizon_minutes": 60, "expected_at": after(2400).isoformat(),
        "metric": "free storage", "value": 1.2e9, "limit": 0.0, "unit": "bytes", "detector": "trend",
    },
)  # fmt: skip
GROW = a_plan(
    actions=(ActionCall(action="grow_db_storage", parameters={"allocated_gib": 120, "before_gib": 100}),),
    goal={"exists": True, "status": "available", "allocated_gib": 120},
    risk=Risk.MEDIUM,
    automatic=False,
    reversible=False,
    summary="give the database more storage: orders-db",
    warning="It costs more from now on, and cannot be made smaller again.",
)
ASKS = a_decision(Verdict.REVIEW, "Nothing has failed yet, and the policy asks before it prevents.")
FORESEEN = (
    (0.4, State.DETECTING, f"Heard that orders-db {EXPECTED}"),
    (0.9, State.ANALYZING, "Looked at the resource: status is available"),
    (1.3, State.PLANNING, "Judged it ANOMALY, 93% sure, by rules"),
    (1.8, State.AWAITING_APPROVAL, "Planned to give the database more storage: orders-db"),
    (1.8, State.AWAITING_APPROVAL, f"Decided REVIEW: {ASKS.reason}"),
    (2.1, State.AWAITING_APPROVAL, "Asked people to approve the plan"),
)


def foreseen(state: State, **changes: Any) -> Incident:
    assessment = an_assessment(
        classification=Classification.ANOMALY,
        confidence=0.93,
        severity=8,
        reasoning=f"orders-db {EXPECTED}. Acting before it fails makes sense because free storage is "
        "1.12 GiB and heads for 0 B, 93% likely within 60 minutes. Nothing speaks against it.",
        evidence=(
            a_fact(
                "free storage is 1.12 GiB and heads for 0 B, 93% likely within 60 minutes", 2.587, "forecast"
            ),
            a_fact("it was still healthy when read again, as a warning has it", 0.0, "read again"),
        ),
        impact=Impact(
            downtime_minutes=60,
            blast_radius="every service that writes to the database, which stops when it is full",
        ),
    )
    usual = {
        "resource": DATABASE, "failure": "storage_filling", "signals": (FORECAST,), "assessment": assessment,
        "plan": GROW, "decision": ASKS,
    }  # fmt: skip
    return an_incident(state, **usual | changes)


def _told(incident: Incident, *further: Any) -> Told:
    data = {"Asked": ASKED, "Began": DOING}
    return Told(incident, a_timeline(*FORESEEN, *further, **data), EXPECTED)


def foreseen_and_asked() -> Told:
    timeline = a_timeline(*FORESEEN, Asked=ASKED)
    return Told(foreseen(State.AWAITING_APPROVAL), timeline, EXPECTED)


def foreseen_and_prevented() -> Told:
    approval = Approval(approved=True, by="bob@example.com", digest=GROW.digest, decided_at=after(412))
    looked_at = ("allocated gib is 120", "it is there", "status is available")
    verification = Verification(health=Health.HEALTHY, looked_at=looked_at, verified_at=after(640))
    incident = foreseen(State.COMPLETED, approval=approval, verification=verification)
    return _told(
        incident,
        (412, State.EXECUTING, "bob@example.com approved the plan"),
        (413, State.EXECUTING, "Began to give the database more storage"),
        (414, State.EXECUTING, "Waiting for AWS to give the database more storage"),
        (636, State.VERIFYING, "Done: give the database more storage"),
        (640, State.COMPLETED, f"Verified: {'; '.join(looked_at)}"),
    )


def foreseen_and_held_out() -> Told:
    reason = "Held out to measure what warnings are worth, as 5% of them are."
    decision = a_decision(Verdict.IGNORE, reason)
    timeline = a_timeline(*FORESEEN[:3], (1.8, State.DISMISSED, f"Decided IGNORE: {reason}"))
    return Told(foreseen(State.DISMISSED, decision=decision), timeline, EXPECTED)


def foreseen_and_not_answered() -> Told:
    timeline = a_timeline(
        *FORESEEN, (3602, State.EXPIRED, "Nobody answered in time: nothing was changed"), Asked=ASKED
    )
    return Told(foreseen(State.EXPIRED, problem="nobody answered in time"), timeline, EXPECTED)


WARNINGS = {
    story.__name__.replace("_", "-"): story
    for story in (
        foreseen_and_asked,
        foreseen_and_prevented,
        foreseen_and_held_out,
        foreseen_and_not_answered,
    )
}
"""The same for warnings."""
