"""Whether anybody, or AWS itself, is known to be behind it."""

from __future__ import annotations

from chalicelib.analysis.case import Question
from chalicelib.analysis.gates.gate import recover, review
from chalicelib.incidents.model import ActorKind
from chalicelib.incidents.plans import GateAnswer

_NAME = "actor"


def ask_actor(question: Question) -> GateAnswer:
    """CloudTrail may be minutes behind: as long as nobody is named, it may have been meant.

    Not even a good history makes up for that. Where AWS gives its own trouble as the reason, it was not.
    """
    if question.incident.foreseen:
        return recover(_NAME, "It was foreseen: nobody did it.")
    if question.limits.act_on_unnamed:
        return recover(_NAME, "The policy acts without knowing who did it.")
    if any(signal.actor.kind is not ActorKind.UNKNOWN for signal in question.incident.signals):
        return recover(_NAME, "It is known who did it.")
    if any(fact.rule == "state_reason" and fact.weight > 0 for fact in question.assessment.evidence):
        return recover(_NAME, "AWS itself gives the reason.")
    return review(_NAME, "Nobody is named as the one who did it, so it may have been meant.")
