"""Everything that judgement may look at, gathered before it begins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from chalicelib.analysis.policy import Limits, Policy
from chalicelib.incidents.guard import Guard, Load, Outcomes, ServiceIssue
from chalicelib.incidents.model import Assessment, Incident, Observation, PastIncident, Signal
from chalicelib.incidents.plans import GateAnswer, RecoveryPlan
from chalicelib.resources.model import FailureKind


@dataclass(frozen=True, kw_only=True)
class Case:
    """What evidence rules and judges are given. `failing` is None where it could not be told."""

    incident: Incident
    kind: FailureKind
    observation: Observation
    failing: bool | None
    known_good: Observation | None
    outcomes: Outcomes
    """Of the same signature."""
    similar: tuple[PastIncident, ...]
    """The same signature first, then the same type; each newest first."""
    load: Load
    policy: Policy
    now: datetime
    service_issue: ServiceIssue | None = None
    """Of the resource's service in its region, where AWS has told of one and not of its end."""

    @property
    def signals(self) -> tuple[Signal, ...]:
        """First seen first."""
        return self.incident.signals


@dataclass(frozen=True, kw_only=True)
class Question:
    """What every gate is asked about. What could not be read is None, and means no."""

    incident: Incident
    assessment: Assessment
    plan: RecoveryPlan | None
    limits: Limits
    policy: Policy
    mode: str | None
    guard: Guard | None
    load: Load | None
    now: datetime
    answers: tuple[GateAnswer, ...] = ()
    """Of the gates before the one that is asked."""
