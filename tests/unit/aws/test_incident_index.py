"""Lists of incidents: newest first, page by page, each from one index."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from chalicelib.aws import items
from chalicelib.aws.incident_index import IncidentIndex, Page
from chalicelib.aws.incident_table import IncidentTable
from chalicelib.incidents.model import State
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
