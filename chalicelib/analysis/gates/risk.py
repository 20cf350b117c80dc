"""Whether the plan's risk is one that is taken without a person."""

from __future__ import annotations

from chalicelib.analysis.case import Question
from chalicelib.analysis.gates.gate import NO_PLAN, recover, review
from chalicelib.incidents.plans import GateAnswer, Risk

_RISING = (Risk.LOW, Risk.MEDIUM, Risk.HIGH)


def ask_risk(question: Question) -> GateAnswer:
    """At most the policy's highest risk."""
    if question.plan is None:
        return review("risk", NO_PLAN)
    risk, highest = question.plan.risk, question.limits.max_risk
    if _RISING.index(risk) > _RISING.index(highest):
        return review("risk", f"The plan's risk is {risk.value}, above {highest.value}.")
    return recover("risk", f"The plan's risk is {risk.value}, at most {highest.value}.")
