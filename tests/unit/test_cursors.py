"""Cursors: they lead back to where a list has ended, and to nowhere else."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.cursors import Position, read_cursor, write_cursor
from chalicelib.errors import WrongFieldError

FILTERS = {"state": "open", "type": "", "since": None}
AT = datetime(2026, 11, 24, 3, 35, 0, 123456, tzinfo=UTC)
POSITION = Position(month="2026-11", incident_id="inc-20261124-033500-0a1b2c3d", opened_at=AT)
CURSOR = write_cursor(POSITION, FILTERS)


@pytest.mark.parametrize("position", [POSITION, Position(month="2026-10"), Position()], ids=str)
def test_a_cursor_leads_back_to_its_position(position: Position) -> None:
    assert read_cursor(write_cursor(position, FILTERS), FILTERS) == position


def test_a_cursor_needs_no_escape_in_an_address() -> None:
    assert CURSOR.replace("-", "").replace("_", "").isalnum()


@given(st.integers(0, len(CURSOR) - 1), st.characters())
def test_a_cursor_that_was_changed_anywhere_is_refused(place: int, letter: str) -> None:
    changed = CURSOR[:place] + letter + CURSOR[place + 1 :]
    if changed == CURSOR:
        return
    with pytest.raises(WrongFieldError) as refused:
        read_cursor(changed, FILTERS)
    assert refused.value.field == "cursor"


@given(st.text())
def test_a_cursor_that_was_made_up_is_refused(text: str) -> None:
    with pytest.raises(WrongFieldError):
        read_cursor(text, FILTERS)


@pytest.mark.parametrize(
    "other", [{**FILTERS, "state": ""}, {**FILTERS, "type": "ec2.instance"}, {}], ids=str
)
def test_a_cursor_of_another_list_is_refused(other: dict[str, object]) -> None:
    with pytest.raises(WrongFieldError):
        read_cursor(CURSOR, other)


@pytest.mark.parametrize("end", ["=", "==", "\n", " ", "A", "."])
def test_a_cursor_with_something_behind_it_is_refused(end: str) -> None:
    with pytest.raises(WrongFieldError):
        read_cursor(CURSOR + end, FILTERS)
