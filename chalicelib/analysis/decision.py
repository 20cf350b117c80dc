"""Policy, in code: every gate is asked, and the least permissive answer holds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from chalicelib.analysis.case import Question
from chalicelib.analysis.gates import COOLDOWN, GATES
from chalicelib.incidents.plans import Decision, GateAnswer, Verdict

_STRICTEST_FIRST = (Verdict.IGNORE, Verdict.REVIEW, Verdict.RECOVER)


def decide(question: Question) -> Decision:
    """RECOVER, REVIEW or IGNORE, with every gate's answer, even after one has said no.

    The reason is that of the first gate that allowed no more than the verdict. `in_cooldown` is set
    where the cooldown alone stopped it.
    """
    answers = _ask_all(question)
    verdict = _strictest(answers)
    limiting = [answer for answer in answers if answer.verdict is verdict]
    return Decision(
        verdict=verdict,
        reason=_reason(question, answers, limiting[0]),
        gates=answers,
        policy_version=question.policy.version,
        in_cooldown=verdict is Verdict.IGNORE and [answer.gate for answer in limiting] == [COOLDOWN],
    )


def _ask_all(question: Question) -> tuple[GateAnswer, ...]:
    """Each gate knows what those before it have answered."""
    answers: tuple[GateAnswer, ...] = ()
    for gate in GATES:
        answers += (gate.ask(replace(question, answers=answers)),)
    return answers


def _strictest(answers: Iterable[GateAnswer]) -> Verdict:
    given = {answer.verdict for answer in answers}
    return next(verdict for verdict in _STRICTEST_FIRST if verdict in given)


def _reason(question: Question, answers: tuple[GateAnswer, ...], limiting: GateAnswer) -> str:
    if limiting.verdict is Verdict.RECOVER:
        return "Every gate allows it."
    if question.mode == "observe":
        return f"{limiting.reason} {_otherwise(answers)}"
    return limiting.reason


def _otherwise(answers: tuple[GateAnswer, ...]) -> str:
    """What switching on would change: the point of observing."""
    others = [answer for answer in answers if answer.gate != "mode"]
    verdict = _strictest(others)
    if verdict is Verdict.RECOVER:
        return "In the mode auto it would have been RECOVER."
    first = next(answer for answer in others if answer.verdict is verdict)
    return f"In the mode auto it would have been {verdict.value}: {first.reason}"
