"""What became of earlier incidents of this signature.

The fact carries no weight of its own: outcomes move the confidence through `calibrate`, once.
"""

from __future__ import annotations

from chalicelib.analysis.case import Case
from chalicelib.incidents.model import Evidence


def weigh_history(case: Case) -> Evidence | None:
    """Tell the counts that are not zero."""
    done = case.outcomes
    counts = {
        "recovered": done.recovered,
        "approved by a person": done.approved,
        "rejected by a person": done.rejected,
        "not healed": done.failed,
        "found to be nothing": done.dismissed,
    }
    told = ", ".join(f"{count} {what}" for what, count in counts.items() if count)
    if not told:
        return None
    return Evidence(rule="history", source="past incidents", fact=f"of incidents like it, {told}")
