"""How rare a surprise is in this very series: what makes one threshold mean one rate everywhere.

Surprises above a low limit make episodes. How often episodes come, and how far they rise above the limit,
is learnt from the series' own past, beginning with a belief; so where surprises are frequent, or often
large, it takes a larger one to be rare. After a peak what is smaller says nothing new: the height that has
to be passed falls in a straight line from the peak to nothing (habituation).
"""

from __future__ import annotations

from math import exp, log, log10

LIMIT = 6.9
"""-ln(0.001): smaller surprises make no episode."""
_REFRACTORY = 150
"""Records until a peak is forgotten."""
_WORSE = 0.15
"""The share by which a surprise must be larger than the last peak to be news right after it."""
_MEMORY = 12_000.0
_USUAL_HEIGHT = 2.0
"""The mean height of peaks above the limit, as believed beforehand; 1 were exact surprises."""
_BELIEF = 50.0
"""Episodes that this belief is worth."""
_LARGEST = 4.0
"""Mean heights that one peak can count for."""
_BELIEVED_EPISODES, _BELIEVED_RECORDS = 2.0, 600.0


class Rarity:
    """The episodes of one series."""

    __slots__ = ("episodes", "heights", "last", "peak", "records", "seen_at")

    def __init__(
        self,
        episodes: float = 0.0,
        heights: float = 0.0,
        records: float = 0.0,
        peak: float = 0.0,
        last: int = 0,
        seen_at: int = 0,
    ) -> None:
        self.episodes = episodes
        self.heights = heights
        self.records = records
        self.peak = peak
        self.last = last
        self.seen_at = seen_at

    def weigh(self, surprise: float, record: int) -> float:
        """-log10 of the share of records that are as surprising and as new; 0 for what is not.

        `record` counts records from 1.
        """
        if surprise <= LIMIT:
            return 0.0
        self._fade(record)
        height, known = surprise - LIMIT, self._known_height(record)
        if height <= known:
            return 0.0
        usual = (self.heights + _BELIEF * _USUAL_HEIGHT) / (self.episodes + _BELIEF)
        rate = (self.episodes + _BELIEVED_EPISODES) / (self.records + _BELIEVED_RECORDS)
        self._learn_peak(height, _LARGEST * usual, grows=known > 0.0 and self.peak <= height)
        self.peak, self.last = height, record
        return max(0.0, height / (usual * log(10.0)) - log10(rate))

    def _fade(self, record: int) -> None:
        kept = exp((self.seen_at - record) / _MEMORY)
        self.seen_at = record
        self.records = self.records * kept + (1.0 - kept) * _MEMORY
        self.episodes *= kept
        self.heights *= kept

    def _known_height(self, record: int) -> float:
        """The height that the last peak makes old news of."""
        passed = record - self.last
        if not self.last or passed >= _REFRACTORY:
            return 0.0
        return (1.0 + _WORSE) * (self.peak + LIMIT) * (1.0 - passed / _REFRACTORY) - LIMIT

    def _learn_peak(self, height: float, largest: float, *, grows: bool) -> None:
        if grows:
            self.heights += min(height, largest) - min(self.peak, largest)
            return
        self.episodes += 1.0
        self.heights += min(height, largest)

    def state(self) -> list[float]:
        """What `Rarity` is made of, in order."""
        return [self.episodes, self.heights, self.records, self.peak, self.last, self.seen_at]
