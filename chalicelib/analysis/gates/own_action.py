"""Whether it was our own doing."""

from __future__ import annotations

from chalicelib.analysis.case import Question
from chalicelib.analysis.facts import actors_named
from chalicelib.analysis.gates.gate import ignore, recover, review
from chalicelib.incidents.model import ActorKind
from chalicelib.incidents.plans import GateAnswer

_NAME = "own_action"


def ask_own_action(question: Question) -> GateAnswer:
    """We never react to ourselves; where somebody else is named too, a person looks."""
    ours = [actor.kind is ActorKind.OWN_ROLE for actor in actors_named(question.incident)]
    if any(ours) and all(ours):
        return ignore(_NAME, "Our own role did it.")
    if any(ours):
        return review(_NAME, "Our own role and somebody else both changed it.")
    return recover(_NAME, "It was not our own doing.")
