"""Every series that is looked at in a slot, with what came of it and what was expected."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from chalicelib.prediction.baselines.rate import Series
from chalicelib.prediction.baselines.season import Clock
from chalicelib.prediction.moment import GROUP, Reading, Tally

TRAFFIC_SLOTS = 6
_TRAFFIC_PRIOR = 20.0
_MOST_TRAFFIC = 6.0
_USUAL_TRAFFIC = 1.1
"""By so much traffic varies anyway."""
_RARE_SHARE = 0.05
_ERROR_WEIGHT = 2.0


class Traffic:
    """How much busier than expected the whole group has been for half an hour, single floods bounded.

    Where everything doubles, a template that doubles too is no news of its own: the whole group is.
    """

    __slots__ = ("slots",)

    def __init__(self) -> None:
        self.slots: dict[int, tuple[float, float]] = {}

    def take(self, slot: int, readings: Iterable[Reading]) -> None:
        """Add up a slot's bounded counts, and what was expected."""
        counts = expectations = 0.0
        for one in readings:
            if one.key != GROUP:
                counts += min(one.count, one.series.bound(one.expected))
                expectations += one.expected
        self.slots[slot] = (counts, expectations)
        for old in [known for known in self.slots if known <= slot - TRAFFIC_SLOTS]:
            del self.slots[old]

    def factor(self, reading: Reading, slot: int) -> float:
        """By how much the others are busier: 1 to 6, and 1 for what is not busy itself."""
        if reading.key == GROUP or reading.count <= reading.expected:
            return 1.0
        own = sum(count for at, count in reading.series.recent.items() if at in self.slots and at != slot)
        own = min(own + reading.count, reading.series.bound(reading.expected * len(self.slots)))
        counts = sum(count for count, _ in self.slots.values()) - own
        usual = sum(expected for _, expected in self.slots.values()) - reading.expected * len(self.slots)
        ratio = (max(0.0, counts) + _TRAFFIC_PRIOR) / (max(0.0, usual) + _TRAFFIC_PRIOR)
        return min(_MOST_TRAFFIC, max(1.0, ratio / _USUAL_TRAFFIC))


def read_series(
    keys: Iterable[str],
    known: Mapping[str, Series],
    tallies: Mapping[str, Tally],
    *,
    when: tuple[int, float, float],
    clock: Clock,
) -> list[Reading]:
    """Readings in the order of their keys. `when` is the slot, its exposure and its season's factor."""
    slot, exposure, factor = when
    readings = []
    for key in sorted(keys):
        series = known[key]
        tally = tallies.get(key)
        expected = series.expect(clock, exposure, exposure * factor, cautious=True)
        missed = clock.passed - series.mark
        empty = (
            series.expect(clock, missed, clock.passed_seasonal - series.mark_seasonal) if missed > 0 else 0.0
        )
        expected *= series.profile_factor(slot)
        count = tally.count if tally else 0.0
        readings.append(Reading(key, series, count, expected, _spread(series, tally), empty))
    return readings


def _spread(series: Series, tally: Tally | None) -> float:
    """Of events that each stand for several, the count varies so much more."""
    if tally is None or tally.count <= tally.events:
        return series.spread()
    return max(series.spread(), tally.count / tally.events)


def share_out(readings: Sequence[Reading], others: int) -> None:
    """Give each reading its share of the false alarms that are allowed; `others` are known but not looked at.

    Where much is expected a spike is plain whatever is asked of it, and where next to nothing is there are
    few chances to be wrong: the most goes to what lies between.
    """
    wanted = [
        (_ERROR_WEIGHT if one.series.gravity > 1 else 1.0)
        * min(1.0, 3 * one.expected)
        / (1 + one.expected / max(1.0, one.spread))
        for one in readings
    ]
    total = sum(wanted) + _RARE_SHARE * others
    for one, share in zip(readings, wanted, strict=True):
        one.share = share / total if total else 1.0
