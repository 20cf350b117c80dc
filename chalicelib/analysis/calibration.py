"""Confidence, calibrated on what became of earlier incidents of the same signature.

A judge's own number is taken as if it had been seen in `PSEUDO_COUNT` cases; each outcome since then is
one more case (the mean of a beta-binomial). So nine good outcomes lift a 0.71 over 0.8, and three bad
ones bring a 0.92 under it. Never more than `COUNTED` outcomes count, so that however long the history
is, the present case keeps a third of the say.
"""

from __future__ import annotations

import math

from chalicelib.incidents.guard import Outcomes

PSEUDO_COUNT = 20.0
COUNTED = 40.0

_SURE = 0.99
"""No judge is believed to be surer than this."""


def probability(log_odds: float) -> float:
    """0.01..0.99, for a sum of weights in log odds."""
    bound = math.log(_SURE / (1 - _SURE))
    return 1 / (1 + math.exp(-min(bound, max(-bound, log_odds))))


def log_odds(share: float) -> float:
    """The reverse of `probability`, for a probability between 0 and 1."""
    bounded = min(_SURE, max(1 - _SURE, share))
    return math.log(bounded / (1 - bounded))


def calibrate(prior: float, outcomes: Outcomes) -> float:
    """A prior of 0..1, moved by outcomes towards the share of good ones and never beyond it.

    Good are verified recoveries and approvals, bad are failed recoveries and rejections. A dismissed
    incident says nothing: nobody looked whether acting would have been right.
    """
    counted, share = _heard(outcomes)
    if not counted:
        return prior
    return (PSEUDO_COUNT * prior + counted * share) / (PSEUDO_COUNT + counted)


def prior_of(confidence: float, outcomes: Outcomes) -> float:
    """The reverse of `calibrate`: what a judge said before these outcomes were heard."""
    counted, share = _heard(outcomes)
    prior = ((PSEUDO_COUNT + counted) * confidence - counted * share) / PSEUDO_COUNT
    return min(_SURE, max(1 - _SURE, prior))


def _heard(outcomes: Outcomes) -> tuple[float, float]:
    """How many outcomes count, and the share of good ones."""
    good = outcomes.recovered + outcomes.approved
    told = good + outcomes.failed + outcomes.rejected
    return min(COUNTED, told), good / told if told else 0.0


def temper(by_rules: float, by_model: float) -> float:
    """The rules' number, lowered by a model that is less sure: both in log odds, half each.

    A surer model changes nothing, so what it says can only ever take a recovery's permission away.
    """
    pooled = probability((log_odds(by_rules) + log_odds(by_model)) / 2)
    return min(by_rules, pooled)
