"""The reason that AWS itself gives for the state, where it gives one.

The codes are those of EC2's ``StateReason``. They are AWS's own words, which a caller cannot write.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from chalicelib.analysis.case import Case
from chalicelib.analysis.facts import quoted
from chalicelib.incidents.base import Scalar
from chalicelib.incidents.model import Evidence, Intent

_NAMES = ("state_reason", "state_reason_code", "state_transition_reason")


class _Meaning(NamedTuple):
    says: str
    weight: float
    intent: Intent | None = None


_RECLAIMED = _Meaning("AWS took the spot capacity back", -1.5, Intent.AUTOMATION)
_BROKE = _Meaning("something inside AWS broke", 0.8, Intent.ACCIDENT)
_MEANINGS = {
    "Server.SpotInstanceTermination": _RECLAIMED,
    "Server.SpotInstanceShutdown": _RECLAIMED,
    "Server.ScheduledStop": _Meaning("AWS retired the host underneath", 0.8, Intent.ACCIDENT),
    "Server.InternalError": _BROKE,
    "Server.InsufficientInstanceCapacity": _Meaning("AWS has no capacity for it now", -1.0),
    "Client.InstanceInitiatedShutdown": _Meaning("it was shut down from inside", 0.2),
    "Client.UserInitiatedShutdown": _Meaning("somebody asked for it through the API", 0.0),
    "Client.UserInitiatedHibernate": _Meaning("somebody sent it to sleep through the API", -0.5),
    "User initiated": _Meaning("somebody asked for it through the API", 0.0),
}


def weigh_state_reason(case: Case) -> Evidence | None:
    """Weigh the first reason that is known."""
    return next((_weighed(*known) for known in _reasons(case)), None)


def _weighed(code: str, meaning: _Meaning) -> Evidence:
    return Evidence(
        rule="state_reason",
        source="state reason",
        fact=f"{meaning.says} ({quoted(code)})",
        weight=meaning.weight,
        intent=meaning.intent,
    )


def _reasons(case: Case) -> Iterator[tuple[str, _Meaning]]:
    places = [case.observation.attributes, *(signal.details for signal in case.signals)]
    for value in (place.get(name) for place in places for name in _NAMES):
        yield from _known(value)


def _known(value: Scalar) -> Iterator[tuple[str, _Meaning]]:
    """A reason may go on after its code: ``User initiated (2030-01-01 10:00:00 GMT)``."""
    text = value if isinstance(value, str) else ""
    return ((code, meaning) for code, meaning in _MEANINGS.items() if text.startswith(code))
