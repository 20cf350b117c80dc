"""A person's answer about one exact plan."""

from __future__ import annotations

from chalicelib.collaborators import Collaborators
from chalicelib.errors import PlanChangedError, WrongStateError
from chalicelib.incidents.model import Incident, State
from chalicelib.incidents.plans import Approval
from chalicelib.incidents.step import Step
from chalicelib.incidents.timeline import News
from chalicelib.intake import first_step


def answer_approval(incident_id: str, approval: Approval, team: Collaborators) -> Step:
    """Record the answer and let the workflow go on; one answer counts, and it names the plan's digest.

    Raises UnknownIncidentError, WrongStateError where nobody is asked (any more), and PlanChangedError
    where the digest is not that of the plan on record.
    """
    incident = team.incidents.load(incident_id)
    _check(incident, approval)
    step = first_step(incident, team).resumed(incident)
    moved = _approve(step, approval, team) if approval.approved else _reject(step, approval, team)
    _require_ours(moved, approval, team)
    if not team.executions.answer(team.incidents.task_token(incident_id), moved):
        raise WrongStateError(
            f"{incident_id} waits no more: the answer came too late, and nothing is changed"
        )
    return moved


def _check(incident: Incident, approval: Approval) -> None:
    if incident.state is not State.AWAITING_APPROVAL:
        raise WrongStateError(
            f"{incident.incident_id} is {incident.state.value}: there is nothing to approve"
        )
    if incident.plan is None or incident.plan.digest != approval.digest:
        raise PlanChangedError(f"the plan of {incident.incident_id} is not the one that was answered about")


def _approve(step: Step, approval: Approval, team: Collaborators) -> Step:
    material = team.memory.for_decision(step, approval.decided_at)
    also = (
        team.memory.recovery_begun(step, material.guard, approval.decided_at, None) if material.guard else []
    )
    news = News(
        what=f"{approval.by} approved the plan", at=approval.decided_at, data={"digest": approval.digest}
    )
    return team.incidents.advance(step, State.EXECUTING, [news], also, approval=approval)


def _reject(step: Step, approval: Approval, team: Collaborators) -> Step:
    why = f": {approval.reason}" if approval.reason else ""
    news = News(what=f"{approval.by} rejected the plan{why}", at=approval.decided_at)
    return team.incidents.advance(step, State.REJECTED, [news], approval=approval)


def _require_ours(moved: Step, approval: Approval, team: Collaborators) -> None:
    """Of two answers at the same moment one counts; the other is told so."""
    if team.incidents.load(moved.incident_id).approval != approval:
        raise WrongStateError(f"somebody else has answered about {moved.incident_id} already")
