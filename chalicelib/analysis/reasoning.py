"""Two or three plain sentences about evidence, for a person who was not there."""

from __future__ import annotations

from collections.abc import Iterable

from chalicelib.analysis.case import Case
from chalicelib.analysis.facts import quoted
from chalicelib.incidents.model import Evidence

_SHOWN = 3
_SLIGHT = 0.15
"""Weights below this are not worth a word."""


def explain(case: Case, evidence: tuple[Evidence, ...]) -> str:
    """What happened, what speaks for putting it right, and what against."""
    happened = f"{quoted(case.incident.resource.id)} {case.kind.title}"
    settled = [fact for fact in evidence if fact.decisive]
    if settled:
        return f"{happened}. It is left as it is: {_told(settled)}."
    foreseen = case.incident.foreseen
    speaks_for = [fact for fact in evidence if fact.weight > _SLIGHT]
    against = [fact for fact in evidence if fact.weight < -_SLIGHT]
    return f"{happened}. {_for(speaks_for, foreseen=foreseen)} {_against(against, evidence)}"


def _for(facts: list[Evidence], *, foreseen: bool) -> str:
    if not facts:
        return "Nothing calls for acting on it." if foreseen else "Nothing calls for a repair."
    what = "Acting before it fails" if foreseen else "A repair"
    return f"{what} makes sense because {_told(facts)}."


def _against(facts: list[Evidence], evidence: tuple[Evidence, ...]) -> str:
    if facts:
        return f"Caution is due because {_told(facts)}."
    slight = [fact for fact in evidence if fact.weight < 0]
    if slight:
        return f"Little speaks against it: {_told(slight)}."
    return "Nothing speaks against it."


def _told(facts: Iterable[Evidence]) -> str:
    """The weightiest first."""
    heaviest = sorted(facts, key=lambda fact: -abs(fact.weight))[:_SHOWN]
    *others, last = [fact.fact for fact in heaviest]
    return f"{', '.join(others)} and {last}" if others else last
