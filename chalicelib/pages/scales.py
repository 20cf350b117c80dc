"""Evidence as a picture: what each fact weighs, in log odds, and what all of them add up to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from chalicelib.analysis.calibration import probability
from chalicelib.incidents.model import Assessment, Classification, Evidence


@dataclass(frozen=True, kw_only=True)
class Weighed:
    """One fact with its bar. Places are per cent of the width: 50 is the middle, where nothing weighs."""

    fact: Evidence
    start: float
    width: float


@dataclass(frozen=True, kw_only=True)
class Scales:
    """All facts, the heaviest first, and their sum."""

    pro: tuple[Weighed, ...]
    con: tuple[Weighed, ...]
    neutral: tuple[Evidence, ...]
    total: float
    """In log odds."""
    sum_start: float
    sum_width: float
    probability: float
    """Of the classification, by the sum alone: before earlier outcomes and the model are heard."""
    settled: bool
    """Whether a decisive fact alone settled it."""


def weigh(assessment: Assessment) -> Scales:
    """Lay out the evidence; of a settled assessment the decisive facts alone are added up."""
    facts = sorted(assessment.evidence, key=lambda one: -abs(one.weight))
    settled = assessment.classification is Classification.NORMAL and any(one.decisive for one in facts)
    total = sum(one.weight for one in facts if one.decisive or not settled)
    largest = max([abs(total), 1.0, *(abs(one.weight) for one in facts)])
    start, width = _bar(total, largest)
    return Scales(
        pro=_weighed((one for one in facts if one.weight > 0), largest),
        con=_weighed((one for one in facts if one.weight < 0), largest),
        neutral=tuple(one for one in facts if one.weight == 0),
        total=total,
        sum_start=start,
        sum_width=width,
        probability=probability(-total if settled else total),
        settled=settled,
    )


def _weighed(facts: Iterable[Evidence], largest: float) -> tuple[Weighed, ...]:
    bars = [(fact, *_bar(fact.weight, largest)) for fact in facts]
    return tuple(Weighed(fact=fact, start=start, width=width) for fact, start, width in bars)


def _bar(weight: float, largest: float) -> tuple[float, float]:
    width = 50 * abs(weight) / largest
    return (50.0 if weight >= 0 else 50 - width), width
