"""How many alike at once: many together are no slip of the hand."""

from __future__ import annotations

from chalicelib.analysis.case import Case
from chalicelib.incidents.model import Classification, Evidence, Intent


def weigh_alike_at_once(case: Case) -> Evidence | None:
    """Doubt from half of the fleet brake on; strong doubt at the brake."""
    alike = case.load.opened.get(case.incident.resource.type, 0)
    brake = case.policy.budgets.fleet_brake
    if alike < max(2, brake / 2):
        return None
    many = alike >= brake
    return Evidence(
        rule="alike_at_once",
        source="account load",
        fact=f"{alike} of this type failed at nearly the same time",
        weight=-2.0 if many else -0.3,
        intent=_meaning(case) if many else None,
    )


def _meaning(case: Case) -> Intent:
    tampered = case.kind.classification is Classification.TAMPERING
    return Intent.ATTACK if tampered else Intent.DELIBERATE
