"""Whether recoveries of this resource last."""

from __future__ import annotations

from chalicelib.analysis.case import Question
from chalicelib.analysis.gates.gate import UNREADABLE_GUARD, recover, review
from chalicelib.incidents.plans import GateAnswer

_NAME = "circuit"


def ask_circuit(question: Question) -> GateAnswer:
    """The circuit opens where something breaks again and again, and closes as recoveries grow old."""
    if question.guard is None:
        return review(_NAME, UNREADABLE_GUARD)
    limits = question.limits
    tried = question.guard.recoveries_within(limits.circuit_seconds, question.now)
    minutes = limits.circuit_seconds / 60
    if tried >= limits.circuit_recoveries:
        return review(_NAME, f"The circuit is open: {tried} recoveries in {minutes:g} minutes did not last.")
    return recover(_NAME, f"The circuit is closed: {tried} recoveries in {minutes:g} minutes.")
