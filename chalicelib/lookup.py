"""Everything on record about one incident, for machines: read once, and redacted.

Read only: nothing here changes anything.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Any, TypeVar

from pydantic import Field

from chalicelib import VERSION
from chalicelib.aws.incident_reader import Story
from chalicelib.collaborators import Collaborators
from chalicelib.errors import BrokenTimelineError, UnknownIncidentError
from chalicelib.incidents.base import Attributes, Record
from chalicelib.incidents.model import (
    Assessment,
    Incident,
    Observation,
    Resource,
    Signal,
    State,
    TimelineEvent,
)
from chalicelib.incidents.plans import (
    ActionCall,
    Approval,
    Decision,
    Question,
    RecoveryPlan,
    Risk,
    Verification,
)
from chalicelib.incidents.step import Effect
from chalicelib.incidents.timeline import check_timeline
from chalicelib.incidents.waiting import waits_for
from chalicelib.redaction import inert, redact_value

_INCIDENT_ID = re.compile(r"inc-\d{8}-\d{6}-[0-9a-f]{8}", re.ASCII)
_LONGEST = 4000
"""Characters of one text."""

R = TypeVar("R", bound=Record)


class PlanShown(Record):
    """The one exact plan. An approval names its digest."""

    digest: Annotated[str, Field(description="Over all of it: what an approval has to name.")]
    summary: str
    actions: tuple[ActionCall, ...]
    goal: Annotated[Attributes, Field(description="What verification compares the resource with.")]
    observed_digest: Annotated[str, Field(description="Of the state that it was made for.")]
    risk: Risk
    automatic: Annotated[bool, Field(description="Whether it may ever be carried out unasked.")]
    reversible: Annotated[bool, Field(description="Whether every action can be taken back.")]
    warning: str


class EffectShown(Record):
    """One change to the resource: intended, and what became of it."""

    name: Annotated[str, Field(examples=["do-0", "undo-0"])]
    action: str
    parameters: Attributes
    status: Annotated[str, Field(description="intended, unsure, running, done or failed")]
    intended_at: datetime
    note: str


class QuestionShown(Record):
    """Until when an answer is waited for, and who has agreed so far where one alone is not enough."""

    asked_at: datetime
    expires_at: datetime
    agreed: tuple[Approval, ...]


class Links(Record):
    """Paths from the root of the host; those of answers are there while an answer is waited for."""

    incident: str
    timeline: str
    page: str
    approve: str = ""
    reject: str = ""


class IncidentShown(Record):
    """The whole record. Texts from outside are redacted, and `etag` is what `If-Match` takes."""

    incident_id: str
    etag: Annotated[str, Field(description="Also the header `ETag`: it changes whenever the record does.")]
    resource: Resource
    failure: str
    state: State
    waits_for: Annotated[str, Field(description="What has to come next; empty once it has ended.")]
    foreseen: Annotated[bool, Field(description="Whether it was a warning, and no failure yet.")]
    opened_at: datetime
    failed_at: datetime
    ended_at: datetime | None
    healthy_seconds: Annotated[float | None, Field(description="From the failure to verified health.")]
    signals: tuple[Signal, ...]
    observation: Observation | None
    assessment: Assessment | None
    plan: PlanShown | None
    decision: Decision | None
    question: Annotated[QuestionShown | None, Field(description="What people were asked last.")]
    approval: Annotated[Approval | None, Field(description="The answer that counted.")]
    effects: tuple[EffectShown, ...]
    verification: Verification | None
    successor: Annotated[str, Field(description="The id of the resource that took the lost one's place.")]
    problem: Annotated[str, Field(description="What went wrong, where something did.")]
    links: Links


class Timeline(Record):
    """The audit trail, oldest first: each event is chained to the one before by its hash."""

    incident_id: str
    whole: Annotated[bool, Field(description="Whether the chain fits, up to where the record says.")]
    broken: Annotated[str, Field(description="Where it does not; empty where it is whole.")]
    events: tuple[TimelineEvent, ...]


class HealthShown(Record):
    """Whether the API can read what it answers from."""

    status: Annotated[str, Field(examples=["ok", "not ok"])]
    version: str


UNWELL = HealthShown(status="not ok", version=VERSION)


def check_health(team: Collaborators) -> HealthShown:
    """Read one item; whatever that raises is for the caller."""
    team.memory.mode()
    return HealthShown(status="ok", version=VERSION)


def show_incident(incident_id: str, base: str, team: Collaborators) -> IncidentShown:
    """The whole record; UnknownIncidentError where there is none of that id."""
    story = team.incidents.story(known_form(incident_id))
    return describe(story, base)


def show_timeline(incident_id: str, team: Collaborators) -> Timeline:
    """Its timeline, checked as it lies in the table and shown redacted."""
    story = team.incidents.story(known_form(incident_id))
    broken = _broken(story)
    return Timeline(
        incident_id=incident_id,
        whole=not broken,
        broken=broken,
        events=tuple(shown(event) for event in story.timeline),
    )


def known_form(incident_id: str) -> str:
    """Of another form is none of ours, and DynamoDB need not be asked."""
    if not _INCIDENT_ID.fullmatch(incident_id):
        raise UnknownIncidentError("ids of incidents look like inc-20261124-033500-0a1b2c3d")
    return incident_id


def etag_of(incident: Incident) -> str:
    """Of a record as it is now: its place in the timeline, and how many signals it has heard."""
    return f'"{incident.bookmark.version}-{len(incident.signals)}-{incident.bookmark.head[:16]}"'


def describe(story: Story, base: str) -> IncidentShown:
    """All that is shown of a story; `base` is what paths of this API begin with."""
    incident: Incident = shown(story.incident)
    return IncidentShown(
        etag=etag_of(story.incident),
        waits_for=waits_for(incident.state),
        foreseen=incident.foreseen,
        healthy_seconds=incident.healthy_seconds,
        plan=plan_shown(story.incident.plan),
        question=_question(incident.question),
        effects=tuple(_effect(effect) for effect in story.effects),
        links=_links(incident, base),
        **{name: getattr(incident, name) for name in _AS_THEY_ARE},
    )


_AS_THEY_ARE = tuple(
    name
    for name in IncidentShown.model_fields
    if name in Incident.model_fields and name not in {"plan", "question"}
)


def plan_shown(plan: RecoveryPlan | None) -> PlanShown | None:
    """A plan with its digest, which is over the plan as it lies in the table."""
    if plan is None:
        return None
    return PlanShown(digest=plan.digest, **shown(plan).model_dump())


def _effect(effect: Effect) -> EffectShown:
    """Without the token and the fence: they are nobody's but the gateway's."""
    known = shown(effect).model_dump(include=set(EffectShown.model_fields))
    return EffectShown.model_validate(known)


def _question(question: Question | None) -> QuestionShown | None:
    if question is None:
        return None
    return QuestionShown(asked_at=question.asked_at, expires_at=question.expires_at, agreed=question.agreed)


def _links(incident: Incident, base: str) -> Links:
    own = f"{base}/incidents/{incident.incident_id}"
    asked = incident.state is State.AWAITING_APPROVAL
    return Links(
        incident=own,
        timeline=f"{own}/timeline",
        page=f"{base}/ui/incidents/{incident.incident_id}",
        approve=f"{own}/approve" if asked else "",
        reject=f"{own}/reject" if asked else "",
    )


def _broken(story: Story) -> str:
    try:
        check_timeline(story.incident.incident_id, story.timeline, story.incident.bookmark)
    except BrokenTimelineError as error:
        return str(error)
    return ""


# -- what may leave -----------------------------------------------------------------------------


def shown(record: R) -> R:
    """The same record, redacted, without anything that moves a terminal or hides."""
    return record.model_validate(_visible(redact_value(record.model_dump(mode="json"))))


def _visible(value: Any) -> Any:
    match value:
        case str():
            return inert(value, _LONGEST)
        case dict():
            return {inert(key, _LONGEST): _visible(inner) for key, inner in value.items()}
        case list():
            return [_visible(inner) for inner in value]
    return value
