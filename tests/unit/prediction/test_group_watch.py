"""A log group in the AWS scan: alarms and percentages are sightings of the same form."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from chalicelib.errors import BrokenStateError
from chalicelib.prediction.events import LogEvent
from chalicelib.prediction.group_watch import GroupWatch
from chalicelib.prediction.log_watch import Batch
from chalicelib.prediction.sightings import Phase, Sighting

STEP = 300.0
SECRET = "password=hunter2-and-more"


def percentages(shares: list[float], *, beside: str = "") -> list[Sighting]:
    """Five minutes for each share, the watch saved and restored between any two."""
    watch, found = GroupWatch(), []
    for number, share in enumerate(shares):
        start = 1_800_000_000.0 + number * STEP
        text = f"disk /data is {share:.1f}% used {beside}".rstrip()
        event = LogEvent(datetime.fromtimestamp(start + 1, UTC), "INFO", text, text, 1)
        watch = GroupWatch.restore(watch.state())
        found += watch.scan([Batch([event])], start=start, end=start + STEP).sightings
    return [one for one in found if one.key.startswith("percent:")]


FILLING = [50 + step / 2 for step in range(98)]


def test_a_percentage_that_fills_up_is_one_problem_from_its_first_sign_on() -> None:
    found = percentages(FILLING)

    assert len({(one.key, one.opened_at) for one in found}) == 1
    assert [one.phase for one in found] == [Phase.OPENED, *[Phase.UPDATED] * (len(found) - 1)]
    assert found[0].sight.detectors == ("forecast",)
    assert found[0].sight.expected_at is not None
    assert found[0].failed_at is None


def test_it_passes_when_there_is_room_again() -> None:
    assert percentages([*FILLING, *[40.0] * 30])[-1].phase is Phase.CLEARED


def test_what_is_full_has_failed() -> None:
    assert percentages([*FILLING, 99.5, 100.0])[-1].failed_at is not None


def test_no_secret_of_the_line_is_told() -> None:
    (first, *_) = percentages(FILLING, beside=SECRET)

    assert "hunter2" not in first.sight.model_dump_json()


@pytest.mark.parametrize("damage", [b"", b"\x00\x00", b"\x00\x00\x00\x05rubbish"], ids=repr)
def test_a_damaged_state_is_said_to_be_one(damage: bytes) -> None:
    with pytest.raises(BrokenStateError):
        GroupWatch.restore(damage)


def lines(text: str, start: float, count: int = 40) -> list[LogEvent]:
    return [
        LogEvent(datetime.fromtimestamp(start + number, UTC), "INFO", text, text, number)
        for number in range(count)
    ]


def news_after(slots: int, newcomer_at: int) -> tuple[bool, bool]:
    """Whether the usual line and one that came in a later slot are new after so many slots."""
    watch, start = GroupWatch(), 1_800_000_000.0
    for slot in range(slots):
        at = start + slot * STEP
        events = lines("paid an order", at) + (
            lines("cannot connect", at + 60) if slot == newcomer_at else []
        )
        watch.scan([Batch(events)], start=at, end=at + STEP - 1)
    ids = {one.text: one.id for one in watch.templates()}
    now = start + slots * STEP - 1
    return watch.is_new(ids["paid an order"], now), watch.is_new(ids["cannot connect"], now)


@pytest.mark.parametrize(
    ("slots", "newcomer_at", "new"),
    [
        pytest.param(20, 19, True, id="in-the-slot-that-is-still-open"),
        pytest.param(20, 15, True, id="an-hour-after-the-group"),
        pytest.param(20, 5, False, id="while-the-group-was-new-itself"),
        pytest.param(50, 20, False, id="more-than-two-hours-ago"),
        pytest.param(6, 5, False, id="in-a-group-that-is-new"),
    ],
)
def test_a_template_is_new_for_two_hours_in_a_group_that_was_known_before(
    slots: int, newcomer_at: int, new: bool
) -> None:
    assert news_after(slots, newcomer_at) == (False, new)
