"""Drawings of long series keep what matters in them."""

from __future__ import annotations

import pytest

from mainstay.offline.drawing import Drawing, draw_rates


def test_marks_and_extremes_of_a_long_series_are_kept() -> None:
    drawing = Drawing()
    for number in range(10_000):
        drawing.add(-100.0 if number == 7_500 else float(number % 2), marked=number == 7_500)

    values, marks = drawing.with_marks(50)

    assert len(values) <= 50
    assert values.count("▁") == 1
    assert marks.index("▲") == values.index("▁")


def test_beside_a_limit_the_highest_value_of_a_long_series_is_kept() -> None:
    drawing = Drawing()
    for number in range(100_000):
        drawing.add(99.0 if number == 70_000 else 1.0)

    limit, values = drawing.with_limit(100.0, rising=True, width=50)

    assert limit.startswith("╌" * len(values))
    assert len(values) <= 50
    assert values.count("█") == 1
    assert 0.65 < values.index("█") / len(values) < 0.75


def test_a_limit_is_drawn_on_the_side_that_it_is_crossed_to() -> None:
    drawing = Drawing()
    for value in (100.0, 50.0, 4.0):
        drawing.add(value)

    assert drawing.with_limit(5.0, rising=False, width=50) == ["█▄▼", "╌╌╌ 5"]
    assert drawing.with_limit(60.0, rising=True, width=50) == ["╌╌╌ 60", "▲▇▁"]


def test_of_nothing_there_is_no_line() -> None:
    assert Drawing().with_marks(80) == []
    assert Drawing().with_limit(1.0, rising=True, width=80) == []


@pytest.mark.parametrize(
    ("rates", "blocks"),
    [((0.0, 1.0, 100.0), "▁▂█"), ((5.0, 5.0), "██"), ((0.0, 4.0, 8.0), "▁▅█")],
)
def test_rates_are_shares_of_the_greatest_and_something_is_never_nothing(
    rates: tuple[float, ...], blocks: str
) -> None:
    assert draw_rates(rates) == blocks
