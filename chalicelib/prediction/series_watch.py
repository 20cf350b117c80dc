"""Everything known of one metric series: what is usual, where it leads, and which problems it has now.

One problem of a kind at a time: it is opened, seen again while it lasts, and cleared once it has passed
for a while, so that a value at the edge does not open and close it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any, Self

from chalicelib.errors import BrokenStateError
from chalicelib.incidents.alert import Sight
from chalicelib.prediction.detectors.metric_anomaly import ALARM, MetricAnomaly
from chalicelib.prediction.forecast import ALL_CLEAR, WARNING, Forecast, Forecaster
from chalicelib.prediction.foretold import parts_of_sight
from chalicelib.prediction.metrics.wording import describe_finding
from chalicelib.prediction.quantities import say_minutes, say_quantity
from chalicelib.prediction.requests import Series
from chalicelib.prediction.sightings import Phase, Sighting

VERSION = 1
FORECAST, ANOMALY = "forecast", "metric_anomaly"

_CLEAR_AFTER = 3
"""So many points in a row without a sign, and it has passed."""
_ANOMALY_LASTS = 6
_JUST_BEFORE = 12
_GOOD_PART = 0.1
"""Of the way to the limit."""
_SUSTAINED = 2
"""So many points in a row beyond the limit are a failure, and one is a spike."""
_REMEMBERED = 48
_ANOMALY_PROBABILITY = 0.3
"""What is unusual about a metric is not often a failure: outcomes move it."""
_SEVERITY = {FORECAST: 7, ANOMALY: 5}


class Episode:
    """One kind of problem: since when it is there, for how many points it was not seen, when it failed."""

    __slots__ = ("failed_at", "opened_at", "quiet")

    def __init__(self, opened_at: float, quiet: int = 0, failed_at: float | None = None) -> None:
        self.opened_at = opened_at
        self.quiet = quiet
        self.failed_at = failed_at


class SeriesWatch:
    """One series. The state is JSON-able, and a few kilobytes."""

    def __init__(self, series: Series, state: dict[str, Any] | None = None) -> None:
        """Go on from a state, or anew where there is none, or one of another form or limit."""
        self.series = series
        known = state if state and _fits(state, series) else {}
        self._anomaly = MetricAnomaly.restore(known["anomaly"]) if known else MetricAnomaly()
        self._forecaster = _forecaster(series, known)
        self._episodes = {kind: Episode(*found) for kind, found in known.get("episodes", {}).items()}
        self._recent: list[float] = list(known.get("recent", ()))
        self._beyond: list[float] = list(known.get("beyond", ()))

    @classmethod
    def restore(cls, series: Series, state: dict[str, Any]) -> Self:
        """Go on from a state. Raises `BrokenStateError` where a part is damaged, or another version's."""
        try:
            return cls(series, state)
        except (ValueError, TypeError, KeyError, IndexError) as error:
            raise BrokenStateError(f"the state of the series cannot be read: {error!r}") from error

    def state(self) -> dict[str, Any]:
        """Everything that the next scan needs."""
        return {
            "version": VERSION,
            "limit": [self.series.limit, self.series.rising, self.series.per],
            "anomaly": self._anomaly.state(),
            "forecast": self._forecaster.state() if self._forecaster else None,
            "episodes": {
                kind: [one.opened_at, one.quiet, one.failed_at] for kind, one in self._episodes.items()
            },
            "recent": self._recent,
            "beyond": self._beyond,
        }

    def scan(self, points: Iterable[tuple[float, float]]) -> list[Sighting]:
        """Look at new points, as (seconds, value), in order. The last sighting of each problem counts."""
        last: dict[tuple[str, float], Sighting] = {}
        began: set[tuple[str, float]] = set()
        for at, value in points:
            for sighting in self._look(at, value):
                name = (sighting.key, sighting.opened_at)
                if sighting.phase is Phase.OPENED:
                    began.add(name)
                last[name] = sighting
        return [found for name, one in last.items() for found in _since_last_scan(one, new=name in began)]

    def _look(self, at: float, value: float) -> Iterator[Sighting]:
        score = self._anomaly.score(at, value)
        forecast = self._forecaster.step(at, value) if self._forecaster else None
        self._recent = [*self._recent[1 - _REMEMBERED :], value]
        self._note_crossing(at, value)
        if forecast is not None:
            threshold = ALL_CLEAR if FORECAST in self._episodes else WARNING
            seen = forecast.probability >= threshold
            foretell = partial(self._foretell, at, value, forecast)
            yield from self._follow(FORECAST, at, foretell, seen=seen, patience=_CLEAR_AFTER)
        odd = score >= ALARM and self._matters(value)
        wonder = partial(self._wonder, value, score)
        yield from self._follow(ANOMALY, at, wonder, seen=odd, patience=_ANOMALY_LASTS)

    def _follow(
        self, kind: str, at: float, look: Callable[[], Sight], *, seen: bool, patience: int
    ) -> Iterator[Sighting]:
        episode = self._episodes.get(kind)
        if episode is None:
            if seen:
                self._episodes[kind] = Episode(at)
                yield Sighting(key=kind, opened_at=at, phase=Phase.OPENED, sight=look())
            return
        episode.quiet = 0 if seen else episode.quiet + 1
        passed = episode.quiet >= patience
        if passed:
            del self._episodes[kind]
        if seen or passed:
            phase = Phase.CLEARED if passed else Phase.UPDATED
            yield Sighting(
                key=kind, opened_at=episode.opened_at, phase=phase, sight=look(), failed_at=episode.failed_at
            )

    def _matters(self, value: float) -> bool:
        """Where a limit is known, what comes no good part nearer to it than it was just before does not.

        Away from the limit is no danger: often a person, or we, did something. A slow way towards it is the
        forecast's to tell of.
        """
        before = self._recent[-1 - _JUST_BEFORE : -1]
        limit = self.series.limit
        if limit is None or not before:
            return True
        nearest = min(self._gap(one, limit) for one in before)
        return self._gap(value, limit) <= nearest * (1 - _GOOD_PART)

    def _gap(self, value: float, limit: float) -> float:
        return limit - value if self.series.rising else value - limit

    @property
    def _usual(self) -> float:
        """The median of the recent past."""
        return sorted(self._recent)[len(self._recent) // 2]

    def _note_crossing(self, at: float, value: float) -> None:
        """The failure is dated when the limit was crossed, once it is known that it was for good."""
        limit = self.series.limit
        if limit is None:
            return
        beyond = value >= limit if self.series.rising else value <= limit
        self._beyond = [*self._beyond, at] if beyond else []
        episode = self._episodes.get(FORECAST)
        if len(self._beyond) >= _SUSTAINED:
            if episode is not None and episode.failed_at is None:
                episode.failed_at = self._beyond[0]
            self._beyond = self._beyond[:_SUSTAINED]

    # -- in words ---------------------------------------------------------------------------------

    def _foretell(self, at: float, value: float, forecast: Forecast) -> Sight:
        series, limit = self.series, self.series.limit or 0.0
        here, there = say_quantity(value, series.unit), say_quantity(limit, series.unit)
        ahead = f", likely to reach {there}{_when(at, forecast)}"
        return self._sight(
            FORECAST,
            value,
            what=f"{self._name} is {here}{f' and has reached its limit, {there}' if self._beyond else ahead}",
            evidence=(f"{self._name}: {here}, limit {there}",),
            **parts_of_sight(forecast),
        )

    def _wonder(self, value: float, score: float) -> Sight:
        unit, finding = self.series.unit, self._anomaly.finding
        how = f", {describe_finding(finding)}" if finding else ""
        return self._sight(
            ANOMALY,
            value,
            what=(
                f"{self._name} is unusual: {say_quantity(value, unit)}{how};"
                f" of late mostly around {say_quantity(self._usual, unit)}"
            ),
            score=score,
            probability=_ANOMALY_PROBABILITY * score,
        )

    def _sight(self, kind: str, value: float, **found: Any) -> Sight:
        return Sight(
            detectors=(kind,),
            severity=_SEVERITY[kind],
            now=value,
            usual=self._usual,
            rates=tuple(self._recent),
            **found,
        )

    @property
    def _name(self) -> str:
        title = self.series.title or self.series.name
        resource = self.series.subject.resource
        return f"{title} of {resource.id}" if resource else f"{title} ({self.series.subject.name})"


def _fits(state: dict[str, Any], series: Series) -> bool:
    same = state.get("limit") == [series.limit, series.rising, series.per]
    return state.get("version") == VERSION and same


def _forecaster(series: Series, known: dict[str, Any]) -> Forecaster | None:
    if series.limit is None:
        return None
    if known.get("forecast"):
        return Forecaster.restore(known["forecast"])
    return Forecaster(limit=series.limit, rising=series.rising)


def _since_last_scan(last: Sighting, *, new: bool) -> Iterator[Sighting]:
    """A problem that began and passed between two scans is told as both."""
    if not new or last.phase is Phase.OPENED:
        yield last
        return
    yield replace(last, phase=Phase.OPENED)
    if last.phase is Phase.CLEARED:
        yield last


def _when(at: float, forecast: Forecast) -> str:
    if forecast.expected_at is None:
        return " within the hour"
    said = f" in {say_minutes((forecast.expected_at - at) / 60)}"
    if forecast.earliest_at is None or forecast.latest_at is None:
        return said
    first, last = (max(0.0, (moment - at) / 60) for moment in (forecast.earliest_at, forecast.latest_at))
    return f"{said} (80 % sure: {say_minutes(first)} to {say_minutes(last)})"
