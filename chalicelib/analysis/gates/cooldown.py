"""Whether it was recovered only a moment ago."""

from __future__ import annotations

from chalicelib.analysis.case import Question
from chalicelib.analysis.gates.gate import UNREADABLE_GUARD, ignore, recover, review
from chalicelib.incidents.plans import GateAnswer

COOLDOWN = "cooldown"


def ask_cooldown(question: Question) -> GateAnswer:
    """Inside the cooldown nothing is done: what breaks again so soon is not healed by more of the same."""
    if question.guard is None:
        return review(COOLDOWN, UNREADABLE_GUARD)
    until = question.guard.cooldown_until
    if until is not None and until > question.now:
        return ignore(COOLDOWN, f"It was recovered a moment ago and rests until {until:%H:%M:%S} UTC.")
    return recover(COOLDOWN, "It is not in its cooldown.")
