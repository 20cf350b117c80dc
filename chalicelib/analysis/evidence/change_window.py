"""Whether it happened in a time in which people change things."""

from __future__ import annotations

from chalicelib.analysis.case import Case
from chalicelib.analysis.evidence.weights import DECISIVE
from chalicelib.analysis.facts import quoted, tags_of, window_around
from chalicelib.incidents.model import Evidence, Intent


def weigh_change_window(case: Case) -> Evidence | None:
    """Settle the matter while a window is open, and for what happened while it was."""
    window = window_around(case.policy, case.incident, tags_of(case), case.now)
    if window is None:
        return None
    return Evidence(
        rule="change_window",
        source="policy",
        fact=f"the change window {quoted(window.name)} covers it",
        weight=DECISIVE,
        intent=Intent.DELIBERATE,
        decisive=True,
    )
