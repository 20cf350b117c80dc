"""What is read next: everything once, whatever the clock does."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.prediction.spans import FARTHEST, FIRST_LOOK, LONGEST, SETTLE, Span, next_span

NOW = 1_900_000_000_000
LATE = 120_000


def test_a_first_look_goes_back_an_hour_and_gives_nothing_up() -> None:
    assert next_span(None, NOW, LATE) == Span(after=NOW - SETTLE - FIRST_LOOK, upto=NOW - SETTLE, late=LATE)


def test_a_scan_goes_on_where_the_last_one_ended() -> None:
    assert next_span(NOW - 300_000, NOW, LATE) == Span(after=NOW - 300_000, upto=NOW - SETTLE, late=LATE)


@pytest.mark.parametrize("until", [NOW - SETTLE, NOW, NOW + 1, NOW + FARTHEST], ids=str)
def test_where_all_is_read_or_the_clock_went_back_there_is_nothing_to_read(until: int) -> None:
    assert next_span(until, NOW, LATE) is None


def test_a_backlog_is_read_in_spans_that_follow_each_other() -> None:
    until, spans = NOW - 5 * LONGEST, []
    while span := next_span(until, NOW, LATE):
        spans.append(span)
        until = span.upto
    assert spans[0].after == NOW - 5 * LONGEST
    assert spans[-1].upto == NOW - SETTLE
    assert all(one.upto == other.after for one, other in pairwise(spans))
    assert max(one.upto - one.after for one in spans) == LONGEST
    assert {one.skipped for one in spans} == {0}


def test_what_is_too_old_is_given_up_and_said_so() -> None:
    span = next_span(NOW - FARTHEST - 7_200_000, NOW, LATE)
    assert span is not None
    assert span.after == NOW - SETTLE - FARTHEST
    assert span.skipped == 7_200_000 - SETTLE


def test_after_a_jump_of_the_clock_nothing_is_read_twice() -> None:
    jumped = next_span(NOW - 300_000, NOW + 600_000, LATE)
    assert jumped is not None
    assert next_span(jumped.upto, NOW, LATE) is None
    again = next_span(jumped.upto, NOW + 900_000, LATE)
    assert again is not None
    assert again.after == jumped.upto


def test_a_span_looks_for_events_that_are_late_or_early_by_as_much_as_is_allowed() -> None:
    span = Span(after=1_000_000, upto=1_300_000, late=LATE)
    assert (span.earliest, span.latest) == (1_000_000 - LATE, 1_300_000 + LATE)


@given(
    looks=st.lists(st.integers(0, 2 * FARTHEST), min_size=1, max_size=30),
    ingested=st.integers(NOW - FIRST_LOOK, NOW + 2 * FARTHEST),
)
def test_an_event_is_never_in_two_spans_and_left_out_only_where_that_is_said(
    looks: list[int], ingested: int
) -> None:
    until: int | None = None
    holding, given_up, read = 0, 0, 0
    for look in looks:
        while span := next_span(until, NOW + look, LATE):
            assert until is None or span.after - span.skipped == until
            given_up += span.after - span.skipped < ingested <= span.after
            holding += span.holds(ingested)
            until = read = span.upto
    first = NOW + looks[0] - SETTLE - FIRST_LOOK
    assert holding + given_up == (first < ingested <= read)
