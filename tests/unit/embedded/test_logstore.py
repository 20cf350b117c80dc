"""Lines are read in order of time, whatever the order in which they came."""

from hypothesis import given
from hypothesis import strategies as st

from mainstay.embedded.logstore import Line, LogStore, Position, event_bytes

TIMES = st.lists(st.integers(-5, 5), max_size=8)


@given(st.lists(TIMES, max_size=5), st.integers(-6, 6), st.integers(-6, 6), st.booleans())
def test_a_range_is_what_sorting_and_choosing_gives(
    batches: list[list[int]], start: int, end: int, look_between: bool
) -> None:
    store, everything = LogStore(), []
    for batch in batches:
        numbers = store.write("s", [(time, f"{time}") for time in batch], ingested=9)
        everything += [
            Line(time, number, f"{time}", "s", 9) for time, number in zip(batch, numbers, strict=True)
        ]
        if look_between:
            list(store.read(None, None))
    wanted = sorted(line for line in everything if start <= line.timestamp <= end)
    assert list(store.read(start, end)) == wanted
    assert list(store.read_backwards(start, end)) == wanted[::-1]
    assert list(store.read(None, None)) == sorted(everything)


@given(st.lists(TIMES, max_size=4), st.integers(1, 4))
def test_pages_of_any_size_have_every_line_once(batches: list[list[int]], size: int) -> None:
    store = LogStore()
    for batch in batches:
        store.write("s", [(time, "x") for time in batch], ingested=0)
    found: list[Line] = []
    while page := list(store.read(None, None, after=_position(found), most=size)):
        found += page
    assert found == list(store.read(None, None))
    back: list[Line] = []
    while page := list(store.read_backwards(None, None, before=_position(back), most=size)):
        back += page
    assert back == found[::-1]


def _position(found: list[Line]) -> Position | None:
    return Position(found[-1].timestamp, found[-1].number) if found else None


def test_reading_has_what_was_there_when_it_began() -> None:
    store = LogStore()
    store.write("s", [(1, "a"), (3, "c")], ingested=0)
    reading = store.read(None, None)
    store.write("s", [(2, "b")], ingested=0)
    assert [line.message for line in reading] == ["a", "c"]
    assert [line.message for line in store.read(None, None)] == ["a", "b", "c"]


def test_bytes_are_counted_as_utf_8_with_26_for_each_line() -> None:
    store = LogStore()
    store.write("s", [(1, "é"), (2, "\udc80"), (3, "")], ingested=0)
    assert store.stored_bytes == 2 + 3 + 0 + 3 * 26
    assert event_bytes("abc") == 29
    assert len(store) == 3


def test_a_stream_that_is_removed_leaves_the_others() -> None:
    store = LogStore()
    store.write("a", [(1, "x"), (3, "x")], ingested=0)
    store.write("b", [(2, "yy")], ingested=7)
    store.remove("a")
    assert [line.message for line in store.read(None, None)] == ["yy"]
    assert store.stored_bytes == 28
    assert list(store.spans) == ["b"]
    (span,) = store.spans.values()
    assert (span.first, span.last, span.ingested) == (2, 2, 7)
