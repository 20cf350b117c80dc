"""Whether two independent sources saw it."""

from __future__ import annotations

from chalicelib.analysis.case import Case
from chalicelib.analysis.facts import took_effect
from chalicelib.incidents.model import Evidence, SignalSource

_INDEPENDENT = {
    SignalSource.STATE_CHANGE: "a state change",
    SignalSource.API_CALL: "an API call",
    SignalSource.DB_EVENT: "a database event",
    SignalSource.ALARM: "an alarm",
    SignalSource.HEALTH: "AWS Health",
}
"""Our own sweep and forecasts corroborate nothing: they read what we read again anyway."""


def weigh_corroboration(case: Case) -> Evidence | None:
    """The same event twice is one source; a state change and an API call are two."""
    seen = {signal.source for signal in took_effect(case.signals)}
    sources = [words for source, words in _INDEPENDENT.items() if source in seen]
    if not sources[1:]:
        return None
    return Evidence(
        rule="corroboration",
        source="all signals",
        fact=f"{' and '.join(sources)} tell the same",
        weight=0.3,
    )
