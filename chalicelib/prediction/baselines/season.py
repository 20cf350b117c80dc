"""What every series of one log group has in common: its time, and its day and week.

Time is counted in slots of five minutes, as far as they were covered: an hour that nobody read is no
hour without lines. A series is touched only when something happens in it; what it missed in between it
takes from the sums here, so that ten thousand quiet templates cost nothing.
"""

from __future__ import annotations

from array import array

SLOT_SECONDS = 300
SLOTS_PER_HOUR = 12
SLOTS_PER_DAY = 288

KEPT = 0.5 ** (1 / SLOTS_PER_DAY / 3)
"""How much of what was learnt is left after a slot: half after three days."""

SLOTS_PER_WEEK = 2016
_HOURS, _DAYS, _WEEK_HOURS = 24, 7, 168
_KEPT_PER_HOUR_SEEN = 0.5 ** (1 / 14 / SLOTS_PER_HOUR)
_KEPT_PER_DAY_SEEN = 0.5 ** (1 / 8 / SLOTS_PER_DAY)
"""Halved after: 14 days, an hour of the day; 8 weeks, a day of the week; 14 weeks, its hours."""
_HOUR_PRIOR, _DAY_PRIOR, _WEEK_PRIOR = 6.0, 144.0, 36.0
"""Slots for which an hour of the day, a day of the week, and an hour of the week are held to be average."""
_LOWEST, _HIGHEST = 0.02, 50.0


class Clock:
    """Sums of exposure, in slots: flat, and weighted by the season.

    `taught` is how much has been learnt from; `flat` and `seasonal` are the same with forgetting;
    `passed` and `passed_seasonal` count all that was covered, and forget nothing.
    """

    FIELDS = ("taught", "flat", "seasonal", "passed", "passed_seasonal")
    __slots__ = FIELDS

    def __init__(self) -> None:
        self.taught = self.flat = self.seasonal = self.passed = self.passed_seasonal = 0.0

    def advance(self, exposure: float, factor: float, *, teach: bool) -> None:
        """Let a slot pass, of which a share `exposure` (0..1) was covered."""
        self.passed += exposure
        self.passed_seasonal += exposure * factor
        if teach:
            kept = KEPT**exposure
            self.taught += exposure
            self.flat = self.flat * kept + exposure
            self.seasonal = self.seasonal * kept + exposure * factor


class Season:
    """The log group's rate by hour of the day, and of the week, relative to its mean.

    Three layers, each relative to those before it: hour of the day, day of the week, hour of the week. Cells
    shrink towards no effect until they have been seen often enough (an empirical-Bayes ratio): the day shows
    after the first, the weekend after some, and the hours of single weekdays only after many.
    """

    FIELDS = ("hour_count", "hour_slots", "day_count", "day_expected", "week_count", "week_expected")
    __slots__ = FIELDS

    def __init__(self) -> None:
        self.hour_count = array("d", bytes(8 * _HOURS))
        self.hour_slots = array("d", bytes(8 * _HOURS))
        self.day_count = array("d", bytes(8 * _DAYS))
        self.day_expected = array("d", bytes(8 * _DAYS))
        self.week_count = array("d", bytes(8 * _WEEK_HOURS))
        self.week_expected = array("d", bytes(8 * _WEEK_HOURS))

    def factor(self, slot: int) -> float:
        """What this slot has of an average slot's lines: 1 as long as nothing is known."""
        rate = self._mean()
        if rate <= 0:
            return 1.0
        by_day = self._hourly(slot, rate) * self._of_day(slot, rate)
        return min(_HIGHEST, max(_LOWEST, by_day * self._of_week_hour(slot, rate)))

    def learn(self, slot: int, count: float, exposure: float) -> None:
        """Take in one covered slot of the whole group; `count` is already bounded."""
        rate = self._mean()
        hour = slot // SLOTS_PER_HOUR % _HOURS
        by_hour = exposure * rate * self._hourly(slot, rate) if rate > 0 else count
        by_day = by_hour * self._of_day(slot, rate)
        kept, kept_of_day = _KEPT_PER_HOUR_SEEN**exposure, _KEPT_PER_DAY_SEEN**exposure
        day, week_hour = slot // SLOTS_PER_DAY % _DAYS, slot // SLOTS_PER_HOUR % _WEEK_HOURS
        for cells, index, amount, share in (
            (self.week_count, week_hour, count, kept),
            (self.week_expected, week_hour, by_day, kept),
            (self.day_count, day, count, kept_of_day),
            (self.day_expected, day, by_hour, kept_of_day),
            (self.hour_count, hour, count, kept),
            (self.hour_slots, hour, exposure, kept),
        ):
            cells[index] = cells[index] * share + amount

    def _mean(self) -> float:
        """Lines per slot, each hour of the day that was seen counting alike."""
        rates = [
            count / slots for count, slots in zip(self.hour_count, self.hour_slots, strict=True) if slots > 0
        ]
        return sum(rates) / len(rates) if rates else 0.0

    def _of_day(self, slot: int, rate: float) -> float:
        day, prior = slot // SLOTS_PER_DAY % _DAYS, _DAY_PRIOR * rate
        return (self.day_count[day] + prior) / (self.day_expected[day] + prior) if prior else 1.0

    def _of_week_hour(self, slot: int, rate: float) -> float:
        hour, prior = slot // SLOTS_PER_HOUR % _WEEK_HOURS, _WEEK_PRIOR * rate
        return (self.week_count[hour] + prior) / (self.week_expected[hour] + prior) if prior else 1.0

    def _hourly(self, slot: int, rate: float) -> float:
        """The hour of the day's factor, running smoothly from the middle of one hour to that of the next."""
        position = (slot % SLOTS_PER_DAY + 0.5) / SLOTS_PER_HOUR - 0.5
        hour = int(position // 1)
        share = position - hour
        return (1 - share) * self._hour(hour % _HOURS, rate) + share * self._hour((hour + 1) % _HOURS, rate)

    def _hour(self, hour: int, rate: float) -> float:
        return (self.hour_count[hour] / rate + _HOUR_PRIOR) / (self.hour_slots[hour] + _HOUR_PRIOR)
