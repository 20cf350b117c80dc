"""Whether people are changing things just now."""

from __future__ import annotations

from chalicelib.analysis.case import Question
from chalicelib.analysis.facts import quoted, window_around
from chalicelib.analysis.gates.gate import UNREADABLE_TAGS, ignore, recover, review
from chalicelib.incidents.plans import GateAnswer

_NAME = "change_window"


def ask_change_window(question: Question) -> GateAnswer:
    """Asked once more, as a window may have opened since the evidence was gathered."""
    incident = question.incident
    if incident.observation is None:
        return review(_NAME, UNREADABLE_TAGS)
    window = window_around(question.policy, incident, incident.observation.tags, question.now)
    if window is not None:
        return ignore(_NAME, f"The change window {quoted(window.name)} covers it.")
    return recover(_NAME, "No change window covers it.")
