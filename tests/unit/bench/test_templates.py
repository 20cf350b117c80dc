"""The measures of templates, by hand; and the bench on a small stream."""

from __future__ import annotations

import csv
import itertools
from pathlib import Path

import pytest

from bench.template_scores import read_systems, score
from bench.templates import made_up_stream, make_sentences, measure_templates, tables

TRUTH = ["took <*> ms", "took <*> ms", "lost <*>:<*>", "ended"]


def test_what_is_exactly_right_scores_one() -> None:
    assert score(TRUTH, [1, 1, 2, 3], TRUTH) == {"GA": 1, "FGA": 1, "PA": 1, "FTA": 1}


def test_a_group_that_is_split_counts_for_none_of_its_lines() -> None:
    scores = score(TRUTH, [1, 4, 2, 3], ["took 5 ms", "took 6 ms", "lost <*>", "ended"])

    assert scores["GA"] == 2 / 4
    assert scores["FGA"] == pytest.approx(2 * 2 / (4 + 3))
    assert scores["PA"] == 2 / 4
    assert scores["FTA"] == pytest.approx(2 * 2 / (4 + 3))


def test_groups_that_are_lumped_together_count_for_none() -> None:
    assert score(TRUTH, [1, 1, 1, 3], ["<*>"] * 3 + ["ended"])["GA"] == 1 / 4


def test_systems_are_read_from_a_folder(tmp_path: Path) -> None:
    (tmp_path / "Some").mkdir()
    with (tmp_path / "Some" / "Some_2k.log_structured.csv").open("w", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerows([["LineId", "Content", "EventTemplate"], [1, "took 5 ms", "took <*> ms"]])

    assert list(read_systems(tmp_path)) == [("Some", ["took 5 ms"], ["took <*> ms"])]
    document = measure_templates(tmp_path, 50)
    assert document["mean"]["GA"] == 1
    assert len(list(tables(document))) > 3


def test_the_stream_is_the_same_each_time_and_has_as_many_texts_as_it_says() -> None:
    first, second = (list(itertools.islice(made_up_stream(), 20)) for _ in range(2))

    assert first == second
    assert len(set(first)) == 20
    assert len(set(make_sentences(300))) == 300
