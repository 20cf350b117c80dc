"""A person's answer about one exact plan."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from chalicelib.asking import people_needed
from chalicelib.collaborators import Collaborators
from chalicelib.errors import (
    ExpiredLinkError,
    NotAnApproverError,
    PlanChangedError,
    RecordMovedError,
    StaleRecordError,
    WrongStateError,
)
from chalicelib.incidents.links import Link
from chalicelib.incidents.model import Bookmark, Incident, State
from chalicelib.incidents.plans import Approval, Question
from chalicelib.incidents.step import Step
from chalicelib.incidents.timeline import News
from chalicelib.intake import first_step

_ATTEMPTS = 5
"""At a record that others write to as well: each time it is read anew, and every check made again."""


@dataclass(frozen=True, kw_only=True)
class _Answer:
    """What was said, and by what right."""

    incident_id: str
    approval: Approval
    link: Link | None
    seen: Bookmark | None


def answer_approval(
    incident_id: str,
    approval: Approval,
    team: Collaborators,
    *,
    link: Link | None = None,
    seen: Bookmark | None = None,
) -> Step:
    """Record the answer and let the workflow go on; one answer counts, and it names the plan's digest.

    `approval.by` is who calls, as AWS or the identity provider says; with a link it is whom that was made
    for. A link is used up in the same transaction. With `seen` the record must be the one that was seen.

    Raises UnknownIncidentError, WrongStateError where nobody is asked (any more) or the link was used,
    ExpiredLinkError where a newer question took the place of the link's, PlanChangedError where the digest
    is not that of the plan on record, NotAnApproverError where two people have to agree and this is none of
    those who can, and RecordMovedError.
    """
    answer = _Answer(incident_id=incident_id, approval=_known(approval, link, team), link=link, seen=seen)
    moved: Step = team.patiently(partial(_record, answer, team))
    if moved.state is State.AWAITING_APPROVAL:
        return moved
    heard = team.executions.answer(team.incidents.task_token(incident_id), moved)
    if approval.approved and not heard:
        raise WrongStateError(
            f"{incident_id} waits no more: the answer came too late, and nothing is changed"
        )
    return moved


def _known(approval: Approval, link: Link | None, team: Collaborators) -> Approval:
    """By the policy's own name for whoever answers; a stranger who calls himself so is marked as one."""
    known = team.policy.approvals
    if link is not None:
        return approval.model_copy(update={"person": link.approver if link.approver in known.people else ""})
    name = known.name_of(approval.by)
    stranger = f"{approval.by} (not named by the policy)"
    by = name or (stranger if approval.by in known.people else approval.by)
    return approval.model_copy(update={"by": by, "person": name})


def _record(answer: _Answer, team: Collaborators) -> Step:
    for _ in range(_ATTEMPTS - 1):
        try:
            return _record_once(answer, team)
        except StaleRecordError:
            continue
    return _record_once(answer, team)


def _record_once(answer: _Answer, team: Collaborators) -> Step:
    incident = team.incidents.load(answer.incident_id)
    if answer.seen is not None and incident.bookmark != answer.seen:
        raise RecordMovedError(f"{answer.incident_id} is not as it was when it was looked at")
    used = _using(answer.link, incident, team)
    _check(incident, answer.approval)
    if not answer.approval.approved:
        return _reject(incident, answer.approval, used, team)
    if _is_first_of_two(incident, answer.approval, team):
        return _agree(incident, answer.approval, used, team)
    return _approve(incident, answer.approval, used, team)


# -- may it be answered? ------------------------------------------------------------------------


def _using(link: Link | None, incident: Incident, team: Collaborators) -> list[dict[str, Any]]:
    """The part of the transaction that uses the link up, where it is one of the question that stands."""
    if link is None:
        return []
    check_link_stands(link, incident)
    if team.answers.was_used(link):
        raise WrongStateError(f"this link was used already: {say_standing(incident)}")
    return [team.answers.link_used(link)]


def check_link_stands(link: Link, incident: Incident) -> None:
    """Raise ExpiredLinkError where nobody answered in time, or people were asked anew or something else."""
    question, plan = incident.question, incident.plan
    if incident.state is State.EXPIRED:
        raise ExpiredLinkError("the time to answer is over")
    if question is None or plan is None or (question.version, plan.digest) != (link.version, link.digest):
        raise ExpiredLinkError("a newer question took the place of the one that this link is about")


def _check(incident: Incident, approval: Approval) -> None:
    if incident.state is State.AWAITING_APPROVAL:
        if approval.decided_at >= _question(incident).expires_at:
            raise WrongStateError(f"{incident.incident_id}: the time to answer is over: nothing is changed")
    elif approval.approved or not _is_tied(incident):
        raise WrongStateError(say_standing(incident))
    if incident.plan is None or incident.plan.digest != approval.digest:
        raise PlanChangedError(f"the plan of {incident.incident_id} is not the one that was answered about")


def _question(incident: Incident) -> Question:
    if incident.question is None:
        raise WrongStateError(f"{incident.incident_id}: people are being asked at this moment: try again")
    return incident.question


def _is_tied(incident: Incident) -> bool:
    """Whether a person has approved and the record knows of nothing done: a rejection may still win."""
    return incident.state is State.EXECUTING and incident.approval is not None


def say_standing(incident: Incident) -> str:
    """Why there is nothing to answer."""
    name = incident.incident_id
    if incident.approval is not None:
        what = "approved" if incident.approval.approved else "rejected"
        return f"somebody else has answered about {name} already: {incident.approval.by} {what} the plan"
    return f"{name} is {incident.state.value}: there is nothing to approve"


# -- two people ---------------------------------------------------------------------------------


def _is_first_of_two(incident: Incident, approval: Approval, team: Collaborators) -> bool:
    """Raise NotAnApproverError where this person cannot count, or has agreed already."""
    needed = people_needed(incident, team)
    if needed == 1:
        return False
    people = team.policy.approvals.humans
    agreed = [one.person for one in _question(incident).agreed if one.person in people]
    if approval.person not in people:
        raise NotAnApproverError(
            f"the plan cannot be undone: {needed} of {', '.join(people)} have to agree, and {approval.by} is "
            "none of them. Ask them, or add this principal to approvals.approvers in the policy"
        )
    if approval.person in agreed:
        raise NotAnApproverError(f"{approval.person} has agreed already: somebody else has to agree as well")
    return len(agreed) + 1 < needed


def _agree(incident: Incident, approval: Approval, used: list[dict[str, Any]], team: Collaborators) -> Step:
    """The first of two: on record, and the question stands."""
    question = _question(incident)
    asked = question.model_copy(update={"agreed": (*question.agreed, approval)})
    news = News(
        what=f"{approval.by} approved the plan: another person has to as well",
        at=approval.decided_at,
        data={"digest": approval.digest},
    )
    step = _step_of(incident, team)
    return team.incidents.move_alone(step, State.AWAITING_APPROVAL, [news], used, question=asked)


# -- what is written ----------------------------------------------------------------------------


def _approve(incident: Incident, approval: Approval, used: list[dict[str, Any]], team: Collaborators) -> Step:
    step = _step_of(incident, team)
    guard = team.memory.for_decision(step, approval.decided_at).guard
    counted = team.memory.recovery_begun(step, guard, approval.decided_at, None) if guard else []
    news = News(
        what=f"{approval.by} approved the plan", at=approval.decided_at, data={"digest": approval.digest}
    )
    return team.incidents.move_alone(step, State.EXECUTING, [news], [*used, *counted], approval=approval)


def _reject(incident: Incident, approval: Approval, used: list[dict[str, Any]], team: Collaborators) -> Step:
    """After an approval too, while nothing was begun: this and the intent of an effect exclude each other."""
    also = [*used, *_nothing_begun(incident, team)]
    why = f": {approval.reason}" if approval.reason else ""
    news = News(what=f"{approval.by} rejected the plan{why}", at=approval.decided_at)
    return team.incidents.move_alone(
        _step_of(incident, team), State.REJECTED, [news], also, approval=approval
    )


def _nothing_begun(incident: Incident, team: Collaborators) -> list[dict[str, Any]]:
    if not _is_tied(incident):
        return []
    if team.answers.was_intended(incident.incident_id):
        raise WrongStateError(
            f"the recovery of {incident.incident_id} has begun and is not broken off: it is verified, and "
            "undone where it does not help. To stop every further change: mainstay mode off"
        )
    return [team.answers.nothing_begun(incident.incident_id)]


def _step_of(incident: Incident, team: Collaborators) -> Step:
    return first_step(incident, team).resumed(incident)
