"""Whether anything is wrong at all."""

from __future__ import annotations

from chalicelib.analysis.case import Question
from chalicelib.analysis.gates.gate import ignore, recover, review
from chalicelib.incidents.model import Classification
from chalicelib.incidents.plans import GateAnswer

_NAME = "classification"


def ask_classification(question: Question) -> GateAnswer:
    """What is normal is let be; what is only unusual is shown to a person, unless it is a warning."""
    found = question.assessment.classification
    if found is Classification.NORMAL:
        return ignore(_NAME, "It was meant to be so, or is well again.")
    if found is Classification.ANOMALY and question.incident.foreseen:
        return recover(_NAME, "It is a warning: nothing has failed yet.")
    if found is Classification.ANOMALY:
        return review(_NAME, "It is unusual, but nothing has failed.")
    return recover(_NAME, f"It is a case of {found.value}.")
