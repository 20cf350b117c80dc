"""Whether it is really down when it is read again."""

from __future__ import annotations

from functools import partial

from chalicelib.analysis.case import Case
from chalicelib.analysis.evidence.weights import DECISIVE
from chalicelib.incidents.model import Classification, Evidence, SignalSource

_fact = partial(Evidence, rule="observed_state", source="read again")


def weigh_observed_state(case: Case) -> Evidence:
    """What was read now outweighs what any event told; a forecast is not refuted by good health."""
    if case.failing is None:
        return _fact(fact="reading it again could not show whether it is failing", weight=-0.5)
    if case.failing:
        return _fact(fact="it was still failing when read again", weight=1.0)
    if case.kind.classification is Classification.ANOMALY or _only_forecast(case):
        return _fact(fact="it was still healthy when read again, as a warning has it")
    return _fact(fact="it was healthy when read again", weight=DECISIVE, decisive=True)


def _only_forecast(case: Case) -> bool:
    sources = {signal.source for signal in case.signals}
    return sources == {SignalSource.FORECAST}
