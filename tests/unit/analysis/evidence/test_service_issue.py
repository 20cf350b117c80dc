"""While AWS has an issue of a service, people are asked before anything of it is repaired."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from chalicelib.analysis.evidence.service_issue import weigh_service_issue
from chalicelib.analysis.policy import Limits
from chalicelib.analysis.rules import assess_by_rules
from chalicelib.incidents.guard import ServiceIssue
from tests.unit.analysis.builders import NOW, a_case, a_signal


def an_issue(**changes: Any) -> ServiceIssue:
    usual = {"service": "EC2", "event": "AWS_EC2_OPERATIONAL_ISSUE_1", "told_at": NOW - timedelta(minutes=20)}
    return ServiceIssue(**usual | changes)


def test_a_stop_that_would_be_repaired_at_once_is_not_sure_enough_any_more() -> None:
    threshold = Limits().threshold
    assert assess_by_rules(a_case()).confidence > threshold
    judged = assess_by_rules(a_case(service_issue=an_issue()))
    assert judged.confidence < threshold
    assert "AWS has an issue of EC2 in eu-west-1, as it told at 11:40 UTC" in judged.reasoning


def test_an_issue_of_which_nothing_was_heard_for_a_day_says_nothing() -> None:
    old = an_issue(told_at=NOW - timedelta(hours=24, seconds=1))
    assert weigh_service_issue(a_case(service_issue=old)) is None


def test_it_says_nothing_about_what_aws_itself_announces() -> None:
    word = a_signal(details={"for_people": True})
    assert weigh_service_issue(a_case(word, service_issue=an_issue())) is None


def test_what_a_service_is_called_is_data() -> None:
    fact = weigh_service_issue(a_case(service_issue=an_issue(service="EC2\x1b[31m\n" + "x" * 300)))
    assert fact is not None
    assert fact.fact.isprintable()
    assert len(fact.fact) < 220
