from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.errors import BrokenTimelineError
from chalicelib.incidents.model import Bookmark, State, TimelineEvent
from chalicelib.incidents.timeline import START, News, bookmark_after, check_timeline, write_events

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def _timeline(length: int = 4) -> list[TimelineEvent]:
    news = [News(what=f"Did thing {number}", at=NOON, data={"number": number}) for number in range(length)]
    return write_events("inc-1", START, State.DETECTING, news)


def test_a_timeline_that_nobody_touched_is_whole() -> None:
    events = _timeline()
    check_timeline("inc-1", events, bookmark_after(events))


def test_events_are_numbered_on_from_the_bookmark() -> None:
    first = _timeline(2)
    then = write_events("inc-1", bookmark_after(first), State.ANALYZING, [News(what="Went on", at=NOON)])
    assert [event.number for event in (*first, *then)] == [1, 2, 3]
    check_timeline("inc-1", [*first, *then])


@pytest.mark.parametrize(
    "change",
    [{"what": "Did something else"}, {"data": {}}, {"state": State.COMPLETED}, {"at": NOON.replace(hour=13)}],
    ids=lambda change: next(iter(change)),
)
@pytest.mark.parametrize("position", range(4))
def test_a_changed_event_is_noticed(position: int, change: dict[str, object]) -> None:
    events = _timeline()
    events[position] = events[position].model_copy(update=change)
    with pytest.raises(BrokenTimelineError, match=f"event {position + 1} was changed"):
        check_timeline("inc-1", events)


@given(st.permutations(range(4)), st.integers(min_value=1, max_value=4))
def test_any_other_order_or_any_gap_is_noticed(order: list[int], length: int) -> None:
    events = _timeline()
    shown = [events[position] for position in order[:length]]
    if order[:length] == list(range(length)):
        check_timeline("inc-1", shown)
        return
    with pytest.raises(BrokenTimelineError):
        check_timeline("inc-1", shown)


def test_events_cut_off_at_the_end_are_noticed_with_the_records_bookmark() -> None:
    events = _timeline()
    check_timeline("inc-1", events[:-1])
    with pytest.raises(BrokenTimelineError, match="the timeline ends at event 3"):
        check_timeline("inc-1", events[:-1], bookmark_after(events))


def test_events_of_another_incident_are_noticed() -> None:
    with pytest.raises(BrokenTimelineError):
        check_timeline("inc-2", _timeline())


def test_an_event_stays_whole_through_json() -> None:
    events = [TimelineEvent.model_validate_json(event.model_dump_json()) for event in _timeline()]
    check_timeline("inc-1", events)


def test_an_empty_timeline_ends_where_it_starts() -> None:
    check_timeline("inc-1", [], START)
    with pytest.raises(BrokenTimelineError):
        check_timeline("inc-1", [], Bookmark(version=1, head=START.head))
