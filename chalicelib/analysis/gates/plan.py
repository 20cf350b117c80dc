"""Whether there is anything that could be done."""

from __future__ import annotations

from chalicelib.analysis.case import Question
from chalicelib.analysis.gates.gate import recover, review
from chalicelib.incidents.plans import GateAnswer


def ask_plan(question: Question) -> GateAnswer:
    """A plan without actions is none."""
    if question.plan is None or not question.plan.actions:
        return review("plan", "Nothing in the catalogue fits.")
    return recover("plan", "There is a plan.")
