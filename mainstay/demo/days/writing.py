"""What the demo's services write: seeded, so that the same day is the same every time."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from mainstay.demo.days.day import hour_of

Lines = Iterator[tuple[float, str]]

_MINUTE = timedelta(minutes=1)
_FIVE_MINUTES = timedelta(minutes=5)


def by_minute(
    seed: str, after: datetime, upto: datetime, say: Callable[[random.Random, datetime], Iterator[str]]
) -> Lines:
    """What is said in each minute, at times within it: (epoch seconds, line)."""
    minute = after
    while minute < upto:
        chance = random.Random(f"{seed} {minute:%Y-%m-%d %H:%M}")  # noqa: S311 - a demo's day
        for line in say(chance, minute):
            yield minute.timestamp() + chance.uniform(0, 59.9), line
        minute += _MINUTE


def by_five_minutes(
    seed: str, after: datetime, upto: datetime, measure: Callable[[random.Random, datetime], float]
) -> list[tuple[float, float]]:
    """What is measured every five minutes: (epoch seconds, value)."""
    values, moment = [], after
    while moment < upto:
        chance = random.Random(f"{seed} {moment}")  # noqa: S311 - a demo's day
        values.append((moment.timestamp(), measure(chance, moment)))
        moment += _FIVE_MINUTES
    return values


def busy(moment: datetime, least: float, most: float) -> float:
    """How much there is to do at a time of the day: least at four in the morning, most in the afternoon."""
    share = (1 - math.cos(2 * math.pi * (hour_of(moment) - 4) / 24)) / 2
    return least + (most - least) * share


def times(chance: random.Random, rate: float) -> range:
    """As often as a Poisson process of this rate happens to."""
    limit, product, count = math.exp(-rate), chance.random(), 0
    while product > limit:
        product *= chance.random()
        count += 1
    return range(count)
