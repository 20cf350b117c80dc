"""One log group, watched: what it usually says, and what is unusual about what it says now.

    watch = LogWatch.restore(data) if data else LogWatch()
    found = watch.scan([Batch(events)], start=..., end=...)
    data = watch.state()

Lines become templates, templates are counted in slots of five minutes on the clock, and a slot is judged
once it is complete, first by what is known and only then learnt. So it does not matter how long the
scans are, or whether they come late; what no scan covered counts neither for nor against anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

from chalicelib.prediction import log_state
from chalicelib.prediction.alarm_text import describe, probability_of, severity_of, shorten
from chalicelib.prediction.alarms import Alarms, LogAlarm, OpenAlarm
from chalicelib.prediction.baselines.rate import RECENT_SLOTS
from chalicelib.prediction.baselines.season import SLOT_SECONDS
from chalicelib.prediction.baselines.values import places_of_clocks, read_number
from chalicelib.prediction.detectors import LOG_DETECTORS
from chalicelib.prediction.knowledge import Knowledge
from chalicelib.prediction.moment import ALARMING, GROUP, WARM_UP_SLOTS, Moment, Tally
from chalicelib.prediction.tallies import EXAMPLES, Batch, Tallies, clean_example
from chalicelib.prediction.templates import TemplateMiner

__all__ = ["Batch", "LogAlarm", "LogScan", "LogWatch"]

OPENED, UPDATED, CLEARED = "OPENED", "UPDATED", "CLEARED"
_MOST_TEMPLATES = 10
"""Templates that an alarm names."""
_WRONG_CLOCK_SECONDS = 86_400.0
"""A scan that ends so long before the last one's end shows that that one's clock was wrong."""


@dataclass(frozen=True, slots=True)
class LogScan:
    """What a scan found: alarms that it opened, that are still on, and that have passed."""

    alarms: tuple[LogAlarm, ...]
    lines: int
    events: int
    new_templates: int
    score: float
    """Of the most unusual thing in it, 0..1; from 0.5 it alarms."""


class LogWatch:
    """Everything that is known of one log group. Deterministic: the same scans give the same alarms."""

    def __init__(self) -> None:
        self._miner = TemplateMiner()
        self._knowledge = Knowledge()
        self._alarms = Alarms()
        self._tallies = Tallies()
        self._end: float | None = None
        self._score = 0.0

    @property
    def miner(self) -> TemplateMiner:
        """The templates of this log group."""
        return self._miner

    def state(self) -> bytes:
        """Everything, compressed; `restore` goes on from it as if nothing had been in between."""
        return log_state.encode(self._miner, self._knowledge, self._alarms, self._tallies, self._end)

    @classmethod
    def restore(cls, data: bytes) -> Self:
        """Go on from a saved state. Raises `BrokenStateError`."""
        watch = cls()
        watch._miner, watch._knowledge, watch._alarms, watch._tallies, watch._end = log_state.decode(data)
        return watch

    def scan(self, batches: Iterable[Batch], *, start: float, end: float, teach: bool = True) -> LogScan:
        """Take in all events of [start, end), epoch seconds; judge the slots that are complete by then.

        `teach=False`: something is known to be wrong, and no baseline learns from it (templates still do).
        What was covered before is not counted again; events from before `start` count as coming now.
        """
        before = len(self._miner)
        start = self._begin(start, end)
        lines, events, self._score = self._tallies.lines, 0, 0.0
        span = (start, max(start, end))
        for batch in batches:
            events += self._tallies.count(
                batch, within=span, learn=self._miner.learn, numeric=self._knowledge.watched
            )
        if end > start:
            self._tallies.cover(start, end)
            self._end = end
        self._tidy()
        alarms: list[LogAlarm] = []
        for slot, exposure, tallies in self._tallies.take(int((self._end or end) // SLOT_SECONDS)):
            alarms += self._close(slot, exposure, tallies, teach=teach)
        alarms += self._still_on({one.alarm_id for one in alarms})
        self._tallies.clean()
        new = max(0, len(self._miner) - before)
        return LogScan(tuple(alarms), self._tallies.lines - lines, events, new, self._score)

    def sparkline(self, template_id: str, now: float) -> tuple[float, ...]:
        """Lines per slot over the two hours before `now`, the oldest first; ``*`` is the whole log group."""
        series = self._knowledge.known.get(template_id)
        recent: Mapping[int, float] = series.recent if series else {}
        last = int(now // SLOT_SECONDS)
        return tuple(recent.get(slot, 0.0) for slot in range(last - RECENT_SLOTS, last))

    def is_newcomer(self, template_id: str, now: float) -> bool:
        """Whether a template first came within the two hours before `now`, when the group was known already.

        What came in the slot that is still open is new too: nothing was learnt of it yet.
        """
        known, slot = self._knowledge.known, int(now // SLOT_SECONDS)
        if GROUP not in known:
            return False
        born = known[template_id].born if template_id in known else slot
        return born >= max(known[GROUP].born + WARM_UP_SLOTS, slot - RECENT_SLOTS)

    # -- a scan ---------------------------------------------------------------------------------

    def _begin(self, start: float, end: float) -> float:
        """From where on this scan brings something new."""
        if self._end is None:
            return start
        if end < self._end - _WRONG_CLOCK_SECONDS:
            self._tallies = Tallies()
            return start
        return max(start, self._end)

    def _close(self, slot: int, exposure: float, tallies: dict[str, Tally], *, teach: bool) -> list[LogAlarm]:
        """Judge a slot, then learn it."""
        if not exposure:
            return []
        tallies = self._gather(tallies)
        values = {key: self._read_values(key, tally.texts) for key, tally in tallies.items() if tally.texts}
        alarming = {key for _, key in self._alarms.subjects(slot)}
        moment = self._knowledge.observe(slot, exposure, tallies, values, alarming)
        findings = [finding for detect in LOG_DETECTORS for finding in detect(moment)]
        self._score = max([self._score, *(finding.score for finding in findings)])
        names = {one.key: self._text(one.key) for one in findings if one.score >= ALARMING}
        joined = self._alarms.join(findings, slot, names)
        self._take_examples(moment)
        self._knowledge.learn(moment, self._alarms.subjects(slot), teach=teach)
        for subject in joined.adopted:
            self._knowledge.forget(subject, slot)
        for subject in joined.over:
            self._knowledge.calm(subject)
        at = float((slot + 1) * SLOT_SECONDS)
        told = [self._tell(alarm, OPENED, at) for alarm in joined.opened]
        for alarm in joined.cleared:
            adopted = not alarm.subjects.keys().isdisjoint(joined.adopted)
            told.append(replace(self._tell(alarm, CLEARED, at), adopted=adopted))
        return told

    def _tidy(self) -> None:
        """Follow templates that have merged, and forget those that are no more."""
        knowledge, miner = self._knowledge, self._miner
        templates = [key for key in knowledge.known if key != GROUP]
        knowledge.follow(miner.resolve, templates)
        knowledge.drop([key for key in templates if key not in miner])

    def _gather(self, tallies: dict[str, Tally]) -> dict[str, Tally]:
        """Templates that have become one are counted as one; and everything as the group's own series."""
        gathered: dict[str, Tally] = {}
        total = Tally()
        for key, tally in tallies.items():
            _add(gathered.setdefault(self._miner.resolve(key), Tally(tally.gravity)), tally)
            total.count += tally.count
            total.events += tally.events
        if total.events:
            gathered[GROUP] = total
        return gathered

    def _read_values(self, key: str, texts: Sequence[str]) -> dict[int, list[float]]:
        values: dict[int, list[float]] = {}
        clocks = places_of_clocks(self._text(key))
        for text in texts:
            for place, word in enumerate(self._miner.values(key, text)):
                number = None if place in clocks else read_number(word)
                if number is not None and number >= 0:
                    values.setdefault(place, []).append(number)
        return values

    def _take_examples(self, moment: Moment) -> None:
        for alarm in self._alarms.open:
            for finding in alarm.findings() if len(alarm.examples) < EXAMPLES else ():
                tally = moment.tallies.get(finding.key)
                for text in tally.examples if tally else ():
                    example = clean_example(text)
                    if len(alarm.examples) < EXAMPLES and example not in alarm.examples:
                        alarm.examples.append(example)

    # -- telling --------------------------------------------------------------------------------

    def _still_on(self, told: set[str]) -> list[LogAlarm]:
        at = self._end or 0.0
        return [self._tell(alarm, UPDATED, at) for alarm in self._alarms.open if alarm.alarm_id not in told]

    def _tell(self, alarm: OpenAlarm, status: str, at: float) -> LogAlarm:
        findings = alarm.findings()
        main = findings[0]
        template = self._text(main.key)
        keys = list(dict.fromkeys(one.key for one in findings if one.key in self._knowledge.known))
        return LogAlarm(
            alarm_id=alarm.alarm_id,
            status=status,
            detectors=tuple(sorted({one.detector for one in findings})),
            score=main.score,
            probability=probability_of(main.false_per_day),
            severity=severity_of(main, len(findings)),
            opened_at=float((alarm.opened + 1) * SLOT_SECONDS),
            updated_at=at,
            template_ids=tuple(key for key in keys if key != GROUP)[:_MOST_TEMPLATES],
            template=shorten(template),
            now=main.now,
            usual=main.usual,
            what=describe(main, template, len(findings) - 1),
            examples=tuple(alarm.examples),
            rates=self.sparkline(main.key if main.key in self._knowledge.known else GROUP, at),
        )

    def _text(self, key: str) -> str:
        return self._miner.text(key) if key in self._miner else ""


def _add(total: Tally, tally: Tally) -> None:
    total.count += tally.count
    total.events += tally.events
    total.gravity = max(total.gravity, tally.gravity)
    total.examples = (total.examples + tally.examples)[:EXAMPLES]
    total.texts += tally.texts
