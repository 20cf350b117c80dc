"""What AWS itself says of it: of what cannot be read again, its word is all there is."""

from __future__ import annotations

from functools import partial

from chalicelib.analysis.case import Case
from chalicelib.analysis.evidence.weights import DECISIVE
from chalicelib.incidents.model import Evidence, Signal, SignalSource
from chalicelib.incidents.word import is_announced, is_over
from chalicelib.redaction import clean_text

_ANNOUNCERS = frozenset({SignalSource.HEALTH, SignalSource.COST})
_fact = partial(Evidence, rule="announcement", source="AWS")


def weigh_announcement(case: Case) -> Evidence | None:
    """AWS is believed. What it names may be no resource of ours, and what it announced may be over."""
    told = [signal for signal in case.signals if signal.source in _ANNOUNCERS]
    if not told:
        return None
    if not case.observation.exists and len(told) == len(case.signals):
        return _fact(fact="AWS names it, but it is not there", weight=DECISIVE, decisive=True)
    if not is_announced(case.incident):
        return None
    if any(is_over(signal) for signal in told):
        return _fact(fact="AWS says that it is over", weight=DECISIVE, decisive=True)
    return _fact(fact=f"AWS itself says so: {_said(told[0])}", weight=2.5)


def _said(signal: Signal) -> str:
    return clean_text(str(signal.details.get("said") or signal.event_name), 160)
