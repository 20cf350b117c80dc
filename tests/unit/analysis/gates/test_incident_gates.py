"""The gates that look at the resource and at who did it."""

from datetime import timedelta

import pytest

from chalicelib.analysis.gates.change_window import ask_change_window
from chalicelib.analysis.gates.own_action import ask_own_action
from chalicelib.analysis.gates.tags import ask_tags
from chalicelib.analysis.policy import ChangeWindow, Limits, Match, Policy
from chalicelib.incidents.model import Actor
from chalicelib.incidents.plans import Verdict
from tests.unit.analysis.builders import (
    ALICE,
    NOBODY,
    NOW,
    OURSELVES,
    a_question,
    a_signal,
    an_incident,
    an_observation,
)

UNREAD = an_incident(observation=None)
WEB = an_incident(observation=an_observation(tags={"team": "web"}))
WINDOW = Policy(
    change_windows=(
        ChangeWindow(
            name="move",
            match=Match(tags={"team": "web"}),
            starts_at=NOW - timedelta(hours=1),
            ends_at=NOW + timedelta(hours=1),
        ),
    )
)


def test_nothing_is_done_inside_a_change_window() -> None:
    assert ask_change_window(a_question(incident=WEB, policy=WINDOW)).verdict is Verdict.IGNORE
    assert ask_change_window(a_question(policy=WINDOW)).verdict is Verdict.RECOVER


def test_nothing_is_done_to_what_is_to_be_left_alone() -> None:
    off = an_incident(observation=an_observation(tags={"mainstay": "off"}))
    assert ask_tags(a_question(incident=off)).verdict is Verdict.IGNORE
    assert ask_tags(a_question(limits=Limits(leave_alone=True))).verdict is Verdict.IGNORE
    assert ask_tags(a_question(incident=WEB)).verdict is Verdict.RECOVER


def test_tags_that_cannot_be_read_ask_a_person() -> None:
    assert ask_tags(a_question(incident=UNREAD)).verdict is Verdict.REVIEW
    assert ask_change_window(a_question(incident=UNREAD)).verdict is Verdict.REVIEW


@pytest.mark.parametrize(
    ("actors", "verdict"),
    [
        pytest.param([OURSELVES], Verdict.IGNORE, id="we-did"),
        pytest.param([OURSELVES, NOBODY], Verdict.IGNORE, id="we-did-and-the-state-changed"),
        pytest.param([OURSELVES, ALICE], Verdict.REVIEW, id="we-and-alice"),
        pytest.param([ALICE, NOBODY], Verdict.RECOVER, id="alice"),
        pytest.param([NOBODY], Verdict.RECOVER, id="nobody"),
    ],
)
def test_we_never_react_to_ourselves(actors: list[Actor], verdict: Verdict) -> None:
    incident = an_incident(signals=tuple(a_signal(actor=actor) for actor in actors))
    assert ask_own_action(a_question(incident=incident)).verdict is verdict
