"""What a filter policy lets through, and whether questions are imagined as they are really sent."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.incidents.messages import render_message
from mainstay.doctor.checks.people import questions_for
from mainstay.doctor.filters import lets_through
from tests.unit.incidents.stories import awaiting_approval

QUESTION = {"type": "incident", "severity": "6", "severity_number": 6, "state": "AWAITING_APPROVAL"}


@pytest.mark.parametrize(
    ("policy", "passes"),
    [
        ({}, True),
        ({"type": ["incident"]}, True),
        ({"type": ["alert", "incident"]}, True),
        ({"type": ["alert"]}, False),
        ({"type": ["incident"], "state": ["FAILED"]}, False),
        ({"approver": ["alice"]}, False),
        ({"approver": [{"exists": False}]}, True),
        ({"approver": [{"exists": True}]}, False),
        ({"state": [{"prefix": "AWAITING_"}]}, True),
        ({"state": [{"suffix": "_APPROVAL"}]}, True),
        ({"state": [{"suffix": "_DISAPPROVAL"}]}, False),
        ({"state": [{"equals-ignore-case": "awaiting_approval"}]}, True),
        ({"state": [{"anything-but": ["FAILED", "EXPIRED"]}]}, True),
        ({"state": [{"anything-but": "AWAITING_APPROVAL"}]}, False),
        ({"state": [{"anything-but": {"prefix": "AWAIT"}}]}, False),
        ({"approver": [{"anything-but": "alice"}]}, False),
        ({"severity_number": [{"numeric": [">=", 6]}]}, True),
        ({"severity_number": [{"numeric": [">", 6]}]}, False),
        ({"severity_number": [{"numeric": [">", 0, "<=", 5]}]}, False),
        ({"severity_number": [6]}, True),
        ({"severity": [{"numeric": [">=", 1]}]}, False),
        ({"severity": [6]}, False),
        ({"$or": [{"type": ["alert"]}, {"state": ["AWAITING_APPROVAL"]}]}, True),
        ({"$or": [{"type": ["alert"]}, {"state": ["FAILED"]}]}, False),
    ],
    ids=str,
)
def test_a_message_passes_as_sns_decides_it(policy: dict[str, Any], passes: bool) -> None:
    assert lets_through(policy, QUESTION) is passes


def test_a_condition_that_is_not_known_is_an_error_and_no_guess() -> None:
    with pytest.raises(ValueError, match="'cidr' is not known"):
        lets_through({"state": [{"cidr": "10.0.0.0/24"}]}, QUESTION)


def test_questions_have_the_attributes_of_real_ones() -> None:
    """A filter that is judged by attributes which no message has would be judged wrongly."""
    told = awaiting_approval()
    message = render_message(told.incident, told.timeline, happened=told.happened, console_url="")
    real = {name: value for name, value in message.attributes.items() if value}

    imagined = questions_for("")

    assert {frozenset(one) for one in imagined} == {frozenset(real)}
    assert real in [{name: str(value) for name, value in one.items()} for one in imagined]
    assert all(
        one == {**other, "approver": "bob"} for one, other in zip(questions_for("bob"), imagined, strict=True)
    )
