"""What alerts were worth: the outcome of each, and precision, recall and lead time by detector.

An outcome is read from what happened afterwards, never from what was promised. Warnings that were held
out are the control: the share of them that failed says how many of those that were acted on would have.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from chalicelib.incidents.alert import Alert, AlertOutcome, AlertState
from chalicelib.incidents.base import Record
from chalicelib.incidents.model import Incident, State
from chalicelib.incidents.plans import Verdict

SETTLED_AFTER = timedelta(minutes=30)
"""So long after the all-clear nothing of it may have failed."""

LONGEST = timedelta(hours=24)
"""What is still open after so long is judged as it stands."""

LASTED = timedelta(minutes=10)
"""What was seen by three scans was there; what only one saw was not."""

_PRIOR_GOOD, _PRIOR_ALL = 1.0, 2.0
_PSEUDO_COUNT = 20.0
_COUNTED = 60.0
HELD_OUT = "hold_out"


@dataclass(frozen=True, kw_only=True)
class Score:
    """One alert, as it is counted. An alert that came with its failure foretold nothing: a miss."""

    detectors: tuple[str, ...]
    outcome: AlertOutcome
    lead_minutes: float | None = None
    held_out: bool = False

    @property
    def counted_as(self) -> str:
        """The name of the count."""
        if self.lead_minutes == 0:
            return "missed"
        return f"held_{self.outcome.value}" if self.held_out else self.outcome.value


class Worth(Record):
    """What a detector's alerts were worth. A share is None where there is nothing to count."""

    detector: str
    alerts: int
    failed: int
    prevented: int
    passed: int
    wrong: int
    missed: int
    precision: float | None
    """Alerts behind which a failure was, or would have been: failed and prevented, of all."""
    recall: float | None
    """Failures that were foretold, of all."""
    mean_lead_minutes: float | None
    held_out: int
    held_out_failed: int
    expected_failures: float | None
    """Of the prevented ones, so many would have failed, as far as those that were held out tell."""


def judge_alert(
    alert: Alert, *, own: Incident | None, failed_at: datetime | None, now: datetime
) -> Score | None:
    """The outcome, or None where it is too early to tell.

    `own` is the incident that the alert opened. `failed_at` is when the resource failed, or the metric
    crossed its limit, after the alert was opened; None where neither happened.
    """
    held_out = own is not None and _was_held_out(own)
    if failed_at is not None:
        lead = max(0.0, (failed_at - alert.known_at).total_seconds() / 60)
        return Score(
            detectors=alert.first.detectors,
            outcome=AlertOutcome.FAILED,
            lead_minutes=round(lead, 1),
            held_out=held_out,
        )
    if not _is_over(alert, now):
        return None
    return Score(detectors=alert.first.detectors, outcome=_unfailed(alert, own), held_out=held_out)


def summarize(rows: Iterable[Mapping[str, Any]]) -> tuple[Worth, ...]:
    """The worth of each detector, from counts by week: rows of ``detector`` and numbers."""
    counts: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for row in rows:
        for name, value in row.items():
            if isinstance(value, int | float):
                counts[str(row["detector"])][name] += value
    return tuple(_worth(detector, found) for detector, found in sorted(counts.items()))


def calibrated(probability: float, worth: Worth | None) -> float:
    """A detector's own number, moved towards the share of its alerts that were right.

    As for incidents: its own word stands for `_PSEUDO_COUNT` cases, and no more than `_COUNTED` count
    against it.
    """
    if worth is None or not worth.alerts:
        return probability
    told = min(_COUNTED, float(worth.alerts))
    return (_PSEUDO_COUNT * probability + told * _share_right(worth)) / (_PSEUDO_COUNT + told)


def _share_right(worth: Worth) -> float:
    """What was prevented counts as far as it would have failed: an action must not prove its own warning."""
    would_fail = _share_failing(worth.held_out_failed, worth.held_out)
    return (worth.failed + worth.prevented * would_fail) / worth.alerts


def _share_failing(failed: float, held_out: float) -> float:
    """Of those that were left alone on purpose; one half as long as there are none."""
    return (failed + _PRIOR_GOOD) / (held_out + _PRIOR_ALL)


def _was_held_out(incident: Incident) -> bool:
    decision = incident.decision
    if decision is None or decision.verdict is not Verdict.IGNORE:
        return False
    return any(gate.gate == HELD_OUT and gate.verdict is Verdict.IGNORE for gate in decision.gates)


def _is_over(alert: Alert, now: datetime) -> bool:
    if alert.state is AlertState.CLEARED and alert.cleared_at is not None:
        return now - alert.cleared_at >= SETTLED_AFTER
    return now - alert.opened_at >= LONGEST


def _unfailed(alert: Alert, own: Incident | None) -> AlertOutcome:
    if own is not None and own.state is State.COMPLETED and alert.state is AlertState.CLEARED:
        return AlertOutcome.PREVENTED
    if own is not None and own.state is State.REJECTED:
        return AlertOutcome.WRONG
    lasted = (alert.cleared_at or alert.updated_at) - alert.opened_at
    return AlertOutcome.PASSED if lasted >= LASTED else AlertOutcome.WRONG


def _worth(detector: str, found: Mapping[str, float]) -> Worth:
    held = {outcome: int(found[f"held_{outcome.value}"]) for outcome in AlertOutcome}
    of = {outcome: int(found[outcome.value]) + held[outcome] for outcome in AlertOutcome}
    alerts, held_out, missed = sum(of.values()), sum(held.values()), int(found["missed"])
    failed, prevented = of[AlertOutcome.FAILED], of[AlertOutcome.PREVENTED]
    foretold = failed + prevented
    would_fail = _share_failing(held[AlertOutcome.FAILED], held_out)
    return Worth(
        detector=detector,
        alerts=alerts,
        failed=failed,
        prevented=prevented,
        passed=of[AlertOutcome.PASSED],
        wrong=of[AlertOutcome.WRONG],
        missed=missed,
        precision=round(foretold / alerts, 3) if alerts else None,
        recall=round(foretold / (foretold + missed), 3) if foretold + missed else None,
        mean_lead_minutes=round(found["lead_minutes"] / failed, 1) if failed else None,
        held_out=held_out,
        held_out_failed=held[AlertOutcome.FAILED],
        expected_failures=round(prevented * would_fail, 1) if held_out else None,
    )
