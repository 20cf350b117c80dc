from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainstay.monitoring.__main__ import main
from mainstay.monitoring.template import DASHBOARDS
from mainstay.monitoring.widgets import COLUMNS, Widget, lay_out


def test_the_file_is_written_and_what_is_out_of_date_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "monitoring.yaml"

    assert main(["--check"], path) == 1
    assert main([], path) == 0
    assert main(["--check"], path) == 0
    path.write_text(path.read_text().replace("dead-letters", "red-letters"))
    assert main(["--check"], path) == 1
    assert capsys.readouterr().err.splitlines() == [
        "monitoring.yaml is out of date: run python -m mainstay.monitoring"
    ] * 2  # fmt: skip


_WIDGETS = st.builds(
    Widget,
    type=st.just("text"),
    properties=st.just({}),
    width=st.integers(1, COLUMNS),
    height=st.integers(1, 12),
)


@given(st.lists(_WIDGETS, max_size=30))
def test_no_two_parts_of_a_dashboard_overlap(widgets: list[Widget]) -> None:
    taken = [
        (x, y)
        for one in lay_out(widgets)
        for x in range(one["x"], one["x"] + one["width"])
        for y in range(one["y"], one["y"] + one["height"])
    ]

    assert len(taken) == len(set(taken))
    assert all(x < COLUMNS for x, _ in taken)


@pytest.mark.parametrize("name", DASHBOARDS)
def test_every_graph_has_a_title_of_its_own_and_a_label_for_each_line(name: str) -> None:
    graphs = [one.properties for one in DASHBOARDS[name]() if one.type == "metric"]
    titles = [one["title"] for one in graphs]

    assert len(titles) == len(set(titles))
    for one in graphs:
        labels = [line[-1]["label"] for line in one["metrics"]]
        assert labels
        assert len(labels) == len(set(labels))


@pytest.mark.parametrize("name", DASHBOARDS)
def test_a_dashboard_names_no_more_metrics_than_aws_gives_away(name: str) -> None:
    graphs = [one.properties for one in DASHBOARDS[name]() if one.type == "metric"]

    assert sum(len(one["metrics"]) for one in graphs) <= 50
