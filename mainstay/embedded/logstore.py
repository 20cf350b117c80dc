"""The lines of one log group, in order of time, in columns: a million of them are quick and small.

moto keeps an object for each line in a list for each stream, and sorts all of them at every question.
"""

from __future__ import annotations

import threading
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise, repeat
from typing import Any, NamedTuple, Self

EVENT_OVERHEAD_BYTES = 26
"""What CloudWatch Logs adds to the UTF-8 bytes of each event when it counts bytes."""


class Line(NamedTuple):
    """One log event. Times are milliseconds since 1970; `number` grows with each line of the group."""

    timestamp: int
    number: int
    message: str
    stream: str
    ingested: int

    @property
    def event_id(self) -> str:
        """As CloudWatch Logs writes it: 56 digits."""
        return f"{self.number:056d}"


class Position(NamedTuple):
    """The last line that was read: what comes after it is found again, whatever has arrived since."""

    timestamp: int
    number: int


@dataclass
class StreamSpan:
    """What is known of one stream's lines, all times in milliseconds."""

    first: int
    last: int
    ingested: int


def event_bytes(message: str) -> int:
    """Count a line as CloudWatch Logs does."""
    length = len(message) if message.isascii() else len(message.encode("utf-8", "surrogatepass"))
    return length + EVENT_OVERHEAD_BYTES


class LogStore:
    """Lines sorted by time, and by arrival where times are equal. Threads may share it.

    What arrives late is sorted in at the next question, not before; so writing costs the same in any order.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._times = array("q")
        self._numbers = array("q")
        self._ingested = array("q")
        self._messages: list[str] = []
        self._streams: list[str] = []
        self._in_order = 0
        self._written = 0
        self.spans: dict[str, StreamSpan] = {}
        self.stored_bytes = 0

    def __len__(self) -> int:
        return len(self._times)

    def __deepcopy__(self, memo: object) -> Self:
        """The same: moto copies a function, to list or publish it, with all that it refers to."""
        return self

    def write(self, stream: str, events: Iterable[tuple[int, str]], *, ingested: int) -> range:
        """Add lines, each a time in milliseconds and a message, in any order; answer their numbers."""
        times, messages = array("q"), []
        for time, message in events:
            times.append(time)
            messages.append(message)
        if not messages:
            return range(0)
        with self._lock:
            numbers = range(self._written, self._written + len(messages))
            self._written = numbers.stop
            self._times += times
            self._numbers.extend(numbers)
            self._ingested.extend(repeat(ingested, len(messages)))
            self._messages += messages
            self._streams += repeat(stream, len(messages))
            self.stored_bytes += sum(map(event_bytes, messages))
            self._note(stream, min(times), max(times), ingested)
        return numbers

    def remove(self, stream: str) -> None:
        """Forget every line of a stream."""
        with self._lock:
            kept = [line for line in self.read(None, None) if line.stream != stream]
            spans = {name: span for name, span in self.spans.items() if name != stream}
            self._times = array("q", [line.timestamp for line in kept])
            self._numbers = array("q", [line.number for line in kept])
            self._ingested = array("q", [line.ingested for line in kept])
            self._messages = [line.message for line in kept]
            self._streams = [line.stream for line in kept]
            self._in_order = len(kept)
            self.spans = spans
            self.stored_bytes = sum(event_bytes(line.message) for line in kept)

    def read(
        self, start: int | None, end: int | None, *, after: Position | None = None, most: int | None = None
    ) -> Iterator[Line]:
        """Answer the lines from `start` to `end`, both included, as they are now: at most `most`."""
        with self._lock:
            low, high = self._range(start, end, after)
            chosen = slice(low, high if most is None else min(high, low + most))
            columns = [column[chosen] for column in self._columns()]
        return map(Line._make, zip(*columns, strict=True))

    def read_backwards(
        self, start: int | None, end: int | None, *, before: Position | None = None, most: int | None = None
    ) -> Iterator[Line]:
        """Answer the same lines, the newest first."""
        with self._lock:
            low, high = self._range(start, end, None)
            high = high if before is None else min(high, self._behind(before, included=True))
            low = low if most is None else max(low, high - most)
            columns = [column[low:high][::-1] for column in self._columns()]
        return map(Line._make, zip(*columns, strict=True))

    def _columns(self) -> tuple[Any, ...]:
        """In the order of the fields of a line."""
        return self._times, self._numbers, self._messages, self._streams, self._ingested

    def _range(self, start: int | None, end: int | None, after: Position | None) -> tuple[int, int]:
        self._sort()
        low = 0 if start is None else bisect_left(self._times, start)
        high = len(self._times) if end is None else bisect_right(self._times, end)
        return (low if after is None else max(low, self._behind(after))), high

    def _behind(self, position: Position, *, included: bool = False) -> int:
        """Where the lines begin that come after this one, or with `included` where this one is."""
        low = bisect_left(self._times, position.timestamp)
        high = bisect_right(self._times, position.timestamp)
        find = bisect_left if included else bisect_right
        return find(self._numbers, position.number, low, high)

    def _note(self, stream: str, first: int, last: int, ingested: int) -> None:
        span = self.spans.setdefault(stream, StreamSpan(first, last, ingested))
        span.first, span.last = min(span.first, first), max(span.last, last)
        span.ingested = ingested

    def _sort(self) -> None:
        """Put what has arrived since the last question in its place."""
        if self._in_order == len(self._times):
            return
        late = self._times[max(self._in_order - 1, 0) :]
        if any(later < earlier for earlier, later in pairwise(late)):
            at = bisect_right(self._times, min(late), 0, self._in_order)
            self._arrange(at, sorted(range(at, len(self._times)), key=self._times.__getitem__))
        self._in_order = len(self._times)

    def _arrange(self, at: int, order: list[int]) -> None:
        for column in (self._times, self._numbers, self._ingested):
            column[at:] = array("q", [column[index] for index in order])
        for texts in (self._messages, self._streams):
            texts[at:] = [texts[index] for index in order]
