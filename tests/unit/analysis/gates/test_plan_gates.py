"""The gates that look at the plan."""

import pytest

from chalicelib.analysis.gates.automatic import ask_automatic
from chalicelib.analysis.gates.plan import ask_plan
from chalicelib.analysis.gates.reversibility import ask_reversibility
from chalicelib.analysis.gates.risk import ask_risk
from chalicelib.analysis.policy import Limits
from chalicelib.incidents.plans import Risk, Verdict
from tests.unit.analysis.builders import a_plan, a_question


def test_a_plan_without_actions_is_none() -> None:
    assert ask_plan(a_question(plan=a_plan(actions=()))).verdict is Verdict.REVIEW
    assert ask_plan(a_question(plan=None)).reason == "Nothing in the catalogue fits."


@pytest.mark.parametrize("risk", Risk)
@pytest.mark.parametrize("highest", Risk)
def test_no_risk_above_the_highest_is_taken_alone(risk: Risk, highest: Risk) -> None:
    rising = [Risk.LOW, Risk.MEDIUM, Risk.HIGH]
    answer = ask_risk(a_question(plan=a_plan(risk=risk), limits=Limits(max_risk=highest)))
    taken = rising.index(risk) <= rising.index(highest)
    assert answer.verdict is (Verdict.RECOVER if taken else Verdict.REVIEW)


def test_what_always_needs_a_person_gets_one() -> None:
    assert ask_automatic(a_question(plan=a_plan(automatic=False))).verdict is Verdict.REVIEW


def test_what_cannot_be_taken_back_is_never_automatic() -> None:
    assert ask_reversibility(a_question(plan=a_plan(reversible=False))).verdict is Verdict.REVIEW


@pytest.mark.parametrize("ask", [ask_plan, ask_risk, ask_automatic, ask_reversibility])
def test_no_plan_is_never_carried_out(ask: object) -> None:
    assert callable(ask)
    assert ask(a_question(plan=None)).verdict is Verdict.REVIEW
