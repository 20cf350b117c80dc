from __future__ import annotations

from random import Random

import pytest

from bench.exhaustion import COUNT, KINDS, LIMIT, SILENT, Series, make_series
from bench.forecasts import METHODS, Score, measure_forecasts, tables


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_seed_gives_the_same_series(kind: str) -> None:
    one, other = (make_series(kind, Random(7)) for _ in range(2))  # noqa: S311 - the same each time

    assert one == other
    assert len(one.values) <= COUNT
    if one.crossing is None:
        assert kind not in SILENT or max(one.values) < LIMIT
    else:
        assert one.crossing == len(one.values) - 1


def test_a_failure_counts_as_warned_of_from_15_minutes_before_it_on() -> None:
    series = Series(kind="linear leak", values=[0.0] * 200, crossing=199)
    early, late = Score(), Score()
    early.add(series, [float(at == 196) for at in range(200)])
    late.add(series, [float(at == 197) for at in range(200)])

    assert early.figures()["warned"] == 1
    assert early.figures()["lead_minutes"] == 15
    assert late.figures()["warned"] == 0


def test_points_and_episodes_are_counted() -> None:
    crossing, silent = Score(), Score()
    crossing.add(Series(kind="", values=[0.0] * 200, crossing=199), [0.0] * 193 + [1.0] * 7)
    silent.add(Series(kind="", values=[0.0] * 360, crossing=None), [0.0, 0.6, 0.7, 0.0] * 90)

    assert crossing.figures()["precision"] == 1
    assert crossing.figures()["recall"] == 0.5
    assert silent.figures()["false_episodes_a_day"] == 72


def test_the_document_has_every_method_and_kind() -> None:
    document = measure_forecasts(seeds=1, count=1)

    assert document["usual_kinds"].keys() == METHODS.keys()
    assert set(document["by_kind"]) <= KINDS.keys()
    assert all(0 <= one["came"] <= 1 for one in document["reliability"])
    assert len(list(tables(document))) == 5
