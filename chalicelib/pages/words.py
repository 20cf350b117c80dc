"""How pages speak of what records hold: a label, a tone, a rough time. One table for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from chalicelib.incidents.lifecycle import OPEN
from chalicelib.incidents.model import Incident, State, TimelineEvent
from chalicelib.incidents.plans import Health, Risk, Verdict
from chalicelib.incidents.telling import Telling, quote
from chalicelib.resources import RESOURCE_TYPES
from chalicelib.resources.told import is_only_told

if TYPE_CHECKING:
    from chalicelib.listing import ListedIncident

TONES: Mapping[str, str] = {
    State.DETECTING: "info",
    State.ANALYZING: "info",
    State.PLANNING: "info",
    State.AWAITING_APPROVAL: "ask",
    State.EXECUTING: "info",
    State.VERIFYING: "info",
    State.ROLLING_BACK: "warn",
    State.COMPLETED: "ok",
    State.FAILED: "bad",
    State.COOLDOWN: "warn",
    State.DISMISSED: "idle",
    State.REJECTED: "idle",
    State.EXPIRED: "bad",
    Health.HEALTHY: "ok",
    Health.DEGRADED: "warn",
    Health.UNHEALTHY: "bad",
    Risk.LOW: "ok",
    Risk.MEDIUM: "warn",
    Risk.HIGH: "bad",
    Verdict.RECOVER: "ok",
    Verdict.REVIEW: "ask",
    Verdict.IGNORE: "idle",
    "intended": "info",
    "running": "info",
    "unsure": "warn",
    "done": "ok",
    "failed": "bad",
}
"""Of states, health, risks, verdicts, and what became of effects."""

NEXT: Mapping[State, str] = {
    State.DETECTING: "judge what it means",
    State.ANALYZING: "make one exact plan",
    State.PLANNING: "repair it, ask a person, or leave it alone",
    State.AWAITING_APPROVAL: "done once a person approves; nothing is changed before",
    State.EXECUTING: "verify that it is well",
    State.VERIFYING: "tell how it ended",
    State.ROLLING_BACK: "tell a person what is left to do",
}
"""What an open incident does after what it waits for."""

GATE_ANSWERS: Mapping[Verdict, str] = {
    Verdict.RECOVER: "allows it",
    Verdict.REVIEW: "asks a person",
    Verdict.IGNORE: "leaves it alone",
}

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_FEW = 10
"""Seconds: a figure with one digit says more with the next."""


def label_of(name: str) -> str:
    """For people: ``AWAITING_APPROVAL`` is ``Awaiting approval``."""
    return name.replace("_", " ").replace("-", " ").capitalize()


def is_open(state: State) -> bool:
    """Whether something is still to come."""
    return state in OPEN


def was_told(incident: Incident | ListedIncident) -> bool:
    """Whether it ended with people told of what AWS announced: no failure of ours."""
    return is_only_told(incident.resource.type, incident.failure, incident.state)


def label_of_state(incident: Incident | ListedIncident) -> str:
    """Where it is in its life, for people."""
    return "Told" if was_told(incident) else label_of(incident.state)


def tone_of_state(incident: Incident | ListedIncident) -> str:
    """The tone of that."""
    return "warn" if was_told(incident) else TONES[incident.state]


def say_roughly(seconds: float) -> str:
    """A duration as people say it: ``14 ms``, ``2.8 s``, ``6 min 47 s``, ``3 h 5 min``, ``4 days``."""
    whole = int(seconds)
    if seconds < 1:
        return f"{1000 * seconds:.0f} ms" if seconds else "0 s"
    if seconds < _FEW:
        return f"{seconds:.1f} s"
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        return _two(whole, _MINUTE, "min", 1, "s")
    return _two(whole, _HOUR, "h", _MINUTE, "min") if whole < 2 * _DAY else f"{whole // _DAY} days"


def _two(seconds: int, large: int, name: str, small: int, other: str) -> str:
    rest = seconds % large // small
    return f"{seconds // large} {name} {rest} {other}" if rest else f"{seconds // large} {name}"


def happened_to(resource_type: str, failure: str) -> str:
    """A failure in the words of its type, to follow the resource's name: "was stopped"."""
    kind = RESOURCE_TYPES.get(resource_type)
    titles = {one.name: one.title for one in kind.failures} if kind else {}
    return titles.get(failure, f"had a failure: {quote(failure.replace('-', ' '))}")


def tell(incident: Incident, timeline: Sequence[TimelineEvent]) -> Telling:
    """What there is to tell of it, as messages tell it too."""
    happened = happened_to(incident.resource.type, incident.failure)
    return Telling(incident=incident, timeline=timeline, happened=happened, url="")


def say_value(value: object) -> str:
    """A value of an attribute: truth and nothing in words, everything else as it is."""
    return _VALUES.get(value, str(value)) if isinstance(value, bool | None) else str(value)


_VALUES: Mapping[object, str] = {True: "yes", False: "no", None: "none"}


def must_act(incident: Incident) -> str:
    """Whether the reader has to do something: ``now``, ``look`` or ``nothing``."""
    if was_told(incident):
        return "look"
    if incident.state in (State.AWAITING_APPROVAL, State.FAILED, State.EXPIRED, State.COOLDOWN):
        return "now"
    return "look" if incident.state in (State.DISMISSED, State.REJECTED) or incident.successor else "nothing"


def title_of_plan(told: Telling) -> str:
    """Above a plan about which nobody is asked."""
    state = told.incident.state
    if state in (State.EXECUTING, State.VERIFYING, State.ROLLING_BACK):
        return "What is being done"
    if told.was_begun:
        return "What was done"
    return "What Mainstay would do" if is_open(state) else "What Mainstay would have done"
