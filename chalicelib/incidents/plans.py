"""What we do, as data: plans, decisions, approvals, verifications. Times are UTC."""

from __future__ import annotations

from enum import StrEnum

from pydantic import AwareDatetime

from chalicelib.incidents.base import Attributes, Record, digest_of


class Risk(StrEnum):
    """How much a recovery action can break."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class ActionCall(Record):
    """A catalogue action with its parameters, which are references and never secrets."""

    action: str
    parameters: Attributes = {}


class RecoveryPlan(Record):
    """Ordered actions for one incident, made for one observed state.

    `goal` is what verification will compare the resource with: attribute to required value, where
    the attribute ``exists`` stands for the resource itself.
    """

    actions: tuple[ActionCall, ...]
    goal: Attributes
    observed_digest: str
    risk: Risk
    automatic: bool
    """False where a person must always agree."""
    reversible: bool
    """Whether every action declares an undo; one without is never automatic."""
    summary: str
    warning: str = ""

    @property
    def digest(self) -> str:
        """Over the actions and the state that they were planned for: what an approval names."""
        return digest_of(self.model_dump(mode="json"))


class Verdict(StrEnum):
    """What the policy says is to be done."""

    RECOVER = "RECOVER"
    REVIEW = "REVIEW"
    IGNORE = "IGNORE"


class GateAnswer(Record):
    """One gate's answer. `verdict` is the most that this gate allows."""

    gate: str
    verdict: Verdict
    reason: str


class Decision(Record):
    """RECOVER, REVIEW or IGNORE, with every gate that was asked and what it answered."""

    verdict: Verdict
    reason: str
    gates: tuple[GateAnswer, ...]
    policy_version: str
    in_cooldown: bool = False


class Health(StrEnum):
    """What verification found. No data is never HEALTHY."""

    HEALTHY = "HEALTHY"
    DEGRADED = "DEGRADED"
    UNHEALTHY = "UNHEALTHY"


class Verification(Record):
    """Whether the resource is as it should be, with what was looked at."""

    health: Health
    looked_at: tuple[str, ...]
    verified_at: AwareDatetime


class Approval(Record):
    """What a person said about one exact plan."""

    approved: bool
    by: str
    digest: str
    decided_at: AwareDatetime
    reason: str = ""
    person: str = ""
    """Whom the policy knows this to be; empty where it names nobody like that."""


class Question(Record):
    """What people were asked about one exact plan: the plan itself is in the record."""

    version: str
    """Another one each time people are asked: links are good for one question only."""
    asked_at: AwareDatetime
    expires_at: AwareDatetime
    agreed: tuple[Approval, ...] = ()
    """Who has agreed so far, where one alone is not enough."""
