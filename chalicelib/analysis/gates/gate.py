"""What a gate is, and the three things that it can answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from chalicelib.analysis.case import Question
from chalicelib.incidents.plans import GateAnswer, Verdict

UNREADABLE_GUARD = "What is remembered about the resource could not be read."
UNREADABLE_LOAD = "The account's load could not be read."
UNREADABLE_TAGS = "The resource could not be read, so its tags are not known."
NO_PLAN = "There is no plan to look at."


@dataclass(frozen=True)
class Gate:
    """One question of the policy. `ask` is pure, and answers "no" to what could not be read."""

    name: str
    ask: Callable[[Question], GateAnswer]


def recover(gate: str, reason: str) -> GateAnswer:
    """Nothing stands in the way here."""
    return GateAnswer(gate=gate, verdict=Verdict.RECOVER, reason=reason)


def review(gate: str, reason: str) -> GateAnswer:
    """A person is to decide."""
    return GateAnswer(gate=gate, verdict=Verdict.REVIEW, reason=reason)


def ignore(gate: str, reason: str) -> GateAnswer:
    """Nothing is to be done."""
    return GateAnswer(gate=gate, verdict=Verdict.IGNORE, reason=reason)
