"""How people are asked: the question on record, who has to agree, and the links by which they answer."""

from __future__ import annotations

from datetime import timedelta

from chalicelib.collaborators import Collaborators
from chalicelib.errors import SecretsUnreadableError
from chalicelib.incidents.links import Link, LinkKeys, link_expiry, sign_link
from chalicelib.incidents.model import Incident
from chalicelib.incidents.plans import Question, RecoveryPlan
from chalicelib.incidents.step import Step
from chalicelib.incidents.telling import ON_CALL


def new_question(step: Step, team: Collaborators) -> Question | None:
    """It stands for as long as the workflow waits, which began to when the incident came into its state.

    None where an earlier attempt has asked it: links to it may be out, and somebody may have agreed.
    """
    until = step.since + timedelta(seconds=step.approval_seconds)
    known = team.incidents.load(step.incident_id).question
    if known is not None and known.expires_at == until:
        return None
    return Question(version=team.new_nonce(), asked_at=team.clock(), expires_at=until)


def people_needed(incident: Incident, team: Collaborators) -> int:
    """How many have to agree to the plan of an incident, as the policy is now."""
    if incident.plan is None or incident.plan.reversible:
        return 1
    tags = incident.observation.tags if incident.observation else {}
    return team.limits(incident.resource, tags).people_for_irreversible


def people_asked(team: Collaborators) -> tuple[str, ...]:
    """Whom links are made for."""
    return team.policy.approvals.people or (ON_CALL,)


def links_for(incident: Incident, team: Collaborators) -> dict[str, str]:
    """A link of their own for everybody who may still agree, by name.

    Empty where nothing is asked, where nobody knows the address of the API, and where the keys cannot be
    read: people answer by the pages or the command line then.
    """
    if not team.settings.api_url or incident.question is None or incident.plan is None:
        return {}
    try:
        keys = team.link_keys()
    except SecretsUnreadableError as error:
        team.telemetry.warn(f"no links are sent: {error}", state=incident.state.value)
        return {}
    agreed = {one.person for one in incident.question.agreed}
    root = team.settings.api_url.rstrip("/")
    return {
        name: f"{root}/review/{_signed(name, incident, incident.plan, incident.question, keys, team)}"
        for name in people_asked(team)
        if name not in agreed
    }


def _signed(
    name: str,
    incident: Incident,
    plan: RecoveryPlan,
    question: Question,
    keys: LinkKeys,
    team: Collaborators,
) -> str:
    expires_at = link_expiry(plan.risk, question.asked_at, question.expires_at)
    link = Link(
        incident_id=incident.incident_id,
        version=question.version,
        digest=plan.digest,
        approver=name,
        nonce=team.new_nonce(),
        expires_at=int(expires_at.timestamp()),
    )
    return sign_link(link, keys)
