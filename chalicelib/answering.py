"""A person's answer about one exact plan, as it comes through the API."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from chalicelib.collaborators import Collaborators
from chalicelib.incidents.base import Record
from chalicelib.incidents.model import State
from chalicelib.lookup import IncidentShown, PlanShown, etag_of, known_form, plan_shown, show_incident
from chalicelib.reviewing import answer_by_api

_DIGEST = r"^[0-9a-f]{64}$"
Reason = Annotated[str, Field(max_length=500, description="Kept in the record, for whoever reads it later.")]


class Approve(Record):
    """Yes to exactly one plan."""

    approved: ClassVar[bool] = True
    digest: Annotated[
        str, Field(pattern=_DIGEST, description="`plan.digest` of the incident that was looked at.")
    ]
    reason: Reason = ""


class Reject(Record):
    """No. With a digest only where the plan is still that one."""

    approved: ClassVar[bool] = False
    digest: Annotated[
        str, Field(pattern=rf"{_DIGEST}|^$", description="`plan.digest`; empty for whichever plan it is.")
    ] = ""
    reason: Reason = ""


class Standing(Record):
    """How an incident stands whose answer did not count."""

    state: State
    etag: str
    plan: PlanShown | None


def answer_plan(
    incident_id: str, base: str, by: str, etag: str, asked: Approve | Reject, team: Collaborators
) -> IncidentShown:
    """Answer, as `by`; errors as `reviewing.answer_by_api` raises them."""
    answer_by_api(
        known_form(incident_id),
        approved=asked.approved,
        digest=asked.digest,
        reason=asked.reason,
        by=by,
        etag=etag,
        team=team,
    )
    return show_incident(incident_id, base, team)


def standing(incident_id: str, team: Collaborators) -> Standing:
    """The state and the plan as they are now: what a stale answer is to be compared with."""
    incident = team.incidents.load(known_form(incident_id))
    return Standing(state=incident.state, etag=etag_of(incident), plan=plan_shown(incident.plan))
