"""Whether the plan may run without a person at all."""

from __future__ import annotations

from chalicelib.analysis.case import Question
from chalicelib.analysis.gates.gate import NO_PLAN, recover, review
from chalicelib.incidents.plans import GateAnswer


def ask_automatic(question: Question) -> GateAnswer:
    """Some actions always need one: a restore, or whatever loses data."""
    if question.plan is None:
        return review("automatic", NO_PLAN)
    if not question.plan.automatic:
        return review("automatic", "This plan always needs a person.")
    return recover("automatic", "This plan may run by itself.")
