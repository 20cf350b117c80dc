"""Whether a tag or a rule of the policy asks to leave the resource alone."""

from __future__ import annotations

from chalicelib.analysis.case import Case
from chalicelib.analysis.evidence.weights import DECISIVE
from chalicelib.analysis.facts import left_alone_because, tags_of
from chalicelib.incidents.model import Evidence, Intent


def weigh_leave_alone(case: Case) -> Evidence | None:
    """Settle the matter: whoever set it wanted no repair."""
    tags = tags_of(case)
    limits = case.policy.limits_for(case.incident.resource, tags)
    why = left_alone_because(case.policy, limits, tags)
    if why is None:
        return None
    return Evidence(
        rule="leave_alone",
        source="policy",
        fact=why,
        weight=DECISIVE,
        intent=Intent.DELIBERATE,
        decisive=True,
    )
