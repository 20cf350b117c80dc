from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.analysis.openings import next_closing, next_opening
from chalicelib.analysis.policy import ChangeWindow

WEDNESDAY = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)


def window(**how: Any) -> ChangeWindow:
    return ChangeWindow(name="patches", **how)


def at(day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


EVENINGS = {"opens": time(18), "closes": time(21, 30)}


@pytest.mark.parametrize(
    ("how", "opens", "closes"),
    [
        pytest.param({**EVENINGS, "weekdays": (2, 4)}, at(26, 18), at(26, 21, 30), id="next-thursday"),
        pytest.param(EVENINGS, at(25, 18), at(25, 21, 30), id="this-evening"),
        pytest.param({"opens": time(9), "closes": time(10)}, WEDNESDAY, at(25, 10), id="open-now"),
        pytest.param({"weekdays": (3, 4)}, WEDNESDAY, at(27), id="whole-days"),
        pytest.param({"weekdays": (1,)}, at(30), datetime(2026, 12, 1, tzinfo=UTC), id="next-monday"),
        pytest.param({"starts_at": at(28, 6), "ends_at": at(28, 8)}, at(28, 6), at(28, 8), id="once"),
        pytest.param({"starts_at": at(28, 20), **EVENINGS}, at(28, 20), at(28, 21, 30), id="begins-within"),
        pytest.param({"ends_at": at(20)}, None, None, id="is-over"),
        pytest.param({}, None, None, id="names-no-time"),
        pytest.param({"starts_at": at(28, 6)}, at(28, 6), None, id="never-closes"),
    ],
)
def test_when_it_opens_and_closes_next(
    how: dict[str, Any], opens: datetime | None, closes: datetime | None
) -> None:
    one = window(**how)
    opened = next_opening(one, WEDNESDAY)
    assert opened == opens
    assert (None if opened is None else next_closing(one, opened)) == closes


times = st.times().map(lambda one: one.replace(second=0, microsecond=0))
hours = st.tuples(times, times).filter(lambda two: two[0] < two[1])
weekdays = st.lists(st.integers(1, 7), unique=True).map(tuple)
windows = st.builds(
    lambda days, span: window(weekdays=days, **({"opens": span[0], "closes": span[1]} if span else {})),
    weekdays,
    hours | st.none(),
)


@given(windows, st.integers(0, 7 * 24 * 60))
def test_it_is_shut_until_it_opens_and_open_until_it_closes(one: ChangeWindow, minutes: int) -> None:
    now = WEDNESDAY + timedelta(minutes=minutes)
    opens = next_opening(one, now)
    if opens is None:
        assert not any(one.is_open(now + timedelta(hours=hour)) for hour in range(8 * 24))
        return
    just_before = opens - timedelta(minutes=1)
    assert one.is_open(opens)
    assert opens == now or not one.is_open(just_before)
    closes = next_closing(one, opens)
    if closes is not None:
        assert not one.is_open(closes)
        assert one.is_open(closes - timedelta(minutes=1))
