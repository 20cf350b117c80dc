"""What travels through the workflow: an incident's id and small values; the record stays in the table."""

from __future__ import annotations

from typing import Any

from pydantic import AwareDatetime, ConfigDict

from chalicelib.errors import PlanChangedError
from chalicelib.incidents.base import Attributes, Record
from chalicelib.incidents.model import Bookmark, Classification, Incident, Observation, Resource, State
from chalicelib.incidents.plans import RecoveryPlan, Verdict


class WorkflowError(Record):
    """What the state machine caught, in its own spelling."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    Error: str = ""
    Cause: str = ""


class Step(Record):
    """The input and the output of every workflow task.

    `bookmark` lets a task write the record without having read it: where the record has moved on since,
    the write is refused and the task finds out why.
    """

    incident_id: str
    resource: Resource
    failure: str
    state: State
    bookmark: Bookmark
    opened_at: AwareDatetime
    failed_at: AwareDatetime
    foreseen: bool = False
    """Whether a forecast opened the incident: a warning, and no failure yet."""
    looked_again_at: int = 0
    """How many signals were known when the resource had to be looked at anew."""
    settle_seconds: int = 0
    """How long to wait for a signal that names the actor."""
    approval_seconds: int = 3600
    heartbeat_seconds: int = 900
    """How long a question to a person may go without the sweep saying that it still stands."""
    cooldown_seconds: float = 900
    classification: Classification | None = None
    verdict: Verdict | None = None
    notify: bool = True
    observation: Observation | None = None
    """What the resource looked like: until the plan is made."""
    known_good: Observation | None = None
    plan: RecoveryPlan | None = None
    """Actions and goal are references without secrets; the table holds the digest they must have."""
    position: int = 0
    """Which action of the plan, or of the undoing of it, comes next."""
    busy: bool = False
    """Whether to come back to this action after a while."""
    successor: str = ""
    """The id of the resource that took the place of the lost one."""
    since: AwareDatetime
    """When the incident came into its state."""
    healthy_seconds: float | None = None
    """From the failure to verified health, once that is known."""
    crowd: int | None = None
    """How many incidents were opened of late, this one among them; None where nobody has looked."""
    told: tuple[str, ...] = ()
    """The ids of the messages that people were sent."""
    gathered: bool = False
    """Whether people hear of it together with others."""
    chat_problem: str = ""
    """Why the chat was not told."""
    error: WorkflowError | None = None

    @property
    def signature(self) -> str:
        """As the incident's."""
        return f"{self.resource.type}/{self.failure}"

    @property
    def tags(self) -> dict[str, str]:
        """Of the resource; those it last had, where it is gone with its tags."""
        seen, good = self.observation, self.known_good
        if seen is not None and (seen.exists or seen.tags):
            return seen.tags
        return good.tags if good is not None else {}

    @property
    def agreed_plan(self) -> RecoveryPlan:
        """The plan that was decided on; raise PlanChangedError where there is none."""
        if self.plan is None:
            raise PlanChangedError(f"{self.incident_id} has no plan")
        return self.plan

    @property
    def target(self) -> Resource:
        """The resource to look at: the successor, where there is one."""
        return self.resource.model_copy(update={"id": self.successor}) if self.successor else self.resource

    def moved(self, **changes: Any) -> Step:
        """A copy with these fields changed."""
        return self.model_copy(update=changes)

    def resumed(self, record: Incident) -> Step:
        """The same step, as an earlier attempt at it has left the record."""
        return self.moved(
            state=record.state,
            bookmark=record.bookmark,
            error=None,
            observation=record.observation if record.plan is None else None,
            successor=record.successor or self.successor,
            plan=record.plan or self.plan,
            verdict=record.decision.verdict if record.decision else self.verdict,
            classification=record.assessment.classification if record.assessment else self.classification,
        )


class Effect(Record):
    """One change to a customer's resource: intended, and what became of it."""

    name: str
    """``do-0``, ``undo-0``: the first action of the plan, and its undoing."""
    action: str
    parameters: Attributes
    resource: Resource
    token: str
    """The client token: the same for every attempt."""
    fence: str
    """Of the one attempt that may write the outcome."""
    intended_at: AwareDatetime
    status: str = "intended"
    """intended, unsure (no clear answer), running, done, failed."""
    prior: Attributes = {}
    """What the resource looked like before, with ``exists``."""
    handle: Attributes = {}
    note: str = ""
