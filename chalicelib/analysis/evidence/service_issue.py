"""Whether AWS has an issue of the service itself: a repair then hardly lasts, and may make it worse."""

from __future__ import annotations

from datetime import timedelta

from chalicelib.analysis.case import Case
from chalicelib.analysis.facts import quoted
from chalicelib.incidents.model import Evidence
from chalicelib.incidents.word import is_announced

_LASTS = timedelta(hours=24)
"""AWS closes its issues; one of which nothing more was heard for so long says little."""
_WEIGHT = -2.0
"""A stop by a person that two sources saw falls from 0.94 to 0.68: people are asked."""


def weigh_service_issue(case: Case) -> Evidence | None:
    """By what AWS Health said last of the resource's service in its region."""
    issue = case.service_issue
    if issue is None or is_announced(case.incident) or case.now - issue.told_at > _LASTS:
        return None
    where = f"{quoted(issue.service)} in {quoted(case.incident.resource.region)}"
    return Evidence(
        rule="service_issue",
        source="AWS Health",
        fact=f"AWS has an issue of {where}, as it told at {issue.told_at:%H:%M} UTC: a repair may not last",
        weight=_WEIGHT,
    )
