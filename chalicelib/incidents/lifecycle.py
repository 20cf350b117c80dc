"""The life of an incident: which state may follow which."""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.errors import WrongStateError
from chalicelib.incidents.model import State

TRANSITIONS: Mapping[State, frozenset[State]] = {
    State.DETECTING: frozenset({State.ANALYZING, State.FAILED}),
    State.ANALYZING: frozenset({State.DETECTING, State.PLANNING, State.FAILED}),
    State.PLANNING: frozenset(
        {
            State.DETECTING,
            State.AWAITING_APPROVAL,
            State.EXECUTING,
            State.DISMISSED,
            State.COOLDOWN,
            State.FAILED,
        }
    ),
    State.AWAITING_APPROVAL: frozenset(
        {State.AWAITING_APPROVAL, State.EXECUTING, State.REJECTED, State.EXPIRED, State.FAILED}
    ),
    State.EXECUTING: frozenset(
        {State.EXECUTING, State.VERIFYING, State.ROLLING_BACK, State.REJECTED, State.FAILED}
    ),
    State.VERIFYING: frozenset({State.COMPLETED, State.ROLLING_BACK, State.FAILED}),
    State.ROLLING_BACK: frozenset({State.ROLLING_BACK, State.FAILED}),
    State.COMPLETED: frozenset(),
    State.FAILED: frozenset(),
    State.COOLDOWN: frozenset(),
    State.DISMISSED: frozenset(),
    State.REJECTED: frozenset(),
    State.EXPIRED: frozenset(),
}

ENDED = frozenset(state for state, following in TRANSITIONS.items() if not following)
OPEN = frozenset(TRANSITIONS) - ENDED

COOLING = frozenset({State.COMPLETED, State.FAILED, State.REJECTED, State.EXPIRED})
"""Ends after which the resource is left in peace for a while: something was done, or a person said no."""


def check_transition(old: State, new: State) -> None:
    """Raise WrongStateError where `new` may not follow `old`."""
    if new not in TRANSITIONS[old]:
        raise WrongStateError(f"{new} may not follow {old}")
