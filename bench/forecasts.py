"""Forecasts of exhaustion beside simpler ways: ``python -m bench.forecasts [--seeds N] [--json]``.

Will a series cross 100 within 60 minutes? Asked at each point from six hours after the start, of the kinds in
`bench.exhaustion`. A failure is warned of if there is a warning 15 to 60 minutes before it; an episode is a
warning on a series that never crosses. Peers, in the same run: a threshold, least squares over three hours,
and Holt's double exponential smoothing.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from statistics import median
from typing import Any

from rich.table import Table

from bench.exhaustion import (
    CROSSING,
    DAY,
    FURTHER_CROSSING,
    FURTHER_SILENT,
    LIMIT,
    SILENT,
    STEP_SECONDS,
    Series,
    make_series,
)
from bench.report import make_table, show, surroundings
from chalicelib.prediction.forecast import WARNING, Forecast, Forecaster
from chalicelib.prediction.forecasting.outlook import chance_of

HORIZON = 12
_ASKED_FROM = 72
_TOO_LATE = 2
_LONG_ENOUGH = 90
_INTERVAL = "share of crossings inside the 80 % interval, at points that warn"

Answers = list[float]
"""A probability for each point."""
Method = Callable[[Sequence[float]], Answers]


def by_threshold(values: Sequence[float]) -> Answers:
    """A warning from 95 on."""
    return [float(value >= LIMIT - 5) for value in values]


def by_least_squares(values: Sequence[float]) -> Answers:
    """The line through the last three hours."""
    window: deque[float] = deque(maxlen=36)
    answers = []
    for value in values:
        window.append(value)
        count, mean = len(window), sum(window) / len(window)
        middle = (count - 1) / 2
        slope = sum((at - middle) * (one - mean) for at, one in enumerate(window))
        slope /= max(1.0, count * (count * count - 1) / 12)
        answers.append(float(mean + slope * (middle + HORIZON) >= LIMIT))
    return answers


def by_holt(values: Sequence[float]) -> Answers:
    """Level and slope, smoothed by 0.2 and 0.02."""
    level, slope, answers = values[0], 0.0, []
    for value in values:
        before = level
        level = 0.2 * value + 0.8 * (level + slope)
        slope = 0.02 * (level - before) + 0.98 * slope
        answers.append(float(level + HORIZON * slope >= LIMIT))
    return answers


def by_mainstay(values: Sequence[float]) -> Answers:
    """What ships."""
    return [forecast.probability if forecast else 0.0 for forecast in forecasts_of(values)]


def forecasts_of(values: Sequence[float]) -> list[Forecast | None]:
    """One for each point."""
    step = Forecaster(limit=LIMIT).step
    return [step(at * STEP_SECONDS, value) for at, value in enumerate(values)]


METHODS: Mapping[str, Method] = {
    "Mainstay": by_mainstay,
    "threshold 95": by_threshold,
    "least squares 3 h": by_least_squares,
    "Holt .2/.02": by_holt,
}


@dataclass(kw_only=True)
class Score:
    """Points by what was said and what came, failures and how long before they were warned of, episodes."""

    hits: int = 0
    false: int = 0
    missed: int = 0
    failures: int = 0
    leads: list[int] = field(default_factory=list)
    episodes: int = 0
    silent_days: float = 0.0

    def add(self, series: Series, answers: Answers) -> None:
        """One series more."""
        crossing = series.crossing
        end = len(answers) if crossing is None else crossing
        warned = [at >= _ASKED_FROM and answers[at] >= WARNING for at in range(end)]
        for at in range(_ASKED_FROM, end):
            near = crossing is not None and crossing - at <= HORIZON
            self.hits += warned[at] and near
            self.false += warned[at] and not near
            self.missed += near and not warned[at]
        if crossing is None:
            self.silent_days += (end - _ASKED_FROM) / DAY
            self.episodes += sum(warned[at] > warned[at - 1] for at in range(_ASKED_FROM + 1, end))
            return
        self.failures += 1
        self.leads += [crossing - at for at in range(crossing - HORIZON, crossing - _TOO_LATE) if warned[at]][
            :1
        ]

    def figures(self) -> dict[str, float | None]:
        """What is published."""
        found = self.hits / max(1, self.hits + self.missed)
        right = self.hits / max(1, self.hits + self.false)
        crosses, silent = self.failures > 0, self.silent_days > 0
        return {
            "step_f1": round(2 * found * right / max(1e-9, found + right), 3) if crosses else None,
            "precision": round(right, 3) if crosses else None,
            "recall": round(found, 3) if crosses else None,
            "warned": round(len(self.leads) / self.failures, 3) if crosses else None,
            "lead_minutes": median(self.leads) * STEP_SECONDS / 60 if self.leads else None,
            "false_episodes_a_day": round(self.episodes / self.silent_days, 3) if silent else None,
        }


def make_collection(seeds: int, count: int, kinds: Iterable[str]) -> list[Series]:
    """So many series of each kind for each seed; what crosses within the first hours is left out."""
    chosen = list(kinds)
    made = []
    for seed in range(1, seeds + 1):
        dice = Random(seed)  # noqa: S311 - a simulation
        made += [make_series(kind, dice) for kind in chosen for _ in range(count)]
    silent = SILENT.keys() | FURTHER_SILENT.keys()
    return [
        one
        for one in made
        if one.kind in silent or (one.crossing is not None and one.crossing > _LONG_ENOUGH)
    ]


def measure_forecasts(seeds: int, count: int) -> dict[str, Any]:
    """Every method on the usual kinds and on all; Mainstay by kind, its reliability and its intervals."""
    usual = make_collection(seeds, count, (*CROSSING, *SILENT))
    further = make_collection(seeds, count, (*FURTHER_CROSSING, *FURTHER_SILENT))
    return {
        "benchmark": "forecasts of exhaustion",
        "surroundings": surroundings(),
        "seeds": seeds,
        "series": len(usual) + len(further),
        "usual_kinds": {name: measure(method, usual) for name, method in METHODS.items()},
        "further_kinds": {name: measure(method, further) for name, method in METHODS.items()},
        "by_kind": by_kind([*usual, *further]),
        "reliability": measure_reliability([*usual, *further]),
        "interval": measure_interval([*usual, *further]),
    }


def measure(method: Method, collection: Sequence[Series]) -> dict[str, float | None]:
    """The figures of one method, with its time."""
    score, spent = Score(), 0.0
    for series in collection:
        before = time.process_time()
        answers = method(series.values)
        spent += time.process_time() - before
        score.add(series, answers)
    points = sum(len(series.values) for series in collection)
    return {**score.figures(), "us_a_step": round(1e6 * spent / points, 2)}


def by_kind(collection: Iterable[Series]) -> dict[str, dict[str, float | None]]:
    """Mainstay's figures of each kind."""
    scores: defaultdict[str, Score] = defaultdict(Score)
    for series in collection:
        scores[series.kind].add(series, by_mainstay(series.values))
    return {kind: score.figures() for kind, score in scores.items()}


def measure_reliability(collection: Iterable[Series]) -> list[dict[str, float]]:
    """Of the points that say so much, what people are told, and how many were followed by a crossing."""
    said, came, counts = [0.0] * 10, [0] * 10, [0] * 10
    for series in collection:
        end = len(series.values) if series.crossing is None else series.crossing
        for at, probability in enumerate(by_mainstay(series.values)[:end]):
            if at >= _ASKED_FROM:
                part = min(9, int(probability * 10))
                counts[part] += 1
                said[part] += probability
                came[part] += series.crossing is not None and series.crossing - at <= HORIZON
    return [
        {
            "said": round(said[part] / count, 3),
            "told": round(chance_of(said[part] / count), 3),
            "came": round(came[part] / count, 3),
            "points": count,
        }
        for part, count in enumerate(counts)
        if count
    ]


def measure_interval(collection: Iterable[Series]) -> float:
    """Of the points that warn rightly, at how many the crossing lies inside the interval."""
    inside = total = 0
    for series in collection:
        if series.crossing is None:
            continue
        crossing = series.crossing
        for forecast in forecasts_of(series.values)[max(_ASKED_FROM, crossing - HORIZON) : crossing]:
            if forecast is None or forecast.probability < WARNING or forecast.earliest_at is None:
                continue
            total += 1
            latest = forecast.latest_at
            at = crossing * STEP_SECONDS
            inside += forecast.earliest_at - STEP_SECONDS <= at and (
                latest is None or at <= latest + STEP_SECONDS
            )
    return round(inside / max(1, total), 3)


_HEADINGS = ("", "step F1", "precision", "recall", "warned", "lead, min", "false a day", "us a step")


def tables(document: Mapping[str, Any]) -> Iterator[Table | str]:
    """For people."""
    for part, title in (("usual_kinds", "The usual ten kinds"), ("further_kinds", "Fourteen further kinds")):
        rows = [(name, *_cells(figures)) for name, figures in document[part].items()]
        yield make_table(f"{title}: a crossing within 60 minutes", _HEADINGS, rows)
    rows = [(kind, *_cells(figures)) for kind, figures in document["by_kind"].items()]
    yield make_table("Mainstay by kind", _HEADINGS[:-1], rows)
    reliability = [tuple(one.values()) for one in document["reliability"]]
    yield make_table("Reliability of its probabilities", ("said", "told", "came", "points"), reliability)
    yield f"{_INTERVAL}: {document['interval']}"


def _cells(figures: Mapping[str, float | None]) -> Iterator[object]:
    for value in figures.values():
        yield "" if value is None else f"{value:.3f}" if value < 1 else f"{value:.2f}"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.forecasts", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON document instead")
    parser.add_argument("--seeds", type=int, default=3, help="collections")
    parser.add_argument("--series", type=int, default=20, help="of each kind in a collection")
    given = parser.parse_args()
    document = measure_forecasts(given.seeds, given.series)
    show(document, tables(document), as_json=given.json)


if __name__ == "__main__":
    main()
