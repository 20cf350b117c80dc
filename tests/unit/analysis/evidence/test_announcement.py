"""The word of AWS counts where nothing can be read, and ends where AWS says so."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.analysis.evidence.announcement import weigh_announcement
from chalicelib.analysis.evidence.corroboration import weigh_corroboration
from chalicelib.analysis.rules import assess_by_rules
from chalicelib.incidents.model import Classification, Signal, SignalSource
from chalicelib.resources.budget import BUDGET
from chalicelib.resources.health_event import HEALTH_EVENT
from tests.unit.analysis.builders import (
    NOBODY,
    a_case,
    a_signal,
    a_state_change,
    an_observation,
)

ISSUE = HEALTH_EVENT.failure("issue")


def a_word(*, source: SignalSource = SignalSource.HEALTH, **details: Any) -> Signal:
    told = {"for_people": True, "said": "We are investigating.", "severity": 7}
    return a_signal(source=source, failure="issue", event_name="AWS_X", actor=NOBODY, details=told | details)


def a_view() -> Signal:
    return a_word(for_people=False)


def test_aws_is_believed_of_what_cannot_be_read() -> None:
    judged = assess_by_rules(a_case(a_word(), kind=ISSUE, failing=None))
    assert judged.classification is Classification.FAILURE
    assert judged.confidence == pytest.approx(0.881, abs=0.01)
    assert judged.severity == 7
    assert "AWS itself says so: We are investigating." in judged.reasoning


def test_a_budget_is_told_by_its_own_severity_and_without_one_by_the_usual() -> None:
    exceeded = BUDGET.failure("exceeded")
    severe = a_case(a_word(source=SignalSource.COST, severity=8), kind=exceeded, failing=None)
    usual = a_case(a_word(source=SignalSource.COST, severity=None), kind=exceeded, failing=None)
    assert assess_by_rules(severe).severity == 8
    assert assess_by_rules(usual).severity == exceeded.severity


def test_no_severity_in_a_message_raises_that_of_a_failure_of_ours() -> None:
    stopped = a_signal(details={"severity": 10})
    assert assess_by_rules(a_case(stopped)).severity == 6


def test_what_was_over_before_it_was_judged_is_nothing_to_tell() -> None:
    case = a_case(a_word(), a_word(over=True), kind=ISSUE, failing=None)
    assert assess_by_rules(case).classification is Classification.NORMAL


def test_what_aws_names_and_is_not_there_is_not_ours() -> None:
    case = a_case(a_view(), failing=None, observation=an_observation(exists=False))
    assert assess_by_rules(case).classification is Classification.NORMAL


def test_what_others_saw_too_is_gone_and_not_somebody_else_s() -> None:
    gone = an_observation(exists=False)
    assert weigh_announcement(a_case(a_view(), a_state_change(), observation=gone)) is None


def test_an_issue_of_a_resource_is_a_second_view_of_its_failure() -> None:
    case = a_case(a_state_change(), a_view())
    found = weigh_corroboration(case)
    assert weigh_announcement(case) is None
    assert found is not None
    assert found.fact == "a state change and AWS Health tell the same"


def test_without_a_word_of_aws_there_is_nothing_to_say() -> None:
    assert weigh_announcement(a_case()) is None
