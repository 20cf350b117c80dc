"""How pages speak: every state and every gate's answer has its word and its tone."""

from __future__ import annotations

import pytest

from chalicelib.incidents.lifecycle import OPEN
from chalicelib.incidents.model import State
from chalicelib.incidents.plans import Health, Risk, Verdict
from chalicelib.pages.words import (
    GATE_ANSWERS,
    NEXT,
    TONES,
    happened_to,
    label_of,
    must_act,
    say_roughly,
    say_value,
)
from chalicelib.resources import RESOURCE_TYPES
from tests.unit.incidents.told import an_incident


def test_whatever_a_record_says_has_a_tone() -> None:
    assert {*State, *Health, *Risk, *Verdict} <= TONES.keys()


def test_every_open_state_says_what_comes_after_it() -> None:
    assert NEXT.keys() == OPEN
    assert GATE_ANSWERS.keys() == set(Verdict)


@pytest.mark.parametrize(
    ("seconds", "says"),
    [
        (0, "0 s"),
        (0.014, "14 ms"),
        (2.84, "2.8 s"),
        (42.9, "42 s"),
        (60, "1 min"),
        (407, "6 min 47 s"),
        (7200, "2 h"),
        (11_100, "3 h 5 min"),
        (172_800, "2 days"),
        (400_000, "4 days"),
    ],
)
def test_a_duration_is_said_as_people_say_it(seconds: float, says: str) -> None:
    assert say_roughly(seconds) == says


def test_truth_and_nothing_are_said_in_words() -> None:
    told = [say_value(one) for one in (True, False, None, 1, 0, "running")]

    assert told == ["yes", "no", "none", "1", "0", "running"]


@pytest.mark.parametrize(
    ("state", "act"),
    [
        (State.AWAITING_APPROVAL, "now"),
        (State.FAILED, "now"),
        (State.EXPIRED, "now"),
        (State.COOLDOWN, "now"),
        (State.REJECTED, "look"),
        (State.DISMISSED, "look"),
        (State.COMPLETED, "nothing"),
        (State.EXECUTING, "nothing"),
    ],
)
def test_whether_a_person_must_act_follows_from_the_state(state: State, act: str) -> None:
    assert must_act(an_incident(state)) == act


def test_a_new_name_asks_for_a_look() -> None:
    assert must_act(an_incident(State.COMPLETED, successor="orders-db-restored")) == "look"


def test_a_failure_is_told_in_the_words_of_its_type() -> None:
    assert happened_to("ec2.instance", "stopped") == "was stopped"
    for kind in RESOURCE_TYPES.values():
        assert [happened_to(kind.name, one.name) for one in kind.failures] == [
            one.title for one in kind.failures
        ]


def test_a_failure_of_a_type_that_is_known_no_more_is_told_too() -> None:
    assert happened_to("old.thing", "fell-over") == "had a failure: fell over"


def test_names_of_the_product_become_labels() -> None:
    assert label_of("AWAITING_APPROVAL") == "Awaiting approval"
    assert label_of("change-window") == "Change window"
