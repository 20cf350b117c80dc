"""A line that speaks of trouble and was never seen before, in a log that seldom says anything new."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from chalicelib.prediction.baselines.season import SLOT_SECONDS, SLOTS_PER_HOUR
from chalicelib.prediction.moment import Finding, Moment, score_of
from chalicelib.prediction.trouble import ERROR, FATAL

NAME = "new_template"
ALLOWED_PER_DAY = 0.01
_FATAL_WEIGHT = 4.0
_EACH_FURTHER = 0.3
"""How much rarer each further new line of trouble within the same hour makes it; they come together."""
_WEAKEST = 0.02


def find_new_templates(moment: Moment) -> Sequence[Finding]:
    """Judge new templates of trouble in their first hour: harmless ones come with every deployment."""
    if not moment.warm:
        return []
    bad = {key: gravity for key, gravity in _new_in(moment) if gravity >= ERROR}
    further = _EACH_FURTHER ** (len(bad) - 1)
    findings = (_judge(moment, key, bad[key], further) for key in bad if key in moment.tallies)
    return [finding for finding in findings if finding.score >= _WEAKEST]


def _new_in(moment: Moment) -> Iterable[tuple[str, int]]:
    yield from ((key, moment.tallies[key].gravity) for key in moment.fresh)
    yield from ((key, int(moment.known[key].gravity)) for key in moment.young if key in moment.known)


def _judge(moment: Moment, key: str, gravity: int, further: float) -> Finding:
    lines = moment.window(key, SLOTS_PER_HOUR)
    rarity = moment.news.per_day() * moment.news.chance_of(lines) * further
    false_per_day = rarity / (_FATAL_WEIGHT if gravity >= FATAL else 1.0)
    seconds = SLOTS_PER_HOUR * SLOT_SECONDS
    score = score_of(false_per_day, ALLOWED_PER_DAY)
    return Finding(NAME, key, false_per_day, score, lines, 0.0, seconds, gravity=gravity)
