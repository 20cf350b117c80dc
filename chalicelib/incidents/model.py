"""The words of the product, as frozen data. Times are UTC; durations are in seconds."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AwareDatetime, Field

from chalicelib.incidents.base import Attributes, Record, Share, digest_of
from chalicelib.incidents.plans import Approval, Decision, Question, RecoveryPlan, Verification

# -- what happened ------------------------------------------------------------------------------


class Resource(Record):
    """One AWS thing: its catalogue type, its own name, and where it lives."""

    type: str
    id: str
    region: str
    account: str

    @property
    def key(self) -> str:
        """What names it in our tables: unique over accounts, regions and types."""
        return f"{self.account}/{self.region}/{self.type}/{self.id}"


class ActorKind(StrEnum):
    """Who caused the change."""

    PERSON = "person"
    IAC = "iac"
    AWS_SERVICE = "aws-service"
    OWN_ROLE = "own-role"
    UNKNOWN = "unknown"


class Actor(Record):
    """Who did it, as far as the signal tells. The strings are data from outside: never trusted."""

    kind: ActorKind
    name: str = ""
    address: str = ""
    user_agent: str = ""


class SignalSource(StrEnum):
    """Where an observation came from."""

    STATE_CHANGE = "state-change"
    API_CALL = "api-call"
    DB_EVENT = "db-event"
    ALARM = "alarm"
    HEALTH = "health"
    COST = "cost"
    FORECAST = "forecast"
    SWEEP = "sweep"


class Signal(Record):
    """One observation about one resource.

    `signal_id` names the observation: the same event delivered again has the same one. `failure` is
    a failure kind of the resource's type, such as ``stopped``. `details` are a few chosen facts.
    """

    signal_id: str
    source: SignalSource
    resource: Resource
    failure: str
    event_name: str
    occurred_at: AwareDatetime
    actor: Actor = Actor(kind=ActorKind.UNKNOWN)
    error_code: str = ""
    dry_run: bool = False
    details: Attributes = {}

    @property
    def expected_at(self) -> datetime | None:
        """The instant that a forecast names in its details, in ISO 8601 with a time zone."""
        told = self.details.get("expected_at")
        try:
            instant = datetime.fromisoformat(told) if isinstance(told, str) else None
        except ValueError:
            return None
        return instant.astimezone(UTC) if instant is not None and instant.tzinfo is not None else None

    @property
    def warns(self) -> bool:
        """Whether it tells of what is to come: a forecast, or a change that AWS announces."""
        return self.source is SignalSource.FORECAST or self.details.get("warns") is True


class Observation(Record):
    """What a resource looked like when it was read. Secret values appear as digests only."""

    exists: bool
    attributes: Attributes = {}
    tags: dict[str, str] = {}
    passing: str = ""
    """The state that it is still in while it is on its way to the one that is shown."""
    observed_at: AwareDatetime

    @property
    def glance(self) -> str:
        """What it looked like, in a few words."""
        if not self.exists:
            return "it is not there"
        shown = [name for name in ("state", "status") if name in self.attributes]
        return ", ".join(f"{name} is {self.attributes[name]}" for name in shown) or "it is there"

    @property
    def digest(self) -> str:
        """Of the state alone: when it was read, and its tags, do not count. Gone is gone."""
        return digest_of({"exists": self.exists, "attributes": self.attributes if self.exists else {}})


class State(StrEnum):
    """Where an incident is in its life."""

    DETECTING = "DETECTING"
    ANALYZING = "ANALYZING"
    PLANNING = "PLANNING"
    AWAITING_APPROVAL = "AWAITING_APPROVAL"
    EXECUTING = "EXECUTING"
    VERIFYING = "VERIFYING"
    ROLLING_BACK = "ROLLING_BACK"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    COOLDOWN = "COOLDOWN"
    DISMISSED = "DISMISSED"
    REJECTED = "REJECTED"
    EXPIRED = "EXPIRED"


# -- what it means ------------------------------------------------------------------------------


class Classification(StrEnum):
    """What kind of event it was."""

    FAILURE = "FAILURE"
    TAMPERING = "TAMPERING"
    ANOMALY = "ANOMALY"
    NORMAL = "NORMAL"


class Intent(StrEnum):
    """What the one who caused it seems to have meant."""

    ACCIDENT = "accident"
    DELIBERATE = "deliberate"
    AUTOMATION = "automation"
    ATTACK = "attack"


class Evidence(Record):
    """One fact with its source. `weight` is in log odds: above zero it speaks for acting."""

    rule: str
    source: str
    fact: str
    weight: float = 0.0
    intent: Intent | None = None
    decisive: bool = False
    """A decisive fact against acting settles the classification whatever else is known."""


class Impact(Record):
    """What it is expected to mean for those who use the resource."""

    services: tuple[str, ...] = ()
    downtime_minutes: float = 0.0
    blast_radius: str = ""


class Judge(StrEnum):
    """Who made the assessment."""

    RULES = "rules"
    MODEL = "model"


class PastIncident(Record):
    """A similar incident that has ended, in short."""

    incident_id: str
    signature: str
    resource_id: str
    state: State
    action: str = ""
    ended_at: AwareDatetime
    healthy_seconds: float | None = None
    """From the failure to verified health; None where it did not get there."""


class Assessment(Record):
    """What it means, how sure we are, and why."""

    classification: Classification
    confidence: Share
    severity: Annotated[int, Field(ge=1, le=10)]
    intent: Intent
    reasoning: str
    evidence: tuple[Evidence, ...]
    impact: Impact
    judge: Judge
    judge_note: str = ""
    """Why this judge: empty, or what the other one did that it was not used."""
    similar: tuple[PastIncident, ...] = ()
    heard: int = 1
    """How many signals it was made from: what came later is not in it."""
    candidate: str = ""
    """The plan candidate that the model would choose, by id; empty: none. Advice, never authority."""


# -- the record ---------------------------------------------------------------------------------


class TimelineEvent(Record):
    """One line of the audit trail, in the past tense."""

    number: int
    at: AwareDatetime
    state: State
    what: str
    data: dict[str, Any] = {}
    previous_hash: str
    hash: str


class Bookmark(Record):
    """How far a record was when it was last seen: its number of timeline events and the last hash."""

    version: int
    head: str


class Incident(Record):
    """One failure of one resource, from one or more signals."""

    incident_id: str
    resource: Resource
    failure: str
    state: State
    bookmark: Bookmark
    opened_at: AwareDatetime
    failed_at: AwareDatetime
    """When the failure happened, or the warning came, by the first signal."""
    ended_at: AwareDatetime | None = None
    signals: tuple[Signal, ...]
    observation: Observation | None = None
    assessment: Assessment | None = None
    plan: RecoveryPlan | None = None
    decision: Decision | None = None
    question: Question | None = None
    approval: Approval | None = None
    verification: Verification | None = None
    successor: str = ""
    """The id of the resource that took the place of the lost one."""
    problem: str = ""
    """What went wrong, where something did."""

    @property
    def signature(self) -> str:
        """What makes incidents alike: the type and the kind of failure."""
        return signature_of(self.resource.type, self.failure)

    @property
    def foreseen(self) -> bool:
        """Whether a warning opened it, of our own forecasts or of AWS: no failure yet."""
        return self.signals[0].warns

    @property
    def expected_at(self) -> datetime | None:
        """When it is to fail, by the newest warning of it; None where that names no instant."""
        forecasts = [one for one in self.signals if one.warns and one.failure == self.failure]
        newest = max(forecasts, key=lambda signal: signal.occurred_at, default=None)
        return newest.expected_at if newest is not None else None

    @property
    def healthy_seconds(self) -> float | None:
        """From the failure to verified health."""
        done = self.verification
        if self.state is not State.COMPLETED or done is None:
            return None
        return (done.verified_at - self.failed_at).total_seconds()


def signature_of(resource_type: str, failure: str) -> str:
    """Type and kind of failure, for example ``ec2.instance/stopped``."""
    return f"{resource_type}/{failure}"


def seconds_between(earlier: datetime, later: datetime) -> float:
    """Never below zero: clocks of two services may differ a little."""
    return max(0.0, (later - earlier).total_seconds())
