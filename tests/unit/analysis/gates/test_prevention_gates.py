"""The gates that are about warnings: incidents that a forecast opened."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.analysis.case import Question
from chalicelib.analysis.decision import decide
from chalicelib.analysis.gates.actor import ask_actor
from chalicelib.analysis.gates.classification import ask_classification
from chalicelib.analysis.gates.hold_out import ask_hold_out, draw_lot
from chalicelib.analysis.gates.prevention import ask_prevention
from chalicelib.analysis.policy import Limits, Policy, Prevent, Prevention
from chalicelib.incidents.model import Classification
from chalicelib.incidents.plans import GateAnswer, Verdict
from tests.unit.analysis.builders import a_question, a_warning, an_assessment, an_incident

DO = Limits(prevent=Prevent.DO)
ALL = Policy(prevention=Prevention(hold_out=1))
ANOMALY = an_assessment(classification=Classification.ANOMALY)


def about_a_warning(**changes: Any) -> Question:
    usual = {"incident": an_incident(signals=(a_warning(),)), "assessment": ANOMALY, "limits": DO}
    return a_question(**usual | changes)


@pytest.mark.parametrize(
    ("prevent", "verdict"),
    [("observe", Verdict.IGNORE), ("ask", Verdict.REVIEW), ("do", Verdict.RECOVER)],
)
def test_the_policy_says_what_is_done_about_a_warning(prevent: str, verdict: Verdict) -> None:
    question = about_a_warning(limits=Limits(prevent=Prevent(prevent)))
    assert ask_prevention(question).verdict is verdict
    assert decide(question).verdict is verdict


def test_by_default_a_person_is_asked() -> None:
    assert decide(about_a_warning(limits=Limits())).verdict is Verdict.REVIEW


@pytest.mark.parametrize("prevent", list(Prevent))
def test_a_failure_is_repaired_whatever_is_done_about_warnings(prevent: Prevent) -> None:
    assert decide(a_question(limits=Limits(prevent=prevent))).verdict is Verdict.RECOVER


@pytest.mark.parametrize("prevent", list(Prevent))
def test_what_a_model_calls_unusual_is_shown_to_a_person_and_never_silenced(prevent: Prevent) -> None:
    question = a_question(assessment=ANOMALY, limits=Limits(prevent=prevent))
    assert decide(question).verdict is Verdict.REVIEW


def test_a_warning_is_no_failure_and_has_no_culprit() -> None:
    question = about_a_warning()
    assert ask_classification(question).verdict is Verdict.RECOVER
    assert ask_actor(question).reason == "It was foreseen: nobody did it."


def test_a_share_of_what_would_be_done_is_held_out() -> None:
    held = decide(about_a_warning(policy=ALL))
    assert held.verdict is Verdict.IGNORE
    assert held.reason == "Held out to measure what warnings are worth, as 100% of them are."
    assert not held.in_cooldown
    assert (
        decide(about_a_warning(policy=Policy(prevention=Prevention(hold_out=0)))).verdict is Verdict.RECOVER
    )


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"limits": Limits(prevent=Prevent.ASK)}, id="asked-anyway"),
        pytest.param({"plan": None}, id="no-plan"),
        pytest.param({"mode": "approve"}, id="a-person-agrees-to-everything"),
        pytest.param(
            {"assessment": an_assessment(classification=Classification.ANOMALY, confidence=0.5)}, id="unsure"
        ),
    ],
)
def test_what_a_person_is_asked_about_is_not_held_out(changes: dict[str, Any]) -> None:
    assert decide(about_a_warning(policy=ALL, **changes)).verdict is Verdict.REVIEW


@pytest.mark.parametrize(
    ("severity", "verdict"), [(7, Verdict.IGNORE), (8, Verdict.RECOVER), (10, Verdict.RECOVER)]
)
def test_what_is_too_severe_is_not_held_out(severity: int, verdict: Verdict) -> None:
    assessment = an_assessment(classification=Classification.ANOMALY, severity=severity)
    assert decide(about_a_warning(policy=ALL, assessment=assessment)).verdict is verdict


def test_a_failure_is_never_held_out() -> None:
    assert decide(a_question(policy=ALL)).verdict is Verdict.RECOVER


def test_the_last_gate_hears_what_the_others_said() -> None:
    no = GateAnswer(gate="risk", verdict=Verdict.REVIEW, reason="The risk is high.")
    assert ask_hold_out(about_a_warning(policy=ALL, answers=(no,))).verdict is Verdict.RECOVER
    assert ask_hold_out(about_a_warning(policy=ALL)).verdict is Verdict.IGNORE


def test_the_lot_is_the_same_for_the_same_incident_and_even_over_many() -> None:
    lots = [draw_lot(f"inc-20300501-120000-{number:08x}") for number in range(2000)]
    assert lots == [draw_lot(f"inc-20300501-120000-{number:08x}") for number in range(2000)]
    assert all(0 <= lot < 1 for lot in lots)
    assert 60 <= sum(lot < 0.05 for lot in lots) <= 140
