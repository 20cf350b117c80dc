"""Whether it is to be left alone."""

from __future__ import annotations

from chalicelib.analysis.case import Question
from chalicelib.analysis.facts import left_alone_because
from chalicelib.analysis.gates.gate import UNREADABLE_TAGS, ignore, recover, review
from chalicelib.incidents.plans import GateAnswer

_NAME = "tags"


def ask_tags(question: Question) -> GateAnswer:
    """By a tag, or by a rule of the policy."""
    observation = question.incident.observation
    if observation is None:
        return review(_NAME, UNREADABLE_TAGS)
    why = left_alone_because(question.policy, question.limits, observation.tags)
    if why is not None:
        return ignore(_NAME, f"It is left alone because {why}.")
    return recover(_NAME, "Nothing asks to leave it alone.")
