"""What an incident waits for, in words: the answer to "why does nothing happen?"."""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.incidents.model import State

_WAITS_FOR: Mapping[State, str] = {
    State.DETECTING: "the resource to come to rest, so that it can be read again",
    State.ANALYZING: "the evidence to be judged",
    State.PLANNING: "a plan, and what the policy says about it",
    State.AWAITING_APPROVAL: "a person's answer",
    State.EXECUTING: "the recovery to be carried out",
    State.VERIFYING: "the resource to be read as healthy",
    State.ROLLING_BACK: "what was done to be undone",
}


def waits_for(state: State) -> str:
    """What has to come next; empty where the incident has ended."""
    return _WAITS_FOR.get(state, "")
