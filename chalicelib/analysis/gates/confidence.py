"""Whether we are sure enough."""

from __future__ import annotations

from chalicelib.analysis.case import Question
from chalicelib.analysis.gates.gate import recover, review
from chalicelib.incidents.plans import GateAnswer


def ask_confidence(question: Question) -> GateAnswer:
    """The threshold itself is enough."""
    confidence, threshold = question.assessment.confidence, question.limits.threshold
    if confidence >= threshold:
        return recover("confidence", f"The confidence is {confidence:.3g}, and {threshold:.3g} is enough.")
    return review(
        "confidence", f"The confidence is {confidence:.3g}, below the threshold of {threshold:.3g}."
    )
