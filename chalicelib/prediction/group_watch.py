"""One log group in the AWS scan: its alarms, and its percentages that head for a hundred, as sightings."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Self

from chalicelib.errors import BrokenStateError
from chalicelib.incidents.alert import Sight
from chalicelib.prediction.events import LogEvent
from chalicelib.prediction.foretold import parts_of_sight
from chalicelib.prediction.log_limits import FULL, Heading, LogLimits
from chalicelib.prediction.log_sightings import sighting_of
from chalicelib.prediction.log_watch import Batch, LogWatch
from chalicelib.prediction.quantities import say_minutes
from chalicelib.prediction.sightings import Phase, Sighting
from chalicelib.prediction.templates import Template
from chalicelib.redaction import clean_text

_LENGTH = 4
"""Bytes that say how long the first part of a state is."""
_SEVERITY = 7
_LONGEST_LINE = 300


@dataclass(frozen=True, slots=True)
class GroupScan:
    """What one scan of a log group found."""

    sightings: list[Sighting]
    new_templates: int


class GroupWatch:
    """Everything that is known of one log group."""

    def __init__(self, watch: LogWatch | None = None, limits: LogLimits | None = None) -> None:
        self._watch = watch or LogWatch()
        self._limits = limits or LogLimits()

    def templates(self) -> Iterator[Template]:
        """What the lines of the group have in common."""
        return self._watch.miner.templates()

    def sparkline(self, template_id: str, now: float) -> tuple[float, ...]:
        """Lines per slot over the two hours before `now`, the oldest first; ``*`` is the whole log group."""
        return self._watch.sparkline(template_id, now)

    def is_new(self, template_id: str, now: float) -> bool:
        """Whether a template first came within two hours before `now`, when the group was known already."""
        return self._watch.is_newcomer(template_id, now)

    def state(self) -> bytes:
        """Everything, compressed."""
        limits = zlib.compress(json.dumps(self._limits.state(), separators=(",", ":")).encode())
        return len(limits).to_bytes(_LENGTH, "big") + limits + self._watch.state()

    @classmethod
    def restore(cls, data: bytes) -> Self:
        """Go on from a state. Raises `BrokenStateError`."""
        end = _LENGTH + int.from_bytes(data[:_LENGTH], "big")
        try:
            limits = LogLimits.restore(json.loads(zlib.decompress(data[_LENGTH:end])))
        except (ValueError, LookupError, TypeError, AttributeError, zlib.error) as error:
            raise BrokenStateError(f"the percentages of the log group cannot be read: {error!r}") from error
        return cls(LogWatch.restore(data[end:]), limits)

    def scan(self, batches: Iterable[Batch], *, start: float, end: float, teach: bool = True) -> GroupScan:
        """Take in everything that was read of [start, end), epoch seconds."""
        read = [Batch(self._listen(batch.events), batch.weight) for batch in batches]
        found = self._watch.scan(read, start=start, end=end, teach=teach)
        alarms = [sighting_of(alarm) for alarm in found.alarms]
        headings = [_sighting(heading) for heading in self._limits.step(end)]
        return GroupScan([*alarms, *headings], found.new_templates)

    def _listen(self, events: Iterable[LogEvent]) -> Iterator[LogEvent]:
        for event in events:
            self._limits.read(event.text)
            yield event


def _sighting(heading: Heading) -> Sighting:
    began = heading.is_news and heading.warned
    phase = Phase.OPENED if began else Phase.UPDATED if heading.warned else Phase.CLEARED
    return Sighting(
        key=f"percent:{heading.key}",
        opened_at=heading.began_at,
        phase=phase,
        sight=_sight(heading),
        failed_at=heading.forecast.at if heading.value >= FULL else None,
    )


def _sight(heading: Heading) -> Sight:
    forecast, line = heading.forecast, clean_text(heading.text, _LONGEST_LINE)
    expected = forecast.expected_at
    when = "" if expected is None else f" in about {say_minutes((expected - forecast.at) / 60)}"
    return Sight(
        what=f"'{line}' is at {heading.value:g} % and may be full{when}",
        detectors=("forecast",),
        severity=_SEVERITY,
        now=heading.value,
        usual=FULL,
        examples=(line,),
        **parts_of_sight(forecast),
    )
