"""Whether the call succeeded: a refused call and a dry run changed nothing."""

from __future__ import annotations

from chalicelib.analysis.case import Case
from chalicelib.analysis.evidence.weights import DECISIVE
from chalicelib.analysis.facts import quoted, took_effect
from chalicelib.incidents.model import Evidence, Signal


def weigh_call_outcome(case: Case) -> Evidence | None:
    """Settle the matter where no signal tells of something that really happened."""
    without_effect = [signal for signal in case.signals if signal not in took_effect(case.signals)]
    if not without_effect:
        return None
    settled = len(without_effect) == len(case.signals)
    return Evidence(
        rule="call_outcome",
        source="CloudTrail",
        fact=_why(without_effect[0]),
        weight=DECISIVE if settled else 0.0,
        decisive=settled,
    )


def _why(signal: Signal) -> str:
    if signal.dry_run:
        return f"the call {quoted(signal.event_name)} was only a dry run"
    return f"the call {quoted(signal.event_name)} failed with {quoted(signal.error_code)}"
