"""Whether this resource was recovered too often in a day."""

from __future__ import annotations

from chalicelib.analysis.case import Question
from chalicelib.analysis.gates.gate import UNREADABLE_GUARD, recover, review
from chalicelib.incidents.plans import GateAnswer

_NAME = "resource_budget"
_DAY = 86_400.0


def ask_resource_budget(question: Question) -> GateAnswer:
    """Counted over the last 24 hours; a budget of zero is none."""
    if question.guard is None:
        return review(_NAME, UNREADABLE_GUARD)
    used, budget = question.guard.recoveries_within(_DAY, question.now), question.limits.recoveries_per_day
    if used >= budget:
        return review(_NAME, f"It was recovered {used} times in a day, and {budget} is the most.")
    return recover(_NAME, f"It was recovered {used} times in a day, of {budget}.")
