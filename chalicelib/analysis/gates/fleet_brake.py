"""Whether so many fail at once that something else is going on."""

from __future__ import annotations

from chalicelib.analysis.case import Question
from chalicelib.analysis.gates.gate import UNREADABLE_LOAD, recover, review
from chalicelib.incidents.plans import GateAnswer

_NAME = "fleet_brake"


def ask_fleet_brake(question: Question) -> GateAnswer:
    """From so many of one type on, a person looks first; zero always brakes."""
    if question.load is None:
        return review(_NAME, UNREADABLE_LOAD)
    opened = question.load.opened.get(question.incident.resource.type, 0)
    brake = question.policy.budgets.fleet_brake
    if opened >= brake:
        return review(_NAME, f"{opened} of this type failed at nearly the same time, and {brake} brake.")
    return recover(_NAME, f"{opened} of this type failed lately, and {brake} would brake.")
