"""Whether anything may be done before there is a failure."""

from __future__ import annotations

from chalicelib.analysis.case import Question
from chalicelib.analysis.gates.gate import ignore, recover, review
from chalicelib.analysis.policy import Prevent
from chalicelib.incidents.model import Classification
from chalicelib.incidents.plans import GateAnswer

_NAME = "prevention"


def ask_prevention(question: Question) -> GateAnswer:
    """Only about warnings. What a model merely calls unusual is none, so no model can silence an incident."""
    normal = question.assessment.classification is Classification.NORMAL
    if normal or not question.incident.foreseen:
        return recover(_NAME, "It is no warning.")
    match question.limits.prevent:
        case Prevent.DO:
            return recover(_NAME, "The policy prevents failures without asking.")
        case Prevent.ASK:
            return review(_NAME, "Nothing has failed yet, and the policy asks before it prevents.")
    return ignore(_NAME, "Nothing has failed yet, and the policy only observes.")
