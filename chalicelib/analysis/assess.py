"""Who judges: the rules always, and the model where the policy asks for it."""

from __future__ import annotations

from chalicelib.analysis.case import Case
from chalicelib.analysis.model import Converse, ask_model
from chalicelib.analysis.policy import Limits, ModelUse
from chalicelib.analysis.rules import assess_by_rules
from chalicelib.incidents.model import Assessment, Classification


def assess(
    case: Case, limits: Limits, *, candidates: tuple[str, ...], converse: Converse | None, nonce: str
) -> Assessment:
    """What a case means. Without a model, or where it is not wanted, the rules' word stands."""
    by_rules = assess_by_rules(case)
    if converse is None or not _is_wanted(by_rules, limits):
        return by_rules
    return ask_model(case, by_rules, candidates, converse=converse, nonce=nonce)


def _is_wanted(by_rules: Assessment, limits: Limits) -> bool:
    unsure = by_rules.classification is not Classification.NORMAL and by_rules.confidence < limits.threshold
    return limits.model is ModelUse.ALWAYS or (limits.model is ModelUse.UNSURE and unsure)
