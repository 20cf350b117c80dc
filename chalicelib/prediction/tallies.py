"""Events counted by slot and template, until a slot is complete."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any

from chalicelib.prediction.baselines.season import SLOT_SECONDS
from chalicelib.prediction.baselines.values import SAMPLED
from chalicelib.prediction.events import LogEvent
from chalicelib.prediction.moment import Tally
from chalicelib.prediction.trouble import gravity_of
from chalicelib.redaction import clean_text, redact

EXAMPLES = 3
_LONGEST_EXAMPLE = 300
_LONGEST_KEPT = 1000
_LONGEST_TEXT = 2048
_MOST_WAITING = 500_000
"""Characters of lines that wait for their slot to end. A whole state must fit into a write of 4 MB, whatever
somebody logs."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Events that were read together, each standing for `weight` (1 where all were read)."""

    events: Iterable[LogEvent]
    weight: float = 1.0


class Tallies:
    """What came by slot, and how much of each slot was covered (0..1)."""

    __slots__ = ("by_slot", "covered", "lines")

    def __init__(self) -> None:
        self.by_slot: dict[int, dict[str, Tally]] = {}
        self.covered: dict[int, float] = {}
        self.lines = 0

    def cover(self, start: float, end: float) -> None:
        """Note that everything from start to end (epoch seconds) was read."""
        slot = int(start // SLOT_SECONDS)
        while slot * SLOT_SECONDS < end:
            seconds = min(end, (slot + 1) * SLOT_SECONDS) - max(start, slot * SLOT_SECONDS)
            self.covered[slot] = min(1.0, self.covered.get(slot, 0.0) + seconds / SLOT_SECONDS)
            slot += 1

    def count(
        self,
        batch: Batch,
        *,
        within: tuple[float, float],
        learn: Callable[[str], str],
        numeric: Collection[str],
    ) -> int:
        """Count a batch's events; return how many there were.

        An event without a time has that of the one before it; one from outside of what is covered (a late
        one) counts at its nearest end. `numeric` are templates whose texts are kept for their numbers.
        """
        first, last = (int(within[0] // SLOT_SECONDS), int(max(within[0], within[1] - 1e-6) // SLOT_SECONDS))
        weight = batch.weight
        slot, events, lines = first, 0, 0
        tallies = self.by_slot.setdefault(slot, {})
        for event in batch.events:
            events += 1
            lines += event.lines
            if event.at is not None:
                at = int(event.at.timestamp() // SLOT_SECONDS)
                if at != slot:
                    slot = min(last, max(first, at))
                    tallies = self.by_slot.setdefault(slot, {})
            key = learn(event.text)
            tally = tallies.get(key)
            if tally is None:
                tally = tallies[key] = Tally(gravity_of(event.level, event.text))
            tally.count += weight
            tally.events += 1
            if tally.events <= SAMPLED:
                _sample(tally, event, key in numeric)
        self.lines += lines
        return events

    def take(self, before: int) -> list[tuple[int, float, dict[str, Tally]]]:
        """Remove and return the slots before this one, in order: slot, exposure, tallies."""
        slots = sorted(slot for slot in {*self.by_slot, *self.covered} if slot < before)
        return [(slot, self.covered.pop(slot, 0.0), self.by_slot.pop(slot, {})) for slot in slots]

    def clean(self) -> None:
        """Redact what waits, and keep so much of it, of the gravest first: it is about to be saved."""
        room = _MOST_WAITING
        waiting = [tally for tallies in self.by_slot.values() for tally in tallies.values()]
        for tally in sorted(waiting, key=lambda one: -one.gravity):
            tally.examples = [clean_text(text, _LONGEST_EXAMPLE) for text in tally.examples if room > 0]
            tally.texts = [redact(text) for text in tally.texts if room > 0]
            room -= sum(map(len, (*tally.examples, *tally.texts)))

    def dump(self) -> Any:
        """As JSON."""
        return [
            [slot, [[key, *(getattr(tally, name) for name in Tally.__slots__)] for key, tally in one.items()]]
            for slot, one in self.by_slot.items()
        ], list(self.covered.items())

    def load(self, dumped: Any) -> None:
        """What `dump` gave."""
        for slot, rows in dumped[0]:
            self.by_slot[slot] = {key: _load_tally(values) for key, *values in rows}
        self.covered = dict(dumped[1])


def clean_example(text: str) -> str:
    """An example line as people may see it: redacted, inert, short."""
    return clean_text(text, _LONGEST_EXAMPLE)


def _sample(tally: Tally, event: LogEvent, numeric: bool) -> None:
    if len(tally.examples) < EXAMPLES:
        tally.examples.append(event.whole[:_LONGEST_KEPT])
    if numeric and len(event.text) <= _LONGEST_TEXT:
        tally.texts.append(event.text)


def _load_tally(values: list[Any]) -> Tally:
    tally = Tally()
    for name, value in zip(Tally.__slots__, values, strict=True):
        setattr(tally, name, value)
    return tally
