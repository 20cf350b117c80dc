"""The assessment that needs no model: evidence added up in log odds, calibrated, and explained."""

from __future__ import annotations

from collections.abc import Iterable

from chalicelib.analysis.calibration import calibrate, probability
from chalicelib.analysis.case import Case
from chalicelib.analysis.evidence import gather_evidence
from chalicelib.analysis.facts import quoted, tags_of
from chalicelib.analysis.reasoning import explain
from chalicelib.incidents.model import Assessment, Classification, Evidence, Impact, Intent, Judge
from chalicelib.incidents.signal_text import number_in
from chalicelib.incidents.word import is_announced

_GRAVEST_FIRST = (Intent.ATTACK, Intent.DELIBERATE, Intent.AUTOMATION, Intent.ACCIDENT)
_SERVICE_TAGS = ("service", "application", "app", "Service", "Application", "App")


def assess_by_rules(case: Case) -> Assessment:
    """Say what a case means. The same case always gives the same assessment."""
    evidence = gather_evidence(case)
    classification = _classify(case, evidence)
    intent = intent_of(evidence)
    return Assessment(
        classification=classification,
        confidence=_confidence(case, evidence),
        severity=_severity(case, classification, intent),
        intent=intent,
        reasoning=explain(case, evidence),
        evidence=evidence,
        impact=_impact(case, classification),
        judge=Judge.RULES,
        similar=case.similar,
        heard=len(case.signals),
    )


def intent_of(evidence: Iterable[Evidence]) -> Intent:
    """What settles the matter alone names the intent; else the gravest reading with a fact behind it.

    Where nothing tells, it is taken for an accident: only a fact may make a change look wanted.
    """
    facts = tuple(evidence)
    settled = [fact for fact in facts if fact.decisive]
    read = {fact.intent for fact in settled or facts}
    return next((intent for intent in _GRAVEST_FIRST if intent in read), Intent.ACCIDENT)


def _classify(case: Case, evidence: tuple[Evidence, ...]) -> Classification:
    if any(fact.decisive for fact in evidence):
        return Classification.NORMAL
    return case.kind.classification


def _confidence(case: Case, evidence: tuple[Evidence, ...]) -> float:
    """How likely the classification is right.

    For NORMAL it follows from the decisive facts alone: what else is known cannot talk them away.
    """
    settled = sum(fact.weight for fact in evidence if fact.decisive)
    if settled:
        return round(probability(-settled), 3)
    prior = probability(sum(fact.weight for fact in evidence))
    return round(calibrate(prior, case.outcomes), 3)


def _severity(case: Case, classification: Classification, intent: Intent) -> int:
    """The kind's own or what AWS's word is worth, two more for an attack; 1 where nothing is wrong."""
    if classification is Classification.NORMAL:
        return 1
    told = number_in(case.signals[0].details, "severity") if is_announced(case.incident) else None
    usual = case.kind.severity if told is None else max(1, int(told))
    return min(10, usual + (2 if intent is Intent.ATTACK else 0))


def _impact(case: Case, classification: Classification) -> Impact:
    if classification is Classification.NORMAL:
        return Impact()
    tags = tags_of(case)
    return Impact(
        services=tuple(quoted(tags[name]) for name in _SERVICE_TAGS if tags.get(name)),
        downtime_minutes=case.kind.downtime_minutes,
        blast_radius=case.kind.blast_radius,
    )
