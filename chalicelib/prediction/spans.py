"""What part of a stream a scan reads next, so that nothing is read twice and nothing is left out.

The watermark is a time of ingestion, which CloudWatch Logs sets itself: an event that comes late, or whose
writer's clock is wrong, is ingested once, and so is in exactly one span. Event times only bound the search.
All times here are whole milliseconds since 1970.
"""

from __future__ import annotations

from dataclasses import dataclass

FIRST_LOOK = 3_600_000
"""How far a first scan looks back: what is usual can be told sooner."""

LONGEST = 3_600_000
"""A backlog is read in spans of at most so much."""

FARTHEST = 24 * 3_600_000
"""What is older than that is given up, which is said: an alarm about it would help nobody."""

SETTLE = 15_000
"""CloudWatch shows an event some seconds after it was ingested."""


@dataclass(frozen=True, slots=True)
class Span:
    """Events that were ingested after `after` and not after `upto`, at most `late` ms after they happened."""

    after: int
    upto: int
    late: int
    skipped: int = 0
    """Milliseconds that were given up before it."""

    @property
    def earliest(self) -> int:
        """Before that no event of it can say that it happened."""
        return self.after - self.late

    @property
    def latest(self) -> int:
        """A writer's clock may be ahead by as much as an event may be late."""
        return self.upto + self.late

    def holds(self, ingested: int) -> bool:
        """Whether an event that was ingested at this time is in it."""
        return self.after < ingested <= self.upto


def next_span(until: int | None, now: int, late: int) -> Span | None:
    """The span after the watermark `until` (None: nothing was read yet); None where all is read.

    A clock that went back gives no span, until it has come to where it was. One that is ahead by less than
    `SETTLE` leaves nothing out, since the watermark is kept so far behind it.
    """
    end = now - SETTLE
    start = end - FIRST_LOOK if until is None else max(until, end - FARTHEST)
    if start >= end:
        return None
    skipped = start - until if until is not None else 0
    return Span(after=start, upto=min(end, start + LONGEST), late=late, skipped=skipped)
