"""Evidence: one rule per file, each weighing one question about a case. A new rule is a line here."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from chalicelib.analysis.case import Case
from chalicelib.analysis.evidence.actor import weigh_actor
from chalicelib.analysis.evidence.alike_at_once import weigh_alike_at_once
from chalicelib.analysis.evidence.announcement import weigh_announcement
from chalicelib.analysis.evidence.attack_signs import weigh_attack_signs
from chalicelib.analysis.evidence.call_outcome import weigh_call_outcome
from chalicelib.analysis.evidence.change_window import weigh_change_window
from chalicelib.analysis.evidence.corroboration import weigh_corroboration
from chalicelib.analysis.evidence.destruction import weigh_destruction
from chalicelib.analysis.evidence.forecast import weigh_forecast
from chalicelib.analysis.evidence.history import weigh_history
from chalicelib.analysis.evidence.known_good import weigh_known_good
from chalicelib.analysis.evidence.leave_alone import weigh_leave_alone
from chalicelib.analysis.evidence.membership import weigh_membership
from chalicelib.analysis.evidence.observed_state import weigh_observed_state
from chalicelib.analysis.evidence.service_issue import weigh_service_issue
from chalicelib.analysis.evidence.state_reason import weigh_state_reason
from chalicelib.incidents.model import Evidence

EvidenceRule: TypeAlias = Callable[[Case], Evidence | None]
"""A rule answers one fact, or None where it has nothing to say."""

EVIDENCE_RULES: tuple[EvidenceRule, ...] = (
    weigh_call_outcome,
    weigh_actor,
    weigh_announcement,
    weigh_forecast,
    weigh_observed_state,
    weigh_leave_alone,
    weigh_change_window,
    weigh_attack_signs,
    weigh_alike_at_once,
    weigh_service_issue,
    weigh_known_good,
    weigh_destruction,
    weigh_state_reason,
    weigh_membership,
    weigh_corroboration,
    weigh_history,
)
"""In the order in which a person wants to read their facts."""


def gather_evidence(case: Case) -> tuple[Evidence, ...]:
    """Ask every rule; the same case always gives the same evidence."""
    return tuple(fact for fact in (rule(case) for rule in EVIDENCE_RULES) if fact is not None)
