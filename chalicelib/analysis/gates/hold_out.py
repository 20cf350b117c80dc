"""Whether this warning is one of those that are left alone, to measure what warnings are worth.

A warning that is acted on cannot be told from a false one: nothing fails either way. So a small share of
those that would have been acted on without a person is left alone, by a lot that the incident's id draws.
"""

from __future__ import annotations

from chalicelib.analysis.case import Question
from chalicelib.analysis.gates.gate import ignore, recover
from chalicelib.incidents.base import digest_of
from chalicelib.incidents.plans import GateAnswer, Verdict

_NAME = "hold_out"
_TOO_SEVERE = 8
"""From this severity on nothing is left alone for the sake of measuring."""
_DIGITS = 8


def ask_hold_out(question: Question) -> GateAnswer:
    """Asked last: it holds out only what every gate before it would do."""
    share = question.policy.prevention.hold_out
    if not question.incident.foreseen:
        return recover(_NAME, "It is no warning.")
    if any(answer.verdict is not Verdict.RECOVER for answer in question.answers):
        return recover(_NAME, "It would not be acted on without a person.")
    if question.assessment.severity >= _TOO_SEVERE:
        return recover(_NAME, "It is too severe to be held out.")
    if draw_lot(question.incident.incident_id) < share:
        return ignore(_NAME, f"Held out to measure what warnings are worth, as {share:.0%} of them are.")
    return recover(_NAME, "It is not held out.")


def draw_lot(incident_id: str) -> float:
    """0 to below 1, the same for the same incident, evenly spread over incidents."""
    return float(int(digest_of(["hold_out", incident_id])[:_DIGITS], 16) / 16**_DIGITS)
