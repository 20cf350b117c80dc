"""DynamoDB's wire form, there and back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.aws import items, keys
from tests.unit.aws.making import INSTANCE, NOON, STOPPED, a_resource


@given(
    st.one_of(
        st.text(),
        st.integers(min_value=-(10**30), max_value=10**30),
        st.floats(min_value=0.0001, max_value=10**6).map(lambda value: round(value, 4)),
        st.lists(st.text(), max_size=4),
        st.none(),
    )
)
def test_a_value_comes_back_as_it_went(value: Any) -> None:
    assert items.decode(items.encode(value)) == value


def test_a_record_goes_as_its_json() -> None:
    assert items.encode(STOPPED) == {"S": STOPPED.model_dump_json()}


@given(st.datetimes(timezones=st.just(UTC)), st.datetimes(timezones=st.just(UTC)))
def test_stamps_sort_as_their_times_do(one: datetime, other: datetime) -> None:
    assert (items.stamp(one) < items.stamp(other)) == (one < other)


def test_a_stamp_is_in_utc_wherever_the_time_was_read() -> None:
    berlin = timezone(timedelta(hours=2))
    assert items.stamp(NOON.astimezone(berlin)) == items.stamp(NOON) == "2030-05-01T12:00:00.000000Z"


def test_attributes_that_are_none_are_left_out() -> None:
    assert items.item("a", "b", there=1, not_there=None) == {
        "pk": {"S": "a"},
        "sk": {"S": "b"},
        "there": {"N": "1"},
    }


def test_the_counters_of_opened_incidents_are_read_wherever_they_were_written() -> None:
    for number in range(40):
        assert keys.opened_key(a_resource(number), NOON) in keys.opened_keys(INSTANCE, NOON)
        earlier = NOON - timedelta(minutes=10)
        assert keys.opened_key(a_resource(number), earlier) in keys.opened_keys(INSTANCE, NOON)


def test_keys_of_different_things_differ() -> None:
    made = [
        keys.record_key("a"),
        keys.timeline_key("a", 1),
        keys.timeline_key("a", 2),
        keys.effect_key("a", "do-0"),
        keys.signal_key("a"),
        keys.guard_key(INSTANCE),
        keys.known_good_key(INSTANCE),
        keys.outcomes_key("a"),
        keys.recovering_key(INSTANCE, NOON),
        keys.MODE,
        *keys.opened_keys(INSTANCE, NOON),
    ]
    assert len({str(one) for one in made}) == len(made)
