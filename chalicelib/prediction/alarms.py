"""Findings over time become alarms: one per problem, with updates, and an all-clear.

What is found within an hour of what came to an alarm last belongs to it, and so does whatever it was
about before, for as long as it is open; a problem that begins later is an alarm of its own. An alarm goes off
at a score of a half, stays on while weaker findings last (hysteresis), and clears when none came for a
while. What has been alarming for a day is how things are now: it is handed back to be learnt anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chalicelib.prediction.baselines.season import SLOT_SECONDS, SLOTS_PER_DAY, SLOTS_PER_HOUR
from chalicelib.prediction.moment import ALARMING, GROUP, Finding

SILENCE = "silence"
QUIET_SLOTS = {"rate_spike": 3, "new_template": 6, SILENCE: 1, "level_shift": 6, "value_shift": 6}
"""After how many slots without a finding a subject is over."""

ADOPTED_AFTER = SLOTS_PER_DAY
MOST_SUBJECTS = 50
_WHOLE_GROUP = 6
"""Templates, from which it is rather the whole group that is unusual."""


@dataclass(frozen=True, slots=True)
class LogAlarm:
    """An alarm as it stands after a scan; times in epoch seconds.

    `now` and `usual` are counts in the window that `what` names (shares of lines for a level, numbers for a
    value). `rates` are lines per slot of five minutes over the last two hours, the oldest first.
    """

    alarm_id: str
    status: str
    """OPENED, UPDATED or CLEARED."""
    detectors: tuple[str, ...]
    score: float
    probability: float
    """That it is a real problem, given how rare it is and how often log groups have one."""
    severity: int
    opened_at: float
    updated_at: float
    template_ids: tuple[str, ...]
    template: str
    now: float
    usual: float
    what: str
    examples: tuple[str, ...]
    rates: tuple[float, ...]
    adopted: bool = False
    """Whether it is cleared only since it is taken as usual."""


@dataclass(slots=True)
class Subject:
    """One thing that an alarm is about: since when, until when, and what was found at its worst."""

    first: int
    last: int
    worst: Finding
    latest: Finding

    def is_on(self, slot: int) -> bool:
        """Whether it was found lately."""
        return slot - self.last < QUIET_SLOTS[self.latest.detector]

    def is_over(self, slot: int) -> bool:
        """Whether it has just ended."""
        return slot - self.last == QUIET_SLOTS[self.latest.detector]

    def take(self, finding: Finding, slot: int) -> None:
        """What is found now."""
        self.last = slot
        self.latest = finding
        if finding.false_per_day <= self.worst.false_per_day:
            self.worst = finding


class OpenAlarm:
    """A problem that is going on."""

    __slots__ = ("alarm_id", "examples", "grown", "opened", "subjects")

    def __init__(self, alarm_id: str, opened: int) -> None:
        self.alarm_id = alarm_id
        self.opened = opened
        self.grown = opened
        self.subjects: dict[tuple[str, str], Subject] = {}
        self.examples: list[str] = []

    def take(self, finding: Finding, slot: int) -> None:
        """Add a finding."""
        subject = self.subjects.get(finding.subject)
        if subject is not None:
            subject.take(finding, slot)
            return
        self.grown = slot
        if len(self.subjects) < MOST_SUBJECTS:
            self.subjects[finding.subject] = Subject(slot, slot, finding, finding)

    def is_on(self, slot: int) -> bool:
        """Whether anything of it still goes on."""
        return any(one.is_on(slot) for one in self.subjects.values())

    def findings(self) -> list[Finding]:
        """All that it is about, at its worst, what tells most first.

        That everything is silent tells more than what is; of a flood, the templates in it tell more.
        """
        found = sorted((one.worst for one in self.subjects.values()), key=_by_weight)
        whole = [one for one in found if one.key == GROUP]
        parts = [one for one in found if one.key != GROUP and one.score >= ALARMING]
        if any(one.detector == SILENCE for one in whole):
            first = next(one for one in whole if one.detector == SILENCE)
        elif found[0].key == GROUP and 0 < len(parts) < _WHOLE_GROUP:
            first = parts[0]
        else:
            return found
        return [first, *(one for one in found if one is not first)]


@dataclass(frozen=True, slots=True)
class Joined:
    """What a slot did to the alarms: opened, cleared; subjects that have become usual, and that are over."""

    opened: list[OpenAlarm]
    cleared: list[OpenAlarm]
    adopted: list[tuple[str, str]]
    over: list[tuple[str, str]]


class Alarms:
    """The open alarms of one log group."""

    __slots__ = ("open",)

    def __init__(self) -> None:
        self.open: list[OpenAlarm] = []

    def join(self, findings: Iterable[Finding], slot: int, names: Mapping[str, str]) -> Joined:
        """Add a slot's findings.

        `names` are templates by key, from which an alarm's id is made: the same problem at the same time has
        the same id wherever it is found.
        """
        opened: list[OpenAlarm] = []
        for finding in sorted(findings, key=_by_weight):
            alarm = self._alarm_of(finding, slot)
            if alarm is None and finding.score >= ALARMING:
                alarm = OpenAlarm(_make_id(finding, slot, names.get(finding.key, "")), slot)
                self.open.append(alarm)
                opened.append(alarm)
            if alarm is not None:
                alarm.take(finding, slot)
        adopted = self._adopt(slot)
        over = [
            subject for alarm in self.open for subject, one in alarm.subjects.items() if one.is_over(slot)
        ]
        cleared = [alarm for alarm in self.open if not alarm.is_on(slot)]
        self.open = [alarm for alarm in self.open if alarm.is_on(slot)]
        return Joined(opened, cleared, adopted, over)

    def subjects(self, slot: int) -> set[tuple[str, str]]:
        """All that goes on in this slot."""
        return {subject for alarm in self.open for subject, one in alarm.subjects.items() if one.is_on(slot)}

    def _alarm_of(self, finding: Finding, slot: int) -> OpenAlarm | None:
        for alarm in self.open:
            if finding.subject in alarm.subjects:
                return alarm
        if finding.score < ALARMING:
            return None
        recent = [alarm for alarm in self.open if slot - alarm.grown < SLOTS_PER_HOUR]
        return recent[-1] if recent else None

    def _adopt(self, slot: int) -> list[tuple[str, str]]:
        adopted = []
        for alarm in self.open:
            for subject, one in list(alarm.subjects.items()):
                if slot - one.first >= ADOPTED_AFTER:
                    adopted.append(subject)
                    one.first, one.last = slot, slot - max(QUIET_SLOTS.values())
        return adopted

    # -- state ----------------------------------------------------------------------------------

    def dump(self) -> list[Any]:
        """As JSON."""
        return [
            [alarm.alarm_id, alarm.opened, alarm.grown, alarm.examples, _dump_subjects(alarm)]
            for alarm in self.open
        ]

    def load(self, dumped: Sequence[Any]) -> None:
        """What `dump` gave."""
        for alarm_id, opened, grown, examples, subjects in dumped:
            alarm = OpenAlarm(alarm_id, opened)
            alarm.grown, alarm.examples = grown, list(examples)
            for first, last, worst, latest in subjects:
                one = Subject(first, last, Finding(*worst), Finding(*latest))
                alarm.subjects[one.worst.subject] = one
            self.open.append(alarm)


def _dump_subjects(alarm: OpenAlarm) -> list[Any]:
    return [
        [one.first, one.last, _as_list(one.worst), _as_list(one.latest)] for one in alarm.subjects.values()
    ]


def _as_list(finding: Finding) -> list[Any]:
    return [getattr(finding, name) for name in Finding.__slots__]


def _by_weight(finding: Finding) -> tuple[float, str, str]:
    return finding.false_per_day / (1 + 3 * finding.gravity), finding.detector, finding.key


def _make_id(finding: Finding, slot: int, name: str) -> str:
    text = f"{finding.detector}|{slot * SLOT_SECONDS}|{name or finding.key}"
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]
