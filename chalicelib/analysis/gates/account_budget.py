"""Whether too much was recovered in this account within the hour."""

from __future__ import annotations

from chalicelib.analysis.case import Question
from chalicelib.analysis.gates.gate import UNREADABLE_LOAD, recover, review
from chalicelib.incidents.plans import GateAnswer

_NAME = "account_budget"


def ask_account_budget(question: Question) -> GateAnswer:
    """Over all types, and for the type alone; a budget of zero is none."""
    if question.load is None:
        return review(_NAME, UNREADABLE_LOAD)
    begun, budgets = question.load.recovering, question.policy.budgets
    of_all, of_type = sum(begun.values()), begun.get(question.incident.resource.type, 0)
    if of_all >= budgets.recoveries_per_hour:
        return review(_NAME, f"The account's budget of {budgets.recoveries_per_hour} an hour is used up.")
    if of_type >= budgets.recoveries_per_hour_per_type:
        return review(
            _NAME, f"The type's budget of {budgets.recoveries_per_hour_per_type} an hour is used up."
        )
    return recover(_NAME, f"{of_all} recoveries began within the hour, {of_type} of this type.")
