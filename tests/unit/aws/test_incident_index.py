"""Lists of incidents: newest first, page by page, each from one index."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest

from chalicelib.aws import items
from chalicelib.aws.incident_index import OPEN, IncidentIndex, Page, Wanted, key_after, month_of
from chalicelib.aws.incident_table import IncidentTable
from chalicelib.incidents.model import State
from chalicelib.incidents.timeline import News
from tests.unit.aws.making import (
    INSTANCE,
    NOON,
    a_resource,
    a_signal,
    a_step,
    after,
    an_incident,
    ended,
    moved,
)

_PAGES: dict[str, Callable[..., Page]] = {
    "month": lambda index, **more: index.in_month(NOON, **more),
    "state": lambda index, **more: index.in_state(State.DETECTING, **more),
    "signature": lambda index, **more: index.of_signature("ec2.instance/stopped", **more),
}


def _many(table: IncidentTable, count: int) -> list[str]:
    """So many incidents, a minute apart; their ids, newest first."""
    found = [
        an_incident(
            table, a_signal(n, resource=a_resource(n), occurred_at=NOON + timedelta(minutes=n))
        ).incident_id
        for n in range(count)
    ]
    return found[::-1]


@pytest.mark.parametrize("list_page", _PAGES.values(), ids=_PAGES)
def test_a_list_is_read_page_by_page_newest_first(
    table: IncidentTable, index: IncidentIndex, list_page: Callable[..., Page]
) -> None:
    expected = _many(table, 7)
    found: list[str] = []
    sizes: list[int] = []
    start: items.Item | None = None
    while True:
        page = list_page(index, limit=3, start=start)
        found += [entry.incident_id for entry in page.entries]
        sizes.append(len(page.entries))
        if page.next_key is None:
            break
        start = page.next_key
    assert found == expected
    assert sizes == [3, 3, 1]


def test_the_incidents_of_one_resource_are_its_own(table: IncidentTable, index: IncidentIndex) -> None:
    _many(table, 3)
    first = ended(table, a_signal(10), State.FAILED, at=after(10))
    second = an_incident(table, a_signal(11, occurred_at=after(99)))
    entries = index.of_resource(INSTANCE.key).entries
    assert [entry.incident_id for entry in entries] == [second.incident_id, first.incident_id]
    assert [entry.state for entry in entries] == [State.DETECTING, State.FAILED]
    assert entries[1].ended_at == after(10)
    assert index.of_resource(a_resource(99).key).entries == ()


def test_a_list_follows_an_incident_from_state_to_state(table: IncidentTable, index: IncidentIndex) -> None:
    moved(table, a_step(an_incident(table)), State.ANALYZING)
    assert index.in_state(State.DETECTING).entries == ()
    (entry,) = index.in_state(State.ANALYZING).entries
    assert entry.resource == INSTANCE


def test_everything_in_a_state_is_walked_through_all_pages(
    table: IncidentTable, index: IncidentIndex
) -> None:
    expected = _many(table, 55)
    assert [entry.incident_id for entry in index.all_in_state(State.DETECTING)] == expected


def test_the_walk_ends_where_it_gets_older_than_asked_for(table: IncidentTable, index: IncidentIndex) -> None:
    expected = _many(table, 10)
    since = NOON + timedelta(minutes=6)
    assert [one.incident_id for one in index.all_in_state(State.DETECTING, since=since)] == expected[:4]


def test_a_month_without_incidents_is_an_empty_page(index: IncidentIndex) -> None:
    page = index.in_month(NOON)
    assert page.entries == ()
    assert page.next_key is None


# -- what has not ended -------------------------------------------------------------------------


def test_what_is_open_is_one_list_whatever_its_state(table: IncidentTable, index: IncidentIndex) -> None:
    first, second, third = (
        an_incident(table, a_signal(n, resource=a_resource(n), occurred_at=after(n))) for n in range(3)
    )
    moved(table, a_step(second), State.ANALYZING, State.PLANNING)
    assert [one.incident_id for one in index.all_open()] == [
        third.incident_id,
        second.incident_id,
        first.incident_id,
    ]


def test_what_ends_leaves_the_list_of_what_is_open(table: IncidentTable, index: IncidentIndex) -> None:
    incident = an_incident(table)
    step = moved(table, a_step(incident), State.ANALYZING)
    assert [one.incident_id for one in index.all_open()] == [incident.incident_id]
    moved(table, step, State.FAILED)
    assert list(index.all_open()) == []
    assert [one.state for one in index.in_month(NOON).entries] == [State.FAILED]


def test_an_event_after_the_end_does_not_bring_it_back(table: IncidentTable, index: IncidentIndex) -> None:
    step = moved(table, a_step(an_incident(table)), State.FAILED)
    table.note(step, [News(what="People were told", at=after(20))])
    assert list(index.all_open()) == []


# -- what is wanted of a list -------------------------------------------------------------------


def _found(index: IncidentIndex, wanted: Wanted) -> list[int]:
    """The minutes at which those were opened that are wanted."""
    page = index.page("time", month_of(NOON), wanted=wanted)
    return [(one.opened_at - NOON).seconds // 60 for one in page.entries]


def test_a_list_can_begin_and_end_at_a_time(table: IncidentTable, index: IncidentIndex) -> None:
    _many(table, 6)
    two, four = (NOON + timedelta(minutes=minutes) for minutes in (2, 4))
    assert _found(index, Wanted(since=two)) == [5, 4, 3, 2]
    assert _found(index, Wanted(until=four)) == [4, 3, 2, 1, 0]
    assert _found(index, Wanted(since=two, until=four)) == [4, 3, 2]


def test_a_list_can_be_of_one_type_or_state_or_of_what_is_open(
    table: IncidentTable, index: IncidentIndex
) -> None:
    _many(table, 3)
    bucket = INSTANCE.model_copy(update={"type": "s3.bucket", "id": '"type":"ec2.instance"'})
    ended(
        table,
        a_signal(9, resource=bucket, occurred_at=NOON + timedelta(minutes=9)),
        State.FAILED,
        at=after(999),
    )
    assert _found(index, Wanted(type="s3.bucket")) == [9]
    assert _found(index, Wanted(type="ec2.instance")) == [2, 1, 0]
    assert _found(index, Wanted(state=State.FAILED)) == [9]
    assert _found(index, Wanted(state=OPEN)) == [2, 1, 0]
    assert _found(index, Wanted(state=OPEN, type="s3.bucket")) == []


def test_a_list_goes_on_after_an_incident_that_it_has_shown(
    table: IncidentTable, index: IncidentIndex
) -> None:
    expected = _many(table, 4)
    shown = index.in_month(NOON, limit=2).entries[-1]
    start = key_after("time", month_of(NOON), shown.incident_id, shown.opened_at)
    assert [one.incident_id for one in index.in_month(NOON, start=start).entries] == expected[2:]


def test_a_month_is_that_of_utc() -> None:
    late = datetime(2030, 5, 1, 1, 0, tzinfo=timezone(timedelta(hours=2)))
    assert (month_of(late), month_of(late.astimezone(UTC))) == ("2030-04", "2030-04")
