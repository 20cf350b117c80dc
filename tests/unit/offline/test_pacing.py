"""Time goes forward, whatever time stamps say."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.prediction.events import LogEvent
from mainstay.offline.pacing import STEP_SECONDS, Pacer


def pace(seconds: Sequence[float | None]) -> tuple[list[float], Pacer]:
    events = [
        LogEvent(None if at is None else datetime.fromtimestamp(at, UTC), "", "text", "text", 1)
        for at in seconds
    ]
    pacer = Pacer()
    return [at for at, _ in pacer.pace(events)], pacer


def test_times_in_order_are_taken_as_they_are() -> None:
    assert pace([10, 20, 20, 1000])[0] == [10, 20, 20, 1000]


def test_an_event_without_a_time_has_that_of_the_one_before() -> None:
    times, pacer = pace([None, 10, None, 20])

    assert times == [10, 10, 20]
    assert pacer.untimed == 2


def test_a_single_leap_is_not_believed_and_one_that_lasts_is() -> None:
    month = 30 * 86_400.0

    alone, pacer = pace([*range(50), month, *range(50, 100)])
    lasting, _ = pace([*range(50), *(month + step for step in range(50))])

    assert alone[50] == 49
    assert pacer.disbelieved == 1
    assert lasting[50] == month


def test_a_clock_that_was_set_back_goes_on_from_where_it_was() -> None:
    times, pacer = pace([*range(0, 36_000, 60), *range(32_400, 72_000, 60)])

    assert pacer.offset == 35_940 - 32_400
    assert times == sorted(times)


def test_a_first_stamp_that_is_far_from_all_others_is_not_believed() -> None:
    assert pace([10**9, *range(100)])[0][0] == 0


@given(st.lists(st.one_of(st.none(), st.floats(0, 4e9)), max_size=80))
def test_no_time_is_much_before_an_earlier_one(seconds: list[float | None]) -> None:
    times, _ = pace(seconds)

    assert all(later >= earlier - STEP_SECONDS for earlier, later in pairwise(times))
