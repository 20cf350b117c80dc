"""A metric's values depart from what is usual for that metric.

    detector = MetricAnomaly()
    for at, value in series:
        if detector.score(at, value) >= ALARM: ...

Each record is seen from nine sides (`features`), each of them weighed by how rare it is (`tail`), and what
is found is added up so that the rarest counts most; a jump counts for more the smoother a series is
(`smoothness`). How rare such a sum is in this very series makes the score (`rarity`). Nothing is configured,
nothing of the future is known; memory and work are constant.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import inf, isfinite
from typing import Any, NamedTuple

from chalicelib.prediction.metrics.features import Features, Views
from chalicelib.prediction.metrics.packing import pack_features, unpack_features
from chalicelib.prediction.metrics.rarity import Rarity
from chalicelib.prediction.metrics.tail import MEMORY, Tail

NAME = "metric_anomaly"
VERSION = 2
ALARM = 0.5
"""Half: as rare as one record in `ALARM_RECORDS`, whatever the series."""
ALARM_DECADES = 3.3
ALARM_RECORDS = round(10**ALARM_DECADES)
WARM = 40
"""Records before anything is called unusual."""
_BOUND = 1e60
"""Larger numbers are cut: their squares must be finite."""
_SHARPNESS = 3.0
"""The power in which surprises are added: 1 were a sum, infinity the largest alone."""
_JUMP = Views._fields.index("jump")
_TRUST = 0.65
"""The share by which a jump counts for more where a series is smooth: there nothing else is as certain."""


def records_of(score: float) -> float:
    """The number of records among which a score as high as this comes once; infinity for 1."""
    return 10.0 ** min(300.0, ALARM_DECADES * score / (1.0 - score)) if score < 1.0 else inf


class Finding(NamedTuple):
    """What stood out most at a record: the view's name, its number, which end, and its surprise in nats."""

    view: str
    number: float
    above: bool
    surprise: float


class MetricAnomaly:
    """One series. The state is JSON-able, and a few kilobytes.

    `finding` is what made the last record's score; None where that was 0.
    """

    __slots__ = ("_features", "_first", "_rarity", "_tails", "finding")

    def __init__(self) -> None:
        self._features = Features()
        self._rarity = Rarity()
        self._first: list[Views] = []
        self._tails: list[tuple[Tail, Tail]] = []
        self.finding: Finding | None = None

    def score(self, at_seconds: float, value: float | None) -> float:
        """0..1 for this record: `ALARM` or more is an alarm. None, NaN and infinity are gaps, and score 0.

        `at_seconds` are epoch seconds, which may repeat and go back. Of one anomaly the first record scores,
        and later ones only where they are clearly worse.
        """
        self.finding = None
        if value is None or not isfinite(value):
            return 0.0
        views = self._features.view(at_seconds, min(_BOUND, max(-_BOUND, value)))
        if not self._tails:
            self._learn_first(views)
            return 0.0
        surprise, finding = self._weigh(views)
        decades = self._rarity.weigh(surprise, self._features.seen)
        if decades <= 0.0:
            return 0.0
        self.finding = finding
        return decades / (decades + ALARM_DECADES)

    def _learn_first(self, views: Views) -> None:
        self._first.append(views)
        if len(self._first) == WARM:
            self._tails = [
                (Tail.learn(numbers), Tail.learn([-number for number in numbers]))
                for numbers in zip(*self._first, strict=True)
            ]
            self._first = []

    def _weigh(self, views: Views) -> tuple[float, Finding | None]:
        """The surprises of all views, added as powers; and the largest of them."""
        seen = min(float(self._features.seen), MEMORY)
        trust = 1.0 + _TRUST * self._features.smoothness.share(self._features.pace.usual)
        total = largest = 0.0
        finding = None
        for position, (upper, lower) in enumerate(self._tails):
            number = views[position]
            above, below = upper.weigh(number, seen), lower.weigh(-number, seen)
            surprise = max(below, above)
            if position == _JUMP:
                surprise *= trust
            if surprise > 0.0:
                total += surprise**_SHARPNESS
            if surprise > largest:
                largest = surprise
                finding = Finding(Views._fields[position], number, above >= below, surprise)
        return total ** (1.0 / _SHARPNESS) if total else 0.0, finding

    def state(self) -> dict[str, Any]:
        """Everything that is known of the series, for `restore`."""
        return {
            "version": VERSION,
            "features": pack_features(self._features),
            "rarity": self._rarity.state(),
            "first": [list(views) for views in self._first],
            "tails": [[*upper.state(), *lower.state()] for upper, lower in self._tails],
        }

    @classmethod
    def restore(cls, state: Mapping[str, Any]) -> MetricAnomaly:
        """A detector that goes on exactly where the state was taken; a new one for another version."""
        detector = cls()
        if state.get("version") != VERSION:
            return detector
        detector._features = unpack_features(state["features"])
        detector._rarity = Rarity(*state["rarity"])
        detector._first = [Views(*numbers) for numbers in state["first"]]
        detector._tails = [(Tail(*numbers[:4]), Tail(*numbers[4:])) for numbers in state["tails"]]
        return detector
