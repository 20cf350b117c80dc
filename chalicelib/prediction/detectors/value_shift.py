"""The numbers in a template have moved: latencies, sizes, queue lengths."""

from __future__ import annotations

import math
from collections.abc import Sequence

from chalicelib.prediction.baselines.season import SLOT_SECONDS
from chalicelib.prediction.baselines.values import Numbers
from chalicelib.prediction.moment import PER_DAY, Finding, Moment, score_of

NAME = "value_shift"
ALLOWED_PER_DAY = 0.003
_CHANCES_PER_SLOT = 0.2
_ABOVE = 3.0
_WEAKEST = 0.02


def find_value_shifts(moment: Moment) -> Sequence[Finding]:
    """Weigh this slot's numbers of every template that has any."""
    known = sum(len(places) for places in moment.numbers.values())
    findings: list[Finding] = []
    for key, places in moment.values.items():
        for place, values in places.items():
            numbers = moment.numbers.get(key, {}).get(place)
            if numbers is not None and (finding := _weigh(moment, (key, place), numbers, values, known)):
                findings.append(finding)
    return findings


def _weigh(
    moment: Moment, where: tuple[str, int], numbers: Numbers, values: Sequence[float], known: int
) -> Finding | None:
    if not numbers.known() or not moment.warm:
        numbers.up = numbers.down = 0.0
        return None
    tests = 2 * PER_DAY * known * _CHANCES_PER_SLOT
    scale = numbers.tail.scale()
    limit = (math.log(tests / ALLOWED_PER_DAY) + _ABOVE) * scale
    numbers.weigh(values, limit=limit)
    false_per_day = tests * math.exp(-max(numbers.up, numbers.down) / scale)
    score = score_of(false_per_day, ALLOWED_PER_DAY)
    if score < _WEAKEST:
        return None
    mean, _ = numbers.summarise(values)
    series = moment.known[where[0]]
    return Finding(
        NAME,
        where[0],
        false_per_day,
        score,
        math.exp(mean),
        numbers.usual(),
        SLOT_SECONDS,
        gravity=int(series.gravity),
        place=where[1],
    )
