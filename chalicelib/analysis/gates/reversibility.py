"""Whether the plan can be taken back."""

from __future__ import annotations

from chalicelib.analysis.case import Question
from chalicelib.analysis.gates.gate import NO_PLAN, recover, review
from chalicelib.incidents.plans import GateAnswer


def ask_reversibility(question: Question) -> GateAnswer:
    """What has no undo is never automatic."""
    if question.plan is None:
        return review("reversibility", NO_PLAN)
    if not question.plan.reversible:
        return review("reversibility", "The plan cannot be taken back.")
    return recover("reversibility", "The plan can be taken back.")
