"""The detector of unusual metric values, measured: ``python -m bench.anomalies [NABDIR]``.

With the folder of the Numenta Anomaly Benchmark: its score in three profiles beside simple peers in the same
run, and the mean score of one half of the files with the threshold that was best for the other half. Always:
one-minute series with injected anomalies, the F1 of events with one threshold for all of them, and false
alarms per day on series without any, by kind, at the threshold that is built in.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from random import Random
from statistics import mean
from typing import Any

from rich.table import Table

from bench.anomaly_peers import EwmaOfDifference, ThreeSigma, WindowedGaussian
from bench.kpis import DAY, KINDS, Kpi, count_events, event_f1, make_kpi
from bench.nab_score import PROFILES, Labelled, read_corpus, score_corpus
from bench.report import make_table, show, surroundings
from chalicelib.prediction.detectors.metric_anomaly import ALARM, ALARM_RECORDS, MetricAnomaly

Scorer = Callable[[float, float], float]

DETECTORS: Mapping[str, Callable[[], Scorer]] = {
    "ours": lambda: MetricAnomaly().score,
    "EWMA of the difference": lambda: EwmaOfDifference().score,
    "windowed Gaussian": lambda: WindowedGaussian().score,
    "three sigma": lambda: ThreeSigma().score,
}
ON_KPIS = ("ours", "EWMA of the difference")
HALVES = 40
SEED = 1
_THRESHOLDS = 150


def measure_anomalies(folder: Path | None, *, days: int, seeds: int) -> dict[str, Any]:
    """Everything, as one document."""
    corpus = read_corpus(folder) if folder else []
    return {
        "benchmark": "metric anomalies",
        "surroundings": surroundings(),
        "alarm": {"threshold": ALARM, "stated_records_per_alarm": ALARM_RECORDS},
        "nab": {name: _measure_nab(corpus, make) for name, make in DETECTORS.items()} if corpus else None,
        "nab_files": len(corpus),
        "kpi": _measure_kpis(days, range(SEED, SEED + seeds)),
        "quiet": {kind: _measure_quiet(make_kpi(kind, SEED, days, anomalies=False)) for kind in KINDS},
    }


def _measure_nab(corpus: Sequence[Labelled], make: Callable[[], Scorer]) -> dict[str, Any]:
    began = time.process_time()
    scores = {series.name: _score(make(), series.at, series.values) for series in corpus}
    seconds = time.process_time() - began
    outcomes = {name: score_corpus(corpus, scores, profile) for name, profile in PROFILES.items()}
    best = outcomes["standard"]
    return {
        **{name: outcome.score for name, outcome in outcomes.items()},
        "threshold": best.threshold,
        "windows_found": best.found,
        "false_rows": best.false,
        "held_out_half": _score_held_out(corpus, scores),
        "microseconds": 1e6 * seconds / sum(len(series.at) for series in corpus),
    }


def _score_held_out(corpus: Sequence[Labelled], scores: Mapping[str, Sequence[float]]) -> float:
    """Standard profile: a random half's score with the threshold that was best for the rest, on average."""
    dice = Random(SEED)  # noqa: S311 - seeded
    found = []
    for _ in range(HALVES):
        order = dice.sample(corpus, len(corpus))
        known, held = order[: len(order) // 2], order[len(order) // 2 :]
        threshold = score_corpus(known, scores, PROFILES["standard"]).threshold
        found.append(score_corpus(held, scores, PROFILES["standard"], threshold).score)
    return mean(found)


def _measure_kpis(days: int, seeds: Sequence[int]) -> dict[str, Any]:
    kpis = {kind: [make_kpi(kind, seed, days) for seed in seeds] for kind in KINDS}
    return {name: _measure_events(kpis, DETECTORS[name]) for name in ON_KPIS}


def _measure_events(kpis: Mapping[str, Sequence[Kpi]], make: Callable[[], Scorer]) -> dict[str, Any]:
    """Event F1 over all series with the one threshold that is best, then by kind, and at `ALARM`."""
    scored = {
        kind: [(kpi, _score(make(), kpi.at, kpi.values)) for kpi in each] for kind, each in kpis.items()
    }
    together = [pair for each in scored.values() for pair in each]
    highest = sorted((score for _, scores in together for score in scores), reverse=True)
    tried = {highest[int(len(highest) * (step / _THRESHOLDS) ** 3 / 50)] for step in range(_THRESHOLDS)} - {
        0.0
    }
    best = max(tried, key=lambda threshold: _f1_at(together, threshold))
    return {
        "f1": _f1_at(together, best),
        "threshold": best,
        "f1_at_alarm": _f1_at(together, ALARM),
        "by_kind": {kind: _f1_at(each, best) for kind, each in scored.items()},
    }


def _f1_at(scored: Sequence[tuple[Kpi, Sequence[float]]], threshold: float) -> float:
    return event_f1([count_events(kpi, [score >= threshold for score in scores]) for kpi, scores in scored])


def _measure_quiet(kpi: Kpi) -> dict[str, float]:
    scores = _score(MetricAnomaly().score, kpi.at, kpi.values)
    alarms = sum(score >= ALARM for score in scores)
    return {"alarms": alarms, "per_day": alarms * DAY / len(scores), "stated_per_day": DAY / ALARM_RECORDS}


def _score(scorer: Scorer, at: Sequence[float], values: Sequence[float]) -> list[float]:
    return [scorer(moment, value) for moment, value in zip(at, values, strict=True)]


def _tables(document: dict[str, Any]) -> list[Table | str]:
    parts: list[Table | str] = []
    if document["nab"]:
        rows = [_nab_row(name, row) for name, row in document["nab"].items()]
        headings = ("detector", *PROFILES, "held-out half", "windows found", "false rows", "us a record")
        parts.append(make_table(f"NAB, {document['nab_files']} files", headings, rows))
    kpi = document["kpi"]
    rows = [(kind, *(kpi[name]["by_kind"][kind] for name in ON_KPIS)) for kind in KINDS]
    rows.append(("all", *(kpi[name]["f1"] for name in ON_KPIS)))
    parts.append(make_table("F1 of events, one threshold for all series", ("kind", *ON_KPIS), rows))
    parts.append(f"ours at the built-in threshold: F1 {kpi['ours']['f1_at_alarm']:.2f}")
    quiet = [
        (kind, row["alarms"], row["per_day"], row["stated_per_day"])
        for kind, row in document["quiet"].items()
    ]
    headings = ("without anomalies", "alarms", "per day", "stated per day")
    parts.append(make_table("False alarms at the built-in threshold", headings, quiet))
    return parts


def _nab_row(name: str, row: Mapping[str, Any]) -> tuple[object, ...]:
    scores = (f"{row[column]:.1f}" for column in (*PROFILES, "held_out_half"))
    return (name, *scores, row["windows_found"], row["false_rows"], f"{row['microseconds']:.1f}")


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("nab", nargs="?", type=Path, help="the benchmark's folder, with data and labels")
    parser.add_argument("--days", type=int, default=21, help="length of the made-up series")
    parser.add_argument("--seeds", type=int, default=2, help="made-up series of each kind")
    parser.add_argument("--json", action="store_true", help="one JSON document")
    arguments = parser.parse_args()
    document = measure_anomalies(arguments.nab, days=arguments.days, seeds=arguments.seeds)
    show(document, _tables(document), as_json=arguments.json)


if __name__ == "__main__":
    main()
