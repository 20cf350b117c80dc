"""What always came no longer comes: one template, or the whole log group."""

from __future__ import annotations

import math
from collections.abc import Sequence

from chalicelib.prediction.baselines.season import SLOT_SECONDS, SLOTS_PER_DAY, SLOTS_PER_WEEK
from chalicelib.prediction.moment import GROUP, PER_DAY, Finding, Moment, score_of
from chalicelib.prediction.trouble import HARMLESS

NAME = "silence"
ALLOWED_PER_DAY = 0.0012
_YOUNGEST = float(SLOTS_PER_DAY)
_SHORTEST = 3.0
"""Slots: a service that restarts is away for a few minutes, and that is no silence."""
_BEFORE_A_WEEK, _AFTER_A_WEEK = 0.5, 0.75
"""Of what was to come: before a weekend was seen half as much may do, and seasons are never exact."""
_GROUP_SHARE = 0.25
_FEWEST_MISSING = 2.5
_SURE_AFTER, _LONGEST = 14.0, SLOTS_PER_DAY / 2
"""Scales beyond the mean gap at which a silence is sure; where that takes half a day nobody is told."""
_WEAKEST = 0.02


def find_silences(moment: Moment) -> Sequence[Finding]:
    """Judge how long steady series have been away, against their own gaps; errors may well stop."""
    if moment.clock.taught < _YOUNGEST:
        return []
    findings = (_judge(moment, key) for key in moment.steady if key not in moment.tallies)
    return [finding for finding in findings if finding is not None]


def _log_chance_of_none(expected: float, spread: float) -> float:
    """By the counts: negative binomial, or scaled Poisson for what comes regularly."""
    return -expected * math.log(spread) / (spread - 1) if spread > 1 else -expected / spread


def _judge(moment: Moment, key: str) -> Finding | None:
    series = moment.known[key]
    away = series.away(moment.clock) + moment.exposure
    gaps = series.gaps
    if gaps.mean() + _SURE_AFTER * gaps.scale() > _LONGEST or series.age(moment.slot) < _YOUNGEST:
        return None
    if away < max(_SHORTEST, 2 * gaps.mean()):
        return None
    usual = series.missing(moment.clock, moment.exposure, moment.factor)
    if usual < _FEWEST_MISSING or (key != GROUP and series.gravity > HARMLESS):
        return None
    share = _GROUP_SHARE if key == GROUP else (1 - _GROUP_SHARE) / len(moment.steady)
    believed = _AFTER_A_WEEK if moment.clock.taught > SLOTS_PER_WEEK else _BEFORE_A_WEEK
    log_chance = gaps.log_chance(away * believed)
    if gaps.regular():
        log_chance = min(log_chance, _log_chance_of_none(usual * believed, series.spread()))
    false_per_day = PER_DAY / max(1.0, gaps.mean()) * math.exp(log_chance) / share
    score = score_of(false_per_day, ALLOWED_PER_DAY)
    if score < _WEAKEST:
        return None
    seconds = (moment.slot - series.last_slot) * SLOT_SECONDS
    return Finding(NAME, key, false_per_day, score, 0.0, usual, seconds, gravity=int(series.gravity))
