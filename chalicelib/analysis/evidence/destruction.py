"""Whether it is gone, rather than stopped: a deletion is meant more often than a stop."""

from __future__ import annotations

from chalicelib.analysis.case import Case
from chalicelib.incidents.model import Evidence


def weigh_destruction(case: Case) -> Evidence | None:
    """A little doubt, so that more must speak for bringing something back than for starting it."""
    if case.observation.exists:
        return None
    return Evidence(
        rule="destruction",
        source="read again",
        fact="it is gone, and deleting is meant more often than stopping",
        weight=-0.4,
    )
