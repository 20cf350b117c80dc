"""How often something usually comes: one series, of a template's lines or of all lines of a log group.

A Gamma-Poisson rate (Bayesian, with exponential forgetting) times a season. Two readings of the season
compete, the log group's and none at all, weighted by how well each has predicted this series; a series
that comes often enough gets a profile of its own day on top, shrunk towards that. What is unusually much
teaches only up to a bound, and the spread (variance over mean) is learnt from the same surprises.
"""

from __future__ import annotations

import math
from array import array

from chalicelib.prediction.baselines.evidence import Tail
from chalicelib.prediction.baselines.gaps import Gaps
from chalicelib.prediction.baselines.season import KEPT, SLOTS_PER_DAY, SLOTS_PER_HOUR, Clock

_KEPT_SPREAD = 0.5 ** (1 / SLOTS_PER_DAY / 7)
_SPREAD_PRIOR, _SPREAD_PRIOR_EVENTS = 4.0, 4.0
"""Lines tend to come in bursts, so that a series is held to be bursty until it shows otherwise."""
_LOWEST_SPREAD = 0.25
_LIKE_POISSON = 0.08
"""A spread this near to 1 cannot be told from it."""
_LEAN_LIMIT = 12.0
_PROFILE_EVENTS = 200.0
"""Remembered events from which a series has a profile of its own day."""
_PROFILE_PRIOR = 12.0
"""Expected events for which an hour of the profile counts as usual beforehand."""
_WATCHED_EVENTS = 60.0
"""Remembered events from which a series is looked at in every slot, whether something came or not."""
_BURST = 20.0
"""Bounds up to which a burst teaches how bursty a series is, though not that it comes more often."""
_TINY = 1e-9
_HOURS = 24
RECENT_SLOTS = 24


class Series:
    """What is known of one series. Times are the clock's, in slots.

    `recent` holds counts by slot of the last two hours, for people and for wording; the rest is numbers.
    """

    NUMBERS = (
        "seen",  # events, faded
        "touched",  # taught time at which `seen` was up to date
        "unseen",  # exposure that the group had before this series was born or while it was withheld
        "unseen_seasonal",
        "unseen_at",  # taught time at which these were up to date
        "mark",  # passed time up to which empty slots have been taken in
        "mark_seasonal",
        "last",  # passed time when something last came
        "last_seasonal",
        "lean",  # log odds of the group's season against none
        "squares",  # squared surprises, faded
        "counts",  # the counts that they were about, faded
        "low",  # CUSUM for the smaller ratio
        "high",  # CUSUM for the greater
        "born",  # slot
        "last_slot",
        "gravity",  # 0 none, 1 warning, 2 error, 3 fatal
    )
    __slots__ = (*NUMBERS, "gaps", "profile", "recent", "tail")

    def __init__(self, clock: Clock, slot: int, gravity: int) -> None:
        for name in self.NUMBERS:
            setattr(self, name, 0.0)
        self.touched = self.unseen_at = clock.taught
        self.unseen, self.unseen_seasonal = clock.flat, clock.seasonal
        self.mark = self.last = clock.passed
        self.mark_seasonal = self.last_seasonal = clock.passed_seasonal
        self.born = self.last_slot = float(slot)
        self.gravity = float(gravity)
        self.gaps = Gaps()
        self.tail = Tail()
        self.profile: array[float] | None = None
        self.recent: dict[int, float] = {}

    seen: float
    touched: float
    unseen: float
    unseen_seasonal: float
    unseen_at: float
    mark: float
    mark_seasonal: float
    last: float
    last_seasonal: float
    lean: float
    squares: float
    counts: float
    low: float
    high: float
    born: float
    last_slot: float
    gravity: float

    # -- what is usual --------------------------------------------------------------------------

    def events(self, clock: Clock) -> float:
        """Events that are remembered."""
        return self.seen * float(KEPT ** (clock.taught - self.touched))

    def spread(self) -> float:
        """Variance over mean of the counts per slot."""
        learnt = (self.squares + _SPREAD_PRIOR * _SPREAD_PRIOR_EVENTS) / (self.counts + _SPREAD_PRIOR_EVENTS)
        if abs(learnt - 1) < _LIKE_POISSON:
            return 1.0
        return max(_LOWEST_SPREAD, learnt)

    def expect(self, clock: Clock, exposure: float, seasonal: float, *, cautious: bool = False) -> float:
        """Events in so much exposure, flat and seasonal; `cautious`: as many as well may be usual."""
        known, flat, weighted = self._faded(clock)
        if cautious:
            spread = max(1.0, self.spread())
            known += math.sqrt(known * spread) + spread
        lean = self._lean_share()
        return _TINY + known * ((1 - lean) * exposure / flat + lean * seasonal / weighted)

    def profile_factor(self, slot: int) -> float:
        """What this series' own day adds to the season at this hour."""
        if self.profile is None:
            return 1.0
        hour = slot // SLOTS_PER_HOUR % _HOURS
        prior = _PROFILE_PRIOR * max(1.0, self.spread())
        return (self.profile[hour] + prior) / (self.profile[hour + _HOURS] + prior)

    def away(self, clock: Clock) -> float:
        """How long nothing has come, in slots of this series' own time."""
        lean = self._lean_share()
        return (1 - lean) * (clock.passed - self.last) + lean * (clock.passed_seasonal - self.last_seasonal)

    def missing(self, clock: Clock, exposure: float, factor: float) -> float:
        """Events that were to come since something last came, up to the end of this slot."""
        flat = clock.passed - self.last + exposure
        return self.expect(clock, flat, clock.passed_seasonal - self.last_seasonal + exposure * factor)

    def age(self, slot: int) -> float:
        """Slots since it was first seen."""
        return slot - self.born

    def watched(self, clock: Clock) -> bool:
        """Whether it comes often enough to be looked at in every slot."""
        return self.events(clock) >= _WATCHED_EVENTS

    def bound(self, expected: float) -> float:
        """The greatest count that still counts as such."""
        return expected + 4 * math.sqrt(expected * max(1.0, self.spread())) + 3

    # -- learning -------------------------------------------------------------------------------

    def note(self, slot: int, count: float, clock: Clock, exposure: float, factor: float) -> None:
        """Something came: whatever else is learnt from it, the series is alive."""
        self.last = clock.passed + exposure
        self.last_seasonal = clock.passed_seasonal + exposure * factor
        self.last_slot = float(slot)
        self.recent[slot] = self.recent.get(slot, 0.0) + count
        for old in [one for one in self.recent if one <= slot - RECENT_SLOTS]:
            del self.recent[old]

    def learn(self, slot: int, count: float, clock: Clock, exposure: float, factor: float) -> None:
        """Take in one slot, before the clock takes it in; `mark` says from where it was not looked at."""
        flat = clock.passed - self.mark
        seasonal = clock.passed_seasonal - self.mark_seasonal
        fresh = self._faded(clock)[1] < SLOTS_PER_HOUR
        own = self.profile_factor(slot)
        here = self.expect(clock, exposure, exposure * factor) * own
        empty = self.expect(clock, flat, seasonal) if flat > 0 else 0.0
        bounded = count if fresh else min(count, self.bound(here))
        if not fresh:
            self._learn_spread(min(count, _BURST * self.bound(here)), here, empty, flat + exposure)
            self._learn_lean(clock, bounded, (exposure + flat, exposure * factor + seasonal))
        self._learn_profile(slot, bounded, here)
        self.seen = self.seen * KEPT ** (clock.taught + exposure - self.touched) + bounded
        self.touched = clock.taught + exposure
        if self.profile is None and self.seen >= _PROFILE_EVENTS:
            self.profile = array("f", bytes(4 * 2 * _HOURS))

    def withhold(self, clock: Clock, exposure: float, factor: float) -> None:
        """Let a slot pass as if it had not been: neither its events nor its time count."""
        kept = KEPT ** (clock.taught + exposure - self.unseen_at)
        self.unseen = self.unseen * kept + exposure
        self.unseen_seasonal = self.unseen_seasonal * kept + exposure * factor
        self.seen *= KEPT ** (clock.taught + exposure - self.touched)
        self.touched = self.unseen_at = clock.taught + exposure

    def absorb(self, other: Series, clock: Clock) -> None:
        """Another series turns out to be this one: events are added, the longer history counts."""
        if other.born < self.born:
            for name in ("unseen", "unseen_seasonal", "unseen_at", "born"):
                setattr(self, name, getattr(other, name))
        self.seen = self.events(clock) + other.events(clock)
        self.touched = clock.taught
        self.squares += other.squares
        self.counts += other.counts
        self.gravity = max(self.gravity, other.gravity)
        if other.gaps.gaps > self.gaps.gaps:
            self.gaps = other.gaps
        self.calm()

    def learn_burst(self, slot: int, count: float, clock: Clock, exposure: float, factor: float) -> None:
        """Learn from a slot that is withheld how bursty the series is, and nothing else."""
        here = self.expect(clock, exposure, exposure * factor) * self.profile_factor(slot)
        self._learn_spread(min(count, _BURST * self.bound(here)), here, 0.0, exposure)

    def calm(self) -> None:
        """What was found is over: evidence starts from nothing."""
        self.low = self.high = 0.0

    def catch_up(self, clock: Clock, exposure: float, factor: float) -> None:
        """What has been looked at need not be looked at again."""
        self.mark = clock.passed + exposure
        self.mark_seasonal = clock.passed_seasonal + exposure * factor

    # -- within ---------------------------------------------------------------------------------

    def _faded(self, clock: Clock) -> tuple[float, float, float]:
        """Events, exposure and seasonal exposure that are remembered."""
        kept = KEPT ** (clock.taught - self.unseen_at)
        flat = clock.flat - self.unseen * kept
        seasonal = clock.seasonal - self.unseen_seasonal * kept
        return self.events(clock), max(1.0, flat), max(1.0, seasonal)

    def _lean_share(self) -> float:
        return 1 / (1 + math.exp(-self.lean))

    def _learn_spread(self, count: float, here: float, empty: float, slots: float) -> None:
        kept = _KEPT_SPREAD**slots
        per_slot = empty / slots if slots else 0.0
        self.squares = self.squares * kept + (count - here) ** 2 + empty * per_slot
        self.counts = self.counts * kept + count

    def _learn_lean(self, clock: Clock, count: float, exposure: tuple[float, float]) -> None:
        known, flat, weighted = self._faded(clock)
        plain, seasonal = known * exposure[0] / flat, known * exposure[1] / weighted
        if plain > 0 and seasonal > 0:
            gain = (count * math.log(seasonal / plain) - (seasonal - plain)) / max(1.0, self.spread())
            self.lean = max(-_LEAN_LIMIT, min(_LEAN_LIMIT, self.lean * KEPT ** exposure[0] + gain))

    def _learn_profile(self, slot: int, count: float, here: float) -> None:
        if self.profile is None:
            return
        hour = slot // SLOTS_PER_HOUR % _HOURS
        base = here / self.profile_factor(slot)
        kept = _KEPT_SPREAD
        self.profile[hour] = self.profile[hour] * kept + count
        self.profile[hour + _HOURS] = self.profile[hour + _HOURS] * kept + base
