"""Cost beside history, with tiny histories on embedded AWS."""

from __future__ import annotations

from typing import Any

import pytest

from bench.history import compare_histories, tables
from bench.wire import items_in


def test_an_incident_takes_the_same_calls_and_items_beside_more_history() -> None:
    document = compare_histories((9, 40))

    few, many = document["histories"]
    assert few["ended"] == many["ended"] == "COMPLETED"
    for figure in ("calls", "items_read", "items_written"):
        assert _of(few["tasks"], figure) == _of(many["tasks"], figure)
    assert few["tasks"]["analyze_incident"]["reads"] == 1
    assert many["similar_found"] >= few["similar_found"] > 0
    assert many["lists"]["newest of a signature"]["items_read"] == 10
    assert len(list(tables(document))) == 4


def _of(tasks: dict[str, dict[str, int]], figure: str) -> dict[str, int]:
    return {name: task[figure] for name, task in tasks.items()}


@pytest.mark.parametrize(
    ("answer", "items"),
    [
        pytest.param({"Item": {"pk": {"S": "a"}}}, 1, id="get"),
        pytest.param({}, 0, id="get-nothing"),
        pytest.param({"Items": [{}, {}], "Count": 2}, 2, id="query"),
        pytest.param({"Responses": {"one": [{}], "other": [{}, {}]}}, 3, id="batch"),
    ],
)
def test_items_are_counted_in_every_kind_of_answer(answer: dict[str, Any], items: int) -> None:
    assert items_in(answer) == items
