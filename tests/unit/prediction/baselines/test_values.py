"""Numbers in lines are read, followed, and counters are told from measurements."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.prediction.baselines.values import Numbers, places_of_clocks, read_number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12", 12), ("3.5", 3.5), ("-4", -4), ("12ms", 0.012),
        ("2 s", 2), ("1.5min", 90),
        ("4KB", 4000), ("4KiB", 4096), ("91%", 91), ("(17)", 17), ("7,", 7),
        ("10.0.0.1", None), ("v12", None), ("0x1f", None), ("12:30", None), ("", None),
        ("1234567890123", None), ("5 apples", None), ("1e5", None),
    ],
)  # fmt: skip
def test_numbers_are_read_with_their_units(text: str, number: float | None) -> None:
    assert read_number(text) == (None if number is None else pytest.approx(number))


@given(st.text(max_size=30))
def test_whatever_a_wildcard_holds_is_read_or_is_no_number(text: str) -> None:
    assert read_number(text) is None or isinstance(read_number(text), float)


def learnt(slots: int = 100, seed: int = 1) -> tuple[Numbers, random.Random]:
    numbers, dice = Numbers(), random.Random(seed)  # noqa: S311 - an example
    for _ in range(slots):
        numbers.learn([dice.lognormvariate(3, 0.4) for _ in range(8)])
    return numbers, dice


def test_where_numbers_lie_is_learnt() -> None:
    numbers, _ = learnt()

    assert numbers.known()
    assert numbers.usual() == pytest.approx(20, rel=0.1)
    assert numbers.within == pytest.approx(0.16, rel=0.3)


def test_a_shift_speaks_upwards_or_downwards_and_no_slot_alone_is_enough() -> None:
    numbers, dice = learnt()

    numbers.weigh([1e6] * 8, limit=100)
    assert 0 < numbers.up <= 4
    for _ in range(5):
        numbers.weigh([dice.lognormvariate(2, 0.4) for _ in range(8)], limit=100)

    assert numbers.down > 10
    assert numbers.up == 0


def test_a_counter_is_no_measurement() -> None:
    numbers = Numbers()
    for slot in range(100):
        numbers.learn([1000.0 + 5 * slot, 1001.0 + 5 * slot])

    assert not numbers.known()


@given(st.lists(st.lists(st.floats(0, 1e15), min_size=1, max_size=5), max_size=60))
def test_whatever_numbers_come_what_is_learnt_stays_sane(slots: list[list[float]]) -> None:
    numbers = Numbers()
    for values in slots:
        numbers.learn(values)
        numbers.weigh(values, limit=20)

    assert numbers.within > 0
    assert numbers.between > 0
    assert 0 <= numbers.up <= 20


@pytest.mark.parametrize(
    ("template", "places"),
    [
        ("next run at <*>:<*>:<*> in <*> ms", {0, 1, 2}),
        ("backup of <*>-<*>-<*> took <*> s", {0, 1, 2}),
        ("took <*> ms for <*> of <*> items", set()),
        ("latency: <*>", set()),
        ("<*>", set()),
        ("no wildcard", set()),
    ],
)
def test_parts_of_times_and_dates_are_no_measurements(template: str, places: set[int]) -> None:
    assert places_of_clocks(template) == places
