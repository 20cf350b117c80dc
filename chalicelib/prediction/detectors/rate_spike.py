"""More lines of a template, or of the whole log group, than usual at this time."""

from __future__ import annotations

import math
from collections.abc import Sequence

from chalicelib.prediction.baselines.evidence import add_count
from chalicelib.prediction.baselines.season import SLOT_SECONDS, SLOTS_PER_DAY
from chalicelib.prediction.moment import GROUP, PER_DAY, Finding, Moment, Reading, score_of

NAME = "rate_spike"
ALLOWED_PER_DAY = 0.018
"""False alarms per log group and day."""

RATIOS = (3.0, 10.0)
_CHANCES_PER_SLOT, _CHANCES_PER_EVENT = 0.2, 0.5
_YOUNGEST = 36.0
"""Slots after its first sight in which a template's rate says nothing yet: three hours."""
_KEPT = 0.5 ** (2 / SLOTS_PER_DAY)
"""Evidence halves in twelve hours: what takes longer to show is no spike, but how things are."""
_WINDOWS = (1, 3, 6, 12)
_ABOVE = 3.0
"""Nats to which evidence is kept above what alarms, so that it is soon gone when the spike is."""
_WEAKEST = 0.02


def find_rate_spikes(moment: Moment) -> Sequence[Finding]:
    """Weigh every reading; evidence is kept in the series, bounded.

    False alarms are shared out among series (weighted Bonferroni, Genovese et al. 2006): most go to those of
    a few lines per hour, where a spike is hard to tell from chance, and errors get twice as many.
    """
    findings = (weigh_reading(moment, reading) for reading in moment.readings)
    return [finding for finding in findings if finding is not None]


def weigh_reading(moment: Moment, reading: Reading) -> Finding | None:
    """Bring a series' two CUSUMs up to date and judge them."""
    series = reading.series
    expected = reading.expected * _caution(moment, reading)
    tests = _tests_per_day(reading)
    scale = series.tail.scale()
    limit = (math.log(tests / ALLOWED_PER_DAY) + _ABOVE) * scale
    fading = _KEPT ** (moment.clock.passed - series.mark + moment.exposure)
    low, high = (
        min(limit, _step(height * fading, reading, expected, ratio))
        for height, ratio in zip((series.low, series.high), RATIOS, strict=True)
    )
    series.low, series.high = low, high
    judged = moment.warm and series.age(moment.slot) >= _YOUNGEST
    if not judged:
        series.low = series.high = 0.0
        return None
    false_per_day = tests * math.exp(-max(low, high) / scale)
    score = score_of(false_per_day, ALLOWED_PER_DAY)
    if score < _WEAKEST or not reading.count:
        return None
    now, usual, slots = _telling_window(moment, reading, expected)
    seconds = slots * SLOT_SECONDS
    return Finding(NAME, reading.key, false_per_day, score, now, usual, seconds, gravity=int(series.gravity))


def _step(height: float, reading: Reading, expected: float, ratio: float) -> float:
    if reading.empty > 0:
        height = add_count(height, 0.0, reading.empty, spread=reading.spread, ratio=ratio)
    return add_count(height, reading.count, expected, spread=reading.spread, ratio=ratio)


def _caution(moment: Moment, reading: Reading) -> float:
    """A template that has just appeared may be on its way to its usual rate: twice as much is no news.

    The whole group is judged only by a season that is known: after its first day.
    """
    days = reading.series.age(moment.slot) / SLOTS_PER_DAY
    if reading.key == GROUP and days < 1:
        return 10.0
    return max(1.0, 2.0 - days)


def _tests_per_day(reading: Reading) -> float:
    """Chances per day to be wrong about this series, over its share.

    A CUSUM passes a height by chance more seldom than Lorden's bound says: for Poisson counts once in about
    five of its steps, and where events are rare no more often than they come (from Brook and Evans' Markov
    chain at 0.1 to 8 events a slot).
    """
    chances = PER_DAY * min(_CHANCES_PER_SLOT, _CHANCES_PER_EVENT * reading.expected)
    return chances / max(1e-9, reading.share)


def _telling_window(moment: Moment, reading: Reading, expected: float) -> tuple[float, float, int]:
    """Count, usual count and length of the window in which the excess is plainest."""
    best = (-math.inf, reading.count, expected, 1)
    for slots in _WINDOWS:
        count, usual = moment.window(reading.key, slots), expected * slots
        plainness = (count - usual) / math.sqrt(max(1.0, reading.spread) * usual + 1)
        best = max(best, (plainness, count, usual, slots))
    return best[1:]
