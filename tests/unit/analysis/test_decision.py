"""The gates together. What each gate answers by itself is in gates/."""

from dataclasses import fields, replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.analysis.case import Question
from chalicelib.analysis.decision import decide
from chalicelib.analysis.gates import GATES
from chalicelib.analysis.policy import Limits
from chalicelib.incidents.guard import Guard, Load
from chalicelib.incidents.model import Classification
from chalicelib.incidents.plans import Risk, Verdict
from tests.unit.analysis.builders import (
    NOW,
    OURSELVES,
    a_plan,
    a_question,
    a_signal,
    an_assessment,
    an_incident,
    an_observation,
)

RESTING = Guard(cooldown_until=NOW + timedelta(minutes=5))


def test_what_every_gate_allows_is_done() -> None:
    decision = decide(a_question())
    assert decision.verdict is Verdict.RECOVER
    assert decision.reason == "Every gate allows it."
    assert decision.policy_version == "abc123"
    assert not decision.in_cooldown


def test_every_gate_is_asked_even_after_a_no() -> None:
    decision = decide(a_question(mode="off", plan=None, guard=None))
    assert [answer.gate for answer in decision.gates] == [gate.name for gate in GATES]


def test_the_least_permissive_answer_holds_and_the_first_that_gave_it_is_the_reason() -> None:
    question = a_question(
        plan=None, load=None, incident=an_incident(observation=an_observation(tags={"mainstay": "off"}))
    )
    decision = decide(question)
    assert decision.verdict is Verdict.IGNORE
    assert decision.reason == "It is left alone because its tag mainstay asks to leave it alone."
    assert decide(replace(question, incident=an_incident())).reason == "Nothing in the catalogue fits."


def test_breaking_again_inside_the_cooldown_is_told_as_such() -> None:
    decision = decide(a_question(guard=RESTING))
    assert decision.verdict is Verdict.IGNORE
    assert decision.in_cooldown
    assert decision.reason == "It was recovered a moment ago and rests until 12:05:00 UTC."


def test_a_cooldown_beside_a_doubt_is_still_a_cooldown() -> None:
    assert decide(a_question(guard=RESTING, mode="approve")).in_cooldown


@pytest.mark.parametrize(
    "question",
    [
        pytest.param(a_question(guard=RESTING, mode="off"), id="switched-off"),
        pytest.param(a_question(guard=RESTING, mode="observe"), id="observing"),
        pytest.param(
            a_question(guard=RESTING, assessment=an_assessment(classification=Classification.NORMAL)),
            id="normal",
        ),
        pytest.param(
            a_question(guard=RESTING, incident=an_incident(signals=(a_signal(actor=OURSELVES),))),
            id="our-own-doing",
        ),
    ],
)
def test_what_would_be_ignored_anyway_is_no_cooldown(question: Question) -> None:
    decision = decide(question)
    assert decision.verdict is Verdict.IGNORE
    assert not decision.in_cooldown


@pytest.mark.parametrize(
    ("question", "otherwise"),
    [
        pytest.param(a_question(), "RECOVER.", id="recover"),
        pytest.param(a_question(plan=None), "REVIEW: Nothing in the catalogue fits.", id="review"),
        pytest.param(
            a_question(assessment=an_assessment(classification=Classification.NORMAL)),
            "IGNORE: It was meant to be so, or is well again.",
            id="ignore",
        ),
    ],
)
def test_observing_tells_what_would_have_been_done(question: Question, otherwise: str) -> None:
    decision = decide(replace(question, mode="observe"))
    assert decision.verdict is Verdict.IGNORE
    assert (
        decision.reason
        == f"The mode is observe: nothing is done. In the mode auto it would have been {otherwise}"
    )


@pytest.mark.parametrize(
    ("mode", "reason"),
    [
        ("off", "The mode is off."),
        ("approve", "The mode is approve: a person agrees to every recovery."),
        (None, "The mode could not be read."),
    ],
)
def test_only_observing_tells_of_what_might_have_been(mode: str | None, reason: str) -> None:
    assert decide(a_question(mode=mode)).reason == reason


@pytest.mark.parametrize("unread", ["mode", "plan", "guard", "load"])
def test_what_could_not_be_read_is_put_to_a_person(unread: str) -> None:
    assert decide(a_question(**{unread: None})).verdict is Verdict.REVIEW


def test_a_resource_that_could_not_be_read_is_put_to_a_person() -> None:
    assert decide(a_question(incident=an_incident(observation=None))).verdict is Verdict.REVIEW


@pytest.mark.parametrize("unread", sorted({field.name for field in fields(Question)} - {"now", "answers"}))
def test_nothing_is_ever_done_where_any_input_is_missing(unread: str) -> None:
    question = a_question(**{unread: None})
    try:
        verdict = decide(question).verdict
    except (AttributeError, TypeError):
        return
    assert verdict is not Verdict.RECOVER


def a_table_of_questions() -> st.SearchStrategy[Question]:
    """Any mix of permissive and limiting inputs."""
    moments = st.integers(-7200, 7200).map(lambda seconds: NOW + timedelta(seconds=seconds))
    guards = st.builds(
        Guard,
        cooldown_until=st.none() | moments,
        recoveries=st.lists(moments, max_size=8).map(lambda found: tuple(sorted(found))),
    )
    busy = st.dictionaries(st.sampled_from(["ec2.instance", "s3.bucket"]), st.integers(0, 40))
    return st.builds(
        a_question,
        mode=st.sampled_from(["auto", "auto", "auto", "approve", "observe", "off", "AUTO", "", None]),
        assessment=st.builds(
            an_assessment, confidence=st.floats(0, 1), classification=st.sampled_from(Classification)
        ),
        plan=st.none()
        | st.builds(a_plan, risk=st.sampled_from(Risk), automatic=st.booleans(), reversible=st.booleans()),
        limits=st.builds(
            Limits,
            threshold=st.floats(0, 1),
            max_risk=st.sampled_from(Risk),
            recoveries_per_day=st.integers(0, 6),
            circuit_recoveries=st.integers(0, 6),
            leave_alone=st.booleans(),
        ),
        guard=st.none() | guards,
        load=st.none() | st.builds(Load, opened=busy, recovering=busy),
    )


@given(a_table_of_questions())
def test_the_verdict_is_exactly_the_strictest_answer(question: Question) -> None:
    decision = decide(question)
    given_answers = {answer.verdict for answer in decision.gates}
    strictest = next(v for v in (Verdict.IGNORE, Verdict.REVIEW, Verdict.RECOVER) if v in given_answers)
    assert decision.verdict is strictest


@given(a_table_of_questions())
def test_a_recovery_means_that_everything_was_known_and_allowed(question: Question) -> None:
    decision = decide(question)
    if decision.verdict is not Verdict.RECOVER:
        return
    assert question.mode == "auto"
    assert question.plan is not None
    assert question.plan.automatic
    assert question.plan.reversible
    assert question.guard is not None
    assert question.load is not None
    assert not question.limits.leave_alone
    assert question.assessment.classification in {Classification.FAILURE, Classification.TAMPERING}
    assert question.assessment.confidence >= question.limits.threshold


@given(a_table_of_questions())
def test_the_same_question_always_gets_the_same_decision(question: Question) -> None:
    assert decide(question) == decide(question)
