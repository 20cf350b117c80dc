"""Errors or warnings are a larger share of the log than they were, be it ever so slowly."""

from __future__ import annotations

import math
from collections.abc import Sequence

from chalicelib.prediction.baselines.evidence import add_count
from chalicelib.prediction.baselines.season import SLOT_SECONDS, SLOTS_PER_DAY
from chalicelib.prediction.baselines.shares import Share
from chalicelib.prediction.moment import GROUP, PER_DAY, Finding, Moment, score_of
from chalicelib.prediction.trouble import ERROR, WARNING

NAME = "level_shift"
ALLOWED_PER_DAY = 0.002
_RATIOS = (1.5, 3.0)
_FEWEST_SLOTS = 2.0 * SLOTS_PER_DAY
"""Errors may have another day than the rest of the log: their share's day is seen twice first."""
_ABOVE = 3.0
_WEAKEST = 0.02


def find_level_shifts(moment: Moment) -> Sequence[Finding]:
    """Weigh this slot's errors and warnings given the number of all its lines."""
    lines = sum(tally.count for key, tally in moment.tallies.items() if key != GROUP)
    if not lines:
        return []
    findings = (_weigh(moment, gravity, share, lines) for gravity, share in moment.shares.items())
    return [finding for finding in findings if finding is not None]


def _expected_alone(moment: Moment, gravity: int) -> float:
    """What the templates of this level say for themselves: at night the rest may be gone, and errors not."""
    return sum(
        reading.expected
        for reading in moment.readings
        if reading.key != GROUP and min(ERROR, int(reading.series.gravity)) == gravity
    )


def key_of(gravity: int) -> str:
    """The subject of a shift of this level."""
    return f"level {gravity}"


def count_level(moment: Moment, gravity: int) -> float:
    """Lines of this level; what is fatal counts as an error."""
    return sum(
        tally.count
        for key, tally in moment.tallies.items()
        if key != GROUP and min(ERROR, tally.gravity) == gravity
    )


def _weigh(moment: Moment, gravity: int, share: Share, lines: float) -> Finding | None:
    count = count_level(moment, gravity)
    expected = max(share.expect(moment.slot, lines, cautious=True), _expected_alone(moment, gravity))
    tests = PER_DAY * len(moment.shares) * min(1.0, 2 * expected)
    scale = share.tail.scale()
    limit = (math.log(max(1.0, tests / ALLOWED_PER_DAY)) + _ABOVE) * scale
    share.low, share.high = (
        min(limit, add_count(height, count, expected, spread=share.spread(), ratio=ratio))
        for height, ratio in zip((share.low, share.high), _RATIOS, strict=True)
    )
    if share.slots < _FEWEST_SLOTS or not moment.warm:
        share.low = share.high = 0.0
        return None
    false_per_day = tests * math.exp(-max(share.low, share.high) / scale)
    score = score_of(false_per_day, ALLOWED_PER_DAY)
    if score < _WEAKEST:
        return None
    return Finding(
        NAME, key_of(gravity), false_per_day, score, count / lines, expected / lines, SLOT_SECONDS, gravity
    )


LEVELS = (WARNING, ERROR)
"""The gravities whose shares are watched."""
