"""All that is known of one log group's usual behaviour, and how a slot is judged and then learnt."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from chalicelib.prediction.baselines.evidence import Tail
from chalicelib.prediction.baselines.gaps import Gaps
from chalicelib.prediction.baselines.news import News
from chalicelib.prediction.baselines.packing import settle
from chalicelib.prediction.baselines.rate import Series
from chalicelib.prediction.baselines.season import SLOTS_PER_HOUR, Clock, Season
from chalicelib.prediction.baselines.shares import Share
from chalicelib.prediction.baselines.values import Numbers
from chalicelib.prediction.detectors.level_shift import LEVELS, count_level, key_of
from chalicelib.prediction.moment import GROUP, Moment, Reading, Tally
from chalicelib.prediction.readings import Traffic, read_series, share_out
from chalicelib.prediction.trouble import ERROR

SERIES_FIELDS = (("", Series.NUMBERS), ("gaps", Gaps.FIELDS), ("tail", Tail.FIELDS))
SHARE_FIELDS = (("", Share.FIELDS), ("tail", Tail.FIELDS))
NUMBERS_FIELDS = (("", Numbers.FIELDS), ("tail", Tail.FIELDS))
MOST_PLACES = 4
"""Wildcards of a template whose numbers are followed."""

Values = Mapping[str, Mapping[int, Sequence[float]]]


class Knowledge:
    """Baselines by template, and those of the whole group."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.season = Season()
        self.known: dict[str, Series] = {}
        self.shares = {gravity: Share() for gravity in LEVELS}
        self.news = News()
        self.numbers: dict[str, dict[int, Numbers]] = {}
        self.traffic = Traffic()
        self.watched: set[str] = set()
        self.steady: set[str] = set()
        self.young: set[str] = set()

    # -- judging --------------------------------------------------------------------------------

    def observe(
        self,
        slot: int,
        exposure: float,
        tallies: Mapping[str, Tally],
        values: Values,
        alarming: Collection[str],
    ) -> Moment:
        """A slot as the detectors see it. `alarming` series are looked at whether they came or not."""
        factor = self.season.factor(slot)
        looked_at = {key for key in (*tallies, *self.watched, *alarming) if key in self.known}
        when = (slot, exposure, factor)
        readings = read_series(looked_at, self.known, tallies, when=when, clock=self.clock)
        self.traffic.take(slot, (one for one in readings if one.key in self.watched))
        for reading in readings:
            reading.expected *= self.traffic.factor(reading, slot)
        share_out(readings, len(self.known) - len(readings))
        return Moment(
            slot=slot,
            exposure=exposure,
            factor=factor,
            clock=self.clock,
            known=self.known,
            readings=readings,
            tallies=tallies,
            fresh=[key for key in tallies if key not in self.known and key != GROUP],
            shares=self.shares,
            news=self.news,
            numbers=self.numbers,
            values=values,
            steady=sorted(self.steady),
            young=sorted(self.young),
        )

    # -- learning -------------------------------------------------------------------------------

    def learn(self, moment: Moment, alarming: Collection[tuple[str, str]], *, teach: bool) -> None:
        """Take in a slot that was judged. What alarms is withheld; with `teach` off everything is."""
        withheld = {key for _, key in alarming}
        if GROUP in withheld:
            teach = False
        for reading in moment.readings:
            self._learn_reading(moment, reading, teach=teach, withheld=reading.key in withheld)
        for key, tally in moment.tallies.items():
            if key not in self.known:
                self._meet(moment, key, tally, teach=teach and key not in withheld)
        self._learn_group(moment, withheld, teach=teach)
        if teach:
            self._learn_values(moment, withheld)
        self.clock.advance(moment.exposure, moment.factor, teach=teach)

    def forget(self, subject: tuple[str, str], slot: int) -> None:
        """What a subject was like is over: it is learnt anew, as it is now."""
        detector, key = subject
        if detector == "level_shift":
            self.shares.update({gravity: Share() for gravity in LEVELS if key_of(gravity) == key})
        elif detector == "value_shift":
            self.numbers.pop(key, None)
        elif key in self.known:
            old = self.known[key]
            self.known[key] = Series(self.clock, slot, int(old.gravity))
            self.steady.discard(key)
            self.watched.discard(key)

    def calm(self, subject: tuple[str, str]) -> None:
        """What was found about a subject is over."""
        detector, key = subject
        if detector == "new_template":
            self.young.discard(key)
        elif detector == "rate_spike" and key in self.known:
            self.known[key].calm()

    def follow(self, resolve: Callable[[str], str], keys: Iterable[str]) -> None:
        """Series of templates that have become one become one too: what has merged is not silent."""
        moved = [(key, target) for key in keys if (target := resolve(key)) != key]
        for key, target in moved:
            if target in self.known:
                self.known[target].absorb(self.known[key], self.clock)
                settle(self.known[target], SERIES_FIELDS)
            else:
                self.known[target] = self.known[key]
            self.drop([key])
            if self.known[target].watched(self.clock):
                self.watched.add(target)
            if self.known[target].gaps.known():
                self.steady.add(target)

    def drop(self, keys: Collection[str]) -> None:
        """Forget templates that no longer are."""
        for key in keys:
            self.known.pop(key, None)
            self.numbers.pop(key, None)
            for names in (self.watched, self.steady, self.young):
                names.discard(key)

    def _learn_reading(self, moment: Moment, reading: Reading, *, teach: bool, withheld: bool) -> None:
        series, clock = reading.series, self.clock
        when = (clock, moment.exposure, moment.factor)
        if teach and not withheld:
            if reading.count:
                self._learn_gap(moment, reading)
            series.learn(moment.slot, reading.count, *when)
        elif teach:
            if reading.count and series.gravity < ERROR:
                series.learn_burst(moment.slot, reading.count, *when)
            series.withhold(*when)
        series.tail.watch(max(series.low, series.high))
        self._note(moment, series, reading.count)
        (self.watched.add if series.watched(clock) else self.watched.discard)(reading.key)

    def _learn_gap(self, moment: Moment, reading: Reading) -> None:
        gaps = reading.series.gaps
        gaps.learn(reading.series.away(self.clock) + moment.exposure)
        if gaps.known():
            self.steady.add(reading.key)

    def _meet(self, moment: Moment, key: str, tally: Tally, *, teach: bool) -> None:
        series = self.known[key] = Series(self.clock, moment.slot, tally.gravity)
        if teach:
            series.learn(moment.slot, tally.count, self.clock, moment.exposure, moment.factor)
        if key != GROUP and moment.warm:
            self.young.add(key)
        self._note(moment, series, tally.count)

    def _note(self, moment: Moment, series: Series, count: float) -> None:
        if count:
            series.note(moment.slot, count, self.clock, moment.exposure, moment.factor)
        series.catch_up(self.clock, moment.exposure, moment.factor)
        settle(series, SERIES_FIELDS)

    def _learn_group(self, moment: Moment, withheld: Collection[str], *, teach: bool) -> None:
        grown_up = [key for key in self.young if moment.slot - self.known[key].born >= SLOTS_PER_HOUR]
        self.young.difference_update(grown_up)
        if not teach:
            return
        lines = sum(tally.count for key, tally in moment.tallies.items() if key != GROUP)
        for gravity, share in self.shares.items():
            if key_of(gravity) not in withheld and lines:
                share.learn(moment.slot, count_level(moment, gravity), lines)
                share.tail.watch(max(share.low, share.high))
            settle(share, SHARE_FIELDS)
        group = self.known.get(GROUP)
        if group is not None:
            bound = group.bound(group.expect(self.clock, moment.exposure, moment.exposure * moment.factor))
            self.season.learn(moment.slot, min(lines, bound), moment.exposure)
        bad = sum(moment.tallies[key].gravity >= ERROR and key not in withheld for key in moment.fresh)
        self.news.learn(bad, moment.exposure)
        for key in grown_up:
            if self.known[key].gravity >= ERROR and key not in withheld:
                self.news.learn_first_hour(max(1.0, sum(self.known[key].recent.values())))

    def _learn_values(self, moment: Moment, withheld: Collection[str]) -> None:
        for key, places in moment.values.items():
            if key in withheld or key not in self.watched:
                continue
            known = self.numbers.setdefault(key, {})
            for place, values in places.items():
                if place in known or len(known) < MOST_PLACES:
                    numbers = known.setdefault(place, Numbers())
                    numbers.learn(values)
                    numbers.tail.watch(max(numbers.up, numbers.down))
                    settle(numbers, NUMBERS_FIELDS)
