"""Time that only goes forward, from time stamps that do not always."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from chalicelib.prediction.events import LogEvent

BELIEVED = 20
"""So many events running that say so, and a leap forwards or a step backwards is true."""
LEAP_SECONDS = 86_400.0
STEP_SECONDS = 600.0


class Pacer:
    """Gives each event a time that is not much before that of the one before it.

    A few events that are late or out of order keep what they say. When everything is late from some point
    on, the clock was set back (or another file follows): time goes on from there, and `offset` is how far
    what is said is behind. A single time stamp far in the future is not believed.
    """

    def __init__(self) -> None:
        self.now: float | None = None
        self.offset = 0.0
        self.untimed = 0
        self.disbelieved = 0

    def pace(self, events: Iterable[LogEvent]) -> Iterator[tuple[float, LogEvent]]:
        """Events with their times, epoch seconds. What comes before the first time stamp is left out."""
        stream = iter(events)
        waiting: list[LogEvent] = []
        while True:
            waiting.extend(islice(stream, BELIEVED - len(waiting)))
            if not waiting:
                return
            event = waiting.pop(0)
            at = self._time_of(event, waiting)
            if at is not None:
                yield at, event

    def _time_of(self, event: LogEvent, following: list[LogEvent]) -> float | None:
        if event.at is None:
            self.untimed += bool(event.text.strip())
            return self.now
        at = event.at.timestamp() + self.offset
        if self.now is None:
            self.now = self._first(at, following)
            return self.now
        if at < self.now - STEP_SECONDS:
            self._step_back(at, following)
            return self.now
        if at > self.now + LEAP_SECONDS and not self._agree(following, above=self.now + LEAP_SECONDS):
            self.disbelieved += 1
            return self.now
        self.now = max(self.now, at)
        return at

    def _first(self, at: float, following: list[LogEvent]) -> float:
        """Where time begins: not at a stamp that is far from all that follow it."""
        others = sorted(one.at.timestamp() for one in following if one.at)
        middle = others[len(others) // 2] if others else at
        return at if abs(at - middle) < LEAP_SECONDS else others[0]

    def _step_back(self, at: float, following: list[LogEvent]) -> None:
        if self.now is not None and not self._agree(following, above=self.now - STEP_SECONDS, any_of=True):
            self.offset += self.now - at
        else:
            self.disbelieved += 1

    def _agree(self, following: list[LogEvent], *, above: float, any_of: bool = False) -> bool:
        """Whether the events that follow are above a time too: any of them, or most."""
        timed = [one.at.timestamp() + self.offset > above for one in following if one.at]
        if any_of:
            return any(timed) or len(following) < BELIEVED - 1
        return sum(timed) * 2 > len(timed) or not timed
