"""Whether Mainstay is switched on."""

from __future__ import annotations

from chalicelib.analysis.case import Question
from chalicelib.analysis.gates.gate import ignore, recover, review
from chalicelib.incidents.plans import GateAnswer

_MODE = "mode"


def ask_mode(question: Question) -> GateAnswer:
    """A mode that cannot be read stops everything automatic; an approval meets the switch once more."""
    if question.mode == "auto":
        return recover(_MODE, "The mode is auto.")
    if question.mode == "approve":
        return review(_MODE, "The mode is approve: a person agrees to every recovery.")
    if question.mode == "observe":
        return ignore(_MODE, "The mode is observe: nothing is done.")
    if question.mode == "off":
        return ignore(_MODE, "The mode is off.")
    return review(_MODE, "The mode could not be read.")
