"""What somebody needs to see before answering, and the three ways to answer: by link, by page, by API.

Looking changes nothing: mail scanners follow links.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from chalicelib.approval import answer_approval, check_link_stands, say_standing
from chalicelib.asking import people_asked, people_needed
from chalicelib.collaborators import Collaborators
from chalicelib.errors import (
    PlanChangedError,
    RecordMovedError,
    UnknownIncidentError,
    WrongFieldError,
    WrongLinkError,
    WrongStateError,
)
from chalicelib.incidents.base import Record
from chalicelib.incidents.links import Link, check_form, check_link, sign_form
from chalicelib.incidents.model import Incident, State, seconds_between
from chalicelib.incidents.plans import ActionCall, Approval, RecoveryPlan, Risk
from chalicelib.incidents.telling import ON_CALL, say_duration, say_time
from chalicelib.lookup import etag_of
from chalicelib.recovery.plan import describe_changes
from chalicelib.redaction import clean_text

_LONGEST_REASON = 500
_LONGEST_NAME = 60


class PlannedStep(Record):
    """One action of the plan, as its entry in the catalogue declares it."""

    title: str
    action: str
    kind: str
    """By what means: api, ssm, terraform or restore."""
    parameters: dict[str, Any]
    risk: Risk
    undo: str
    """What takes it back, in words; empty where nothing does."""
    permissions: tuple[str, ...]


class Change(Record):
    """One attribute: as it was found, and as the plan wants it."""

    attribute: str
    now: str
    after: str


class Review(Record):
    """One question with everything that is needed to answer it, or how it stands by now."""

    incident: Incident
    steps: tuple[PlannedStep, ...] = ()
    changes: tuple[Change, ...] = ()
    etag: str
    asked_at: datetime | None = None
    expires_at: datetime | None = None
    """Until when the one who looks may answer: a link may end before the question does."""
    seconds_left: int = 0
    if_nobody_answers: str = ""
    approvals_needed: int = 1
    approvals: tuple[Approval, ...] = ()
    """So far."""
    confirm: str = ""
    """What has to be typed to approve, where the plan cannot be undone."""
    approver: str = ""
    """Whom the link was made for, where it was made for somebody."""
    nonce: str = ""
    """Of the form; empty where there is nothing to answer."""
    asked: bool = False
    """Whether an answer is waited for."""


class ReviewAnswer(Record):
    """What the form says."""

    answer: Literal["approve", "reject"]
    nonce: str = Field(max_length=200)
    confirm: str = Field(default="", max_length=300)
    reason: str = Field(default="", max_length=_LONGEST_REASON)
    name: str = Field(default="", max_length=200)
    """Who answers, where a link was made for whoever is on call: said, and not proven."""


# -- by a signed link ---------------------------------------------------------------------------


def open_review(token: str, team: Collaborators) -> Review:
    """What a link is about. Reads only.

    Raises SecretsUnreadableError, WrongLinkError, ExpiredLinkError, and WrongStateError where it was
    answered.
    """
    link, incident = _linked(token, team)
    _check_waits(link, incident, team)
    now = team.clock()
    review = _review(incident, team, until=link.expires_at)
    return review.model_copy(
        update={
            "nonce": sign_form(_form_of(link), team.link_keys(), now),
            "approver": "" if link.approver == ON_CALL else link.approver,
        }
    )


def answer_review(token: str, form: ReviewAnswer, team: Collaborators) -> Incident:
    """Answer by a link, which is used up by it.

    Raises what `open_review` does, WrongFormError, WrongFieldError (``confirm``), and what
    `approval.answer_approval` does.
    """
    link, incident = _linked(token, team)
    check_link_stands(link, incident)
    check_form(form.nonce, _form_of(link), team.link_keys(), team.clock())
    by = link.approver if link.approver != ON_CALL else _said_name(form.name)
    _answer(form, _confirmed(form, incident), by, team, link=link)
    return team.incidents.load(link.incident_id)


def what_became(token: str, team: Collaborators) -> Incident:
    """The incident of a link that is good for no answer any more; WrongLinkError where it is none of ours."""
    return _linked(token, team)[1]


def _linked(token: str, team: Collaborators) -> tuple[Link, Incident]:
    link = check_link(token, team.link_keys(), team.clock())
    if link.approver not in people_asked(team):
        raise WrongLinkError("the policy does not name this person any more")
    try:
        return link, team.incidents.load(link.incident_id)
    except UnknownIncidentError as error:
        raise WrongLinkError("there is no such incident any more") from error


def _check_waits(link: Link, incident: Incident, team: Collaborators) -> None:
    check_link_stands(link, incident)
    if incident.state is not State.AWAITING_APPROVAL or team.answers.was_used(link):
        raise WrongStateError(say_standing(incident))


def _form_of(link: Link) -> str:
    return f"review:{link.nonce}"


def _said_name(name: str) -> str:
    said = clean_text(name, _LONGEST_NAME).strip()
    return f"{said} (by the link for {ON_CALL})" if said else f"whoever had the link for {ON_CALL}"


# -- by somebody who is signed in ---------------------------------------------------------------


def review_incident(incident_id: str, team: Collaborators, *, by: str = "") -> Review:
    """What there is to answer about an incident; `by` is who looks, without whom nothing can be answered.

    Raises UnknownIncidentError, and SecretsUnreadableError where somebody could answer.
    """
    incident = team.incidents.load(incident_id)
    review = _review(incident, team)
    if not (by and review.asked):
        return review
    nonce = sign_form(_page_of(incident, by), team.link_keys(), team.clock())
    return review.model_copy(update={"nonce": nonce})


def answer_as(incident_id: str, form: ReviewAnswer, team: Collaborators, *, by: str) -> Incident:
    """Answer by the page of an incident; errors as of `answer_review`, but those of links."""
    incident = team.incidents.load(incident_id)
    check_form(form.nonce, _page_of(incident, by), team.link_keys(), team.clock())
    _answer(form, _confirmed(form, incident), by, team)
    return team.incidents.load(incident_id)


def answer_by_api(  # noqa: PLR0913 - each is a part of one request
    incident_id: str, *, approved: bool, digest: str, reason: str, by: str, etag: str, team: Collaborators
) -> Incident:
    """Answer about the plan of this digest; a rejection without one is about whichever it is.

    Raises RecordMovedError where there is an `etag` (``If-Match``) and the record is another by now, and
    what `approval.answer_approval` does.
    """
    incident = team.incidents.load(incident_id)
    if etag and etag_of(incident) not in [one.strip() for one in etag.split(",")]:
        raise RecordMovedError(f"{incident_id} is not as it was when it was looked at")
    named = digest or ("" if approved or incident.plan is None else incident.plan.digest)
    approval = _approval(approved, by, named, reason, team)
    answer_approval(incident_id, approval, team, seen=incident.bookmark if etag else None)
    return team.incidents.load(incident_id)


def _page_of(incident: Incident, by: str) -> str:
    """One question, one page, one person."""
    version = incident.question.version if incident.question else ""
    return f"incident:{incident.incident_id}:{version}:{by}"


# -- answering ----------------------------------------------------------------------------------


def _confirmed(form: ReviewAnswer, incident: Incident) -> Incident:
    needed = _to_confirm(incident)
    if form.answer == "approve" and needed and form.confirm.strip() != needed:
        raise WrongFieldError("confirm", f"type {needed} exactly: this plan cannot be undone")
    return incident


def _answer(
    form: ReviewAnswer, incident: Incident, by: str, team: Collaborators, link: Link | None = None
) -> None:
    if incident.plan is None:
        raise PlanChangedError(f"{incident.incident_id} has no plan to answer about")
    digest = link.digest if link else incident.plan.digest
    approval = _approval(form.answer == "approve", by, digest, form.reason, team)
    answer_approval(incident.incident_id, approval, team, link=link)


def _approval(approved: bool, by: str, digest: str, reason: str, team: Collaborators) -> Approval:
    said = clean_text(reason, _LONGEST_REASON).strip()
    return Approval(approved=approved, by=by, digest=digest, decided_at=team.clock(), reason=said)


# -- showing ------------------------------------------------------------------------------------


def _review(incident: Incident, team: Collaborators, until: int | None = None) -> Review:
    question, plan, now = incident.question, incident.plan, team.clock()
    if plan is None or question is None:
        return Review(incident=incident, etag=etag_of(incident))
    expires_at = min(question.expires_at, datetime.fromtimestamp(until, now.tzinfo)) if until else None
    ends = expires_at or question.expires_at
    asked = incident.state is State.AWAITING_APPROVAL and now < ends
    return Review(
        incident=incident,
        steps=tuple(_step(call, team) for call in plan.actions),
        changes=_changes(incident, plan),
        etag=etag_of(incident),
        asked_at=question.asked_at,
        expires_at=ends,
        seconds_left=int(seconds_between(now, ends)),
        if_nobody_answers=_if_nobody_answers(incident, question.expires_at, team),
        approvals_needed=people_needed(incident, team),
        approvals=question.agreed,
        confirm=_to_confirm(incident),
        asked=asked,
    )


def _step(call: ActionCall, team: Collaborators) -> PlannedStep:
    action = team.actions[call.action]
    takes_back = " or ".join(team.actions[name].title for name in action.undone_by)
    return PlannedStep(
        title=action.title,
        action=action.name,
        kind=action.kind.value,
        parameters=dict(call.parameters),
        risk=action.risk,
        undo=takes_back if action.undo else "",
        permissions=action.permissions,
    )


def _changes(incident: Incident, plan: RecoveryPlan) -> tuple[Change, ...]:
    if incident.observation is None:
        return ()
    return tuple(
        Change(attribute=name, now=now, after=after)
        for name, now, after in describe_changes(plan.goal, incident.observation)
    )


def _if_nobody_answers(incident: Incident, ends: datetime, team: Collaborators) -> str:
    tags = incident.observation.tags if incident.observation else {}
    rest = say_duration(team.limits(incident.resource, tags).cooldown_seconds)
    left = "" if incident.foreseen else f", and {incident.resource.id} is left in peace for {rest}"
    return f"Nothing is changed. At {say_time(ends)} the question ends as a no, people are told{left}."


def _to_confirm(incident: Incident) -> str:
    return incident.resource.id if incident.plan and not incident.plan.reversible else ""
