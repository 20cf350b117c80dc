from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.anomalies import measure_anomalies
from bench.anomaly_peers import EwmaOfDifference, ThreeSigma, WindowedGaussian
from bench.kpis import DAY, KINDS, Kpi, count_events, event_f1, make_kpi
from bench.nab_score import PROFILES, Labelled, label, read_corpus, score_corpus

STANDARD = PROFILES["standard"]


def series(name: str = "a", windows: tuple[tuple[int, int], ...] = ((500, 599),)) -> Labelled:
    return label(name, [60.0 * row for row in range(1000)], [0.0] * 1000, list(windows))


def alarms_at(*rows: int) -> list[float]:
    return [1.0 if row in rows else 0.0 for row in range(1000)]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ((), 0.0),
        ((500,), 100.0),
        ((500, 510, 599), 100.0),
        ((100,), 0.0),
        ((500, 300), 94.5),
        ((599,), 51.2),
        ((610,), 0.0),
    ],
    ids=[
        "no alarm",
        "at the window's start",
        "later ones do not count",
        "in the first part",
        "and a false one",
        "late",
        "after",
    ],
)
def test_nab_rewards_early_alarms_and_charges_false_ones(rows: tuple[int, ...], expected: float) -> None:
    found = score_corpus([series()], {"a": alarms_at(*rows)}, STANDARD, threshold=1.0)

    assert max(0.0, found.score) == pytest.approx(expected, abs=0.6)


def test_the_best_threshold_is_one_for_all_files() -> None:
    corpus = [series("a"), series("b")]
    scores = {"a": [score * 0.5 for score in alarms_at(500)], "b": alarms_at(300, 500)}

    found = score_corpus(corpus, scores, STANDARD)

    assert found.threshold == 0.5
    assert (found.found, found.false) == (2, 1)


def test_a_missed_window_costs_twice_where_misses_matter() -> None:
    corpus = [series("a"), series("b")]
    scores = {"a": alarms_at(500), "b": alarms_at()}

    assert score_corpus(corpus, scores, STANDARD).score == pytest.approx(50.0)
    assert score_corpus(corpus, scores, PROFILES["low FN"]).score == pytest.approx(50.0)
    assert score_corpus(corpus, scores, PROFILES["low FP"]).false == 0


def test_a_corpus_is_read_from_its_folder(tmp_path: Path) -> None:
    (tmp_path / "labels").mkdir()
    (tmp_path / "data" / "real").mkdir(parents=True)
    window = ["2026-03-01 00:05:00.000000", "2026-03-01 00:10:00.000000"]
    (tmp_path / "labels" / "combined_windows.json").write_text(json.dumps({"real/x.csv": [window]}))
    rows = [f"2026-03-01 00:{minute:02}:00,{minute}" for minute in (0, 5, 5, 10, 15)]
    (tmp_path / "data" / "real" / "x.csv").write_text("\n".join(["timestamp,value", *rows]))

    (found,) = read_corpus(tmp_path)

    assert found.values == [0.0, 5.0, 5.0, 10.0, 15.0]
    assert found.windows == [(1, 3)]
    assert found.inside == [None, 0, 0, 0, None]


def test_an_event_is_found_once_and_false_alarms_close_together_are_one() -> None:
    anomalous = [10 <= row < 13 or row == 30 for row in range(100)]
    kpi = Kpi("x", [60.0 * row for row in range(100)], [0.0] * 100, anomalous)
    alarms = [row in {11, 12, 32, 50, 52, 70} for row in range(100)]

    assert count_events(kpi, alarms) == (2, 2, 2)
    assert count_events(kpi, [True] * 100) == (2, 3, 2)
    assert event_f1([(2, 2, 2)]) == pytest.approx(2 * 2 / (2 + 2 + 2))
    assert event_f1([(0, 0, 0)]) == 0.0


@pytest.mark.parametrize("kind", KINDS)
def test_a_series_is_the_same_for_the_same_seed(kind: str) -> None:
    made = make_kpi(kind, 3, 4)

    assert made == make_kpi(kind, 3, 4)
    assert made.values != make_kpi(kind, 4, 4).values
    assert 3 * DAY < len(made.values) < 4 * DAY
    assert not any(make_kpi(kind, 3, 4, anomalies=False).anomalous)


def test_anomalies_are_where_they_are_said_to_be() -> None:
    made = make_kpi("noisy", 1, 14)
    anomalous = [abs(value - 125.0) for value, flag in zip(made.values, made.anomalous, strict=True) if flag]
    usual = [abs(value - 125.0) for value, flag in zip(made.values, made.anomalous, strict=True) if not flag]

    assert sum(anomalous) / len(anomalous) > 1.5 * sum(usual) / len(usual)


@pytest.mark.parametrize("peer", [WindowedGaussian, EwmaOfDifference, ThreeSigma])
def test_a_peer_finds_a_spike(peer: type[WindowedGaussian | EwmaOfDifference | ThreeSigma]) -> None:
    watching = peer()
    scores = [watching.score(0.0, 100.0 if row == 150 else float(row % 7)) for row in range(200)]

    assert all(0.0 <= score <= 1.0 for score in scores)
    assert max(range(50, 200), key=scores.__getitem__) == 150


def test_the_document_has_a_figure_for_every_kind() -> None:
    document = measure_anomalies(None, days=4, seeds=1)

    assert document["nab"] is None
    assert set(document["quiet"]) == set(document["kpi"]["ours"]["by_kind"]) == set(KINDS)
    assert 0.0 <= document["kpi"]["ours"]["f1"] <= 1.0
    json.dumps(document)
