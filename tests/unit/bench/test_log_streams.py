"""Streams are what they say: the same seed, the same lines, and what was put in is in them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bench.log_alarms import KINDS, Kind, upper_bound, with_probes
from bench.log_streams import DAY, HOUR, SLOT, START, Change, Stream, make_streams


@pytest.fixture(scope="module")
def stream() -> Stream:
    return with_probes(make_streams(None, 1)[0])


def count(stream: Stream, word: str, hours: int, *changes: Change) -> int:
    return sum(word in event.text for event in stream.events(START, START + hours * HOUR, changes))


def test_a_slot_has_the_same_lines_whenever_it_is_asked_for(stream: Stream) -> None:
    day = [event.whole for event in stream.events(START, START + HOUR)]
    slots = [event.whole for at in range(START, START + HOUR, SLOT) for event in stream.events(at, at + SLOT)]
    other = [event.whole for event in replace(stream, seed=99).events(START, START + HOUR)]

    assert day == slots
    assert day != other


def test_lines_come_as_often_as_they_should(stream: Stream) -> None:
    assert count(stream, "still alive", 24) == 288
    assert count(stream, "handed over parcel", 24) == pytest.approx(240, abs=5 * 240**0.5)


def test_what_is_put_in_is_in_it(stream: Stream) -> None:
    def change(**what: float) -> Change:
        return Change("steady", START, DAY, **what)

    assert count(stream, "handed over parcel", 24, change(rate=0)) == 0
    assert count(stream, "handed over parcel", 24, change(rate=3)) == pytest.approx(720, abs=5 * 720**0.5)
    assert count(stream, "handed over parcel", 24, change(per_hour=50)) == pytest.approx(1440, abs=200)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_kind_of_problem_names_a_source_that_is_there(kind: Kind, stream: Stream) -> None:
    names = {source.name for source in stream.sources} | {source.level for source in stream.sources}

    assert kind.source in names | {"*", "new"}


def test_none_in_so_many_days_is_at_most_three() -> None:
    assert upper_bound(0) == pytest.approx(3.0, abs=0.05)
