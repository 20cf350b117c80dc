"""One slot of one log group, as its detectors see it: what came, what is known, and what they find."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from chalicelib.prediction.baselines.news import News
from chalicelib.prediction.baselines.rate import Series
from chalicelib.prediction.baselines.season import SLOTS_PER_DAY, Clock
from chalicelib.prediction.baselines.shares import Share
from chalicelib.prediction.baselines.values import Numbers

GROUP = "*"
"""The key of the series of all lines of the log group; a template's is its id."""

ALARMING = 0.5
"""The score from which a finding is an alarm."""

WARM_UP_SLOTS = 12.0
WARM_UP_EVENTS = 100.0
"""What a log group must have shown before anything in it can be called unusual: an hour, a hundred events."""


class Tally:
    """What came of one template within a slot. `count` is weighted, `events` are those that were read."""

    __slots__ = ("count", "events", "examples", "gravity", "texts")

    def __init__(self, gravity: int = 0) -> None:
        self.count = 0.0
        self.events = 0
        self.gravity = gravity
        self.examples: list[str] = []
        self.texts: list[str] = []


@dataclass(slots=True)
class Reading:
    """A known series in this slot: what came and what was expected, spread as variance over mean.

    `empty` is what was expected since it was last looked at, of which nothing came.
    """

    key: str
    series: Series
    count: float
    expected: float
    spread: float
    empty: float
    share: float = 0.0
    """This series' share of the false alarms that the log group is allowed: 0..1."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something unusual, with how often as much would come up by chance per log group and day."""

    detector: str
    key: str
    false_per_day: float
    score: float
    now: float
    usual: float
    seconds: float
    gravity: int = 0
    place: int = 0
    """Which of a template's numbers, or which level."""

    @property
    def subject(self) -> tuple[str, str]:
        """What it is about: the same subject is the same problem."""
        return self.detector, self.key


@dataclass(slots=True)
class Moment:
    """A slot and the state of knowledge before it is learnt."""

    slot: int
    exposure: float
    factor: float
    clock: Clock
    known: Mapping[str, Series]
    readings: Sequence[Reading]
    tallies: Mapping[str, Tally]
    fresh: Sequence[str]
    """Keys that were never seen before."""
    shares: Mapping[int, Share]
    """By gravity: warnings and errors."""
    news: News
    numbers: Mapping[str, Mapping[int, Numbers]]
    """By template and place."""
    values: Mapping[str, Mapping[int, Sequence[float]]]
    steady: Collection[str]
    """Keys whose gaps are known well enough to miss them."""
    young: Collection[str]
    """Keys that were first seen within the hour."""

    @property
    def warm(self) -> bool:
        """Whether enough is known to call anything unusual."""
        group = self.known.get(GROUP)
        return (
            group is not None
            and self.clock.taught >= WARM_UP_SLOTS
            and group.events(self.clock) >= WARM_UP_EVENTS
        )

    def window(self, key: str, slots: int) -> float:
        """What came of a series in this slot and those before it, `slots` in all."""
        series = self.known.get(key)
        before = series.recent if series else {}
        tally = self.tallies.get(key)
        past = sum(count for slot, count in before.items() if self.slot - slots < slot < self.slot)
        return past + (tally.count if tally else 0.0)


class Detector(Protocol):
    """Says what is unusual in a moment; keeps what it has to remember in the series themselves."""

    def __call__(self, moment: Moment) -> Sequence[Finding]:
        """Find what is unusual, weakest things included that still keep an alarm on."""
        ...


def score_of(false_per_day: float, allowed_per_day: float) -> float:
    """0..1: 0.5 where as much comes up by chance just as often as this detector is allowed to be wrong."""
    return allowed_per_day / (allowed_per_day + false_per_day)


PER_DAY = float(SLOTS_PER_DAY)
