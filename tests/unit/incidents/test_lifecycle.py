from __future__ import annotations

import pytest

from chalicelib.errors import WrongStateError
from chalicelib.incidents.lifecycle import ENDED, OPEN, TRANSITIONS, check_transition
from chalicelib.incidents.model import State


def test_every_state_has_its_place() -> None:
    assert set(TRANSITIONS) == set(State)


def test_nothing_follows_an_end() -> None:
    for ended in ENDED:
        for state in State:
            with pytest.raises(WrongStateError):
                check_transition(ended, state)


@pytest.mark.parametrize("state", sorted(OPEN))
def test_an_end_can_be_reached_from_every_open_state(state: State) -> None:
    seen, wanted = set(), [state]
    while wanted:
        current = wanted.pop()
        if current not in seen:
            seen.add(current)
            wanted += TRANSITIONS[current]
    assert seen & ENDED


@pytest.mark.parametrize("state", sorted(OPEN))
def test_every_open_state_may_fail(state: State) -> None:
    check_transition(state, State.FAILED)


def test_nothing_is_executed_that_was_not_planned() -> None:
    assert {state for state, following in TRANSITIONS.items() if State.EXECUTING in following} == {
        State.PLANNING,
        State.AWAITING_APPROVAL,
        State.EXECUTING,
    }


def test_nothing_is_completed_that_was_not_verified() -> None:
    assert {state for state, following in TRANSITIONS.items() if State.COMPLETED in following} == {
        State.VERIFYING
    }
