"""Log streams whose every line, and every problem, is known: real or made-up lines, with realistic arrivals.

A stream has two dozen templates. Each comes in its own way: by chance with the day and the week (nights and
weekends are quieter), by chance without them, in bursts, or as a heartbeat; from several times a minute to
once in some days. The same seed gives the same stream.
"""

from __future__ import annotations

import csv
import math
import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from chalicelib.prediction.events import LogEvent

SLOT, HOUR, DAY = 300, 3600, 86_400
START = 1_767_571_200
"""Monday 5 January 2026, midnight."""

_RATES = (200.0, 60.0, 40.0, 25.0, 15.0, 10.0, 6.0, 4.0, 2.0, 1.0, 0.5, 0.2, 0.1, 0.05, 0.02)
_WAYS = ("season", "season", "season", "flat", "bursts", "season", "heartbeat")
_TEMPLATES = 24
_BURST = 5.0

MADE_UP: tuple[tuple[str, str], ...] = (
    ("INFO", "GET /orders/{n} 200 took {ms} ms"), ("INFO", "POST /orders 201 took {ms} ms"),
    ("INFO", "session {n} opened for user u{n}"), ("INFO", "session {n} closed"),
    ("INFO", "cache hit ratio {pct}% over {n} keys"), ("INFO", "queue length {small} in worker {small}"),
    ("INFO", "wrote batch {n} of {small} rows in {ms} ms"), ("INFO", "health check ok"),
    ("WARN", "slow query {n} took {ms} ms"), ("WARN", "retry {small} of request {n}"),
    ("ERROR", "payment {n} declined by gateway"), ("ERROR", "upstream answered 502 for request {n}"),
    ("INFO", "reloaded configuration version {n}"), ("INFO", "gc pause {ms} ms"),
    ("DEBUG", "lease {n} renewed"),
    ("INFO", "mail {n} queued for delivery"), ("WARN", "token of user u{n} is about to expire"),
    ("INFO", "archived {n} rows"), ("ERROR", "could not parse message {n}"),
    ("INFO", "partition {small} moved"),
    ("INFO", "scheduler started job {n}"), ("INFO", "scheduler finished job {n} after {ms} ms"),
    ("WARN", "disk at {pct}%"), ("INFO", "replica {small} caught up"), ("INFO", "index {n} rebuilt"),
)  # fmt: skip


@dataclass(frozen=True)
class Source:
    """One template of a stream: what its lines say, how many come per hour, and in which way."""

    name: str
    level: str
    texts: tuple[str, ...]
    per_hour: float
    way: str


@dataclass(frozen=True)
class Change:
    """A problem put in: for `seconds` from `start`, a source's rate is multiplied, or its numbers are."""

    source: str
    start: float
    seconds: float
    rate: float = 1.0
    numbers: float = 1.0
    per_hour: float = 0.0
    """So many more per hour, whatever the rate was."""

    def at(self, moment: float) -> bool:
        """Whether it is on."""
        return self.start <= moment < self.start + self.seconds


@dataclass
class Stream:
    """Sources with one clock and one source of chance."""

    name: str
    sources: Sequence[Source]
    seed: int

    def events(self, start: float, end: float, changes: Sequence[Change] = ()) -> Iterator[LogEvent]:
        """All events of [start, end), slot by slot; the same slot has the same events whenever asked."""
        slot = int(start // SLOT)
        while slot * SLOT < end:
            yield from self._slot(slot, changes)
            slot += 1

    def _slot(self, slot: int, changes: Sequence[Change]) -> list[LogEvent]:
        events: list[LogEvent] = []
        for number, source in enumerate(self.sources):
            on = [one for one in changes if one.source == source.name and one.at(slot * SLOT)]
            dice = random.Random(f"{self.seed}/{number}/{slot}/{bool(on)}")  # noqa: S311 - a simulation
            rate = math.prod(one.rate for one in on)
            numbers = math.prod(one.numbers for one in on)
            more = sum(one.per_hour for one in on)
            for at in _arrivals(replace(source, per_hour=source.per_hour * rate + more), slot, dice):
                text = _fill(dice.choice(source.texts), dice, numbers)
                stamp = datetime.fromtimestamp(at, UTC)
                events.append(make_event(stamp, source.level, text))
        events.sort(key=lambda one: one.at or datetime.min.replace(tzinfo=UTC))
        return events


def make_event(at: datetime, level: str, text: str) -> LogEvent:
    """An event as it is read from a log."""
    return LogEvent(at, level, text, f"{at:%Y-%m-%d %H:%M:%S} {level} {text}", 1)


def season(at: float) -> float:
    """The share of an average hour's traffic: a third at night, 1.6 times by day, half of it at weekends."""
    day = 1 + 0.65 * math.sin(2 * math.pi * (at / DAY - 0.3))
    weekend = datetime.fromtimestamp(at, UTC).weekday() >= 5  # noqa: PLR2004 - Saturday, Sunday
    return day * (0.55 if weekend else 1.15)


def _arrivals(source: Source, slot: int, dice: random.Random) -> list[float]:
    start = slot * SLOT
    per_slot = source.per_hour / 12
    if source.way == "heartbeat":
        return _beats(source.per_hour, start, dice)
    if source.way == "season":
        per_slot *= season(start)
    if source.way == "bursts":
        bursts = _poisson(per_slot / _BURST, dice)
        sizes = [1 + int(math.log(1 - dice.random()) / math.log(1 - 1 / _BURST)) for _ in range(bursts)]
        return [start + dice.random() * SLOT for size in sizes for _ in range(size)]
    return [start + dice.random() * SLOT for _ in range(_poisson(per_slot, dice))]


def _beats(per_hour: float, start: float, dice: random.Random) -> list[float]:
    if per_hour <= 0:
        return []
    every = HOUR / per_hour
    first = math.ceil(start / every)
    beats = [number * every for number in range(first, math.ceil((start + SLOT) / every))]
    return [min(start + SLOT - 1, beat + dice.random() * min(20.0, every / 4)) for beat in beats]


def _poisson(mean: float, dice: random.Random) -> int:
    if mean > 50:  # noqa: PLR2004 - near enough to normal
        return max(0, round(dice.gauss(mean, math.sqrt(mean))))
    limit, product, count = math.exp(-mean), dice.random(), 0
    while product > limit:
        product *= dice.random()
        count += 1
    return count


def _fill(text: str, dice: random.Random, numbers: float) -> str:
    if "{" not in text:
        return text
    return (
        text.replace("{ms}", f"{dice.lognormvariate(3.4, 0.5) * numbers:.1f}")
        .replace("{pct}", str(min(100, dice.randint(40, 60))))
        .replace("{small}", str(max(0, round(dice.randint(1, 16) * numbers))))
        .replace("{n}", str(dice.randint(1000, 99999)))
    )


def make_streams(folder: Path | None, seed: int) -> list[Stream]:
    """One stream per ``*.log_structured.csv`` in the folder and below, or eight of made-up lines."""
    if folder is None:
        found: Mapping[str, list[tuple[str, tuple[str, ...]]]] = {
            f"made up {number}": [(level, (text,)) for level, text in MADE_UP] for number in range(8)
        }
    else:
        found = {
            path.name.partition("_")[0]: _read_templates(path)
            for path in sorted(folder.rglob("*.log_structured.csv"))
        }
    return [
        Stream(name, _spread_rates(templates, random.Random(f"{seed}/{name}")), seed + number)  # noqa: S311
        for number, (name, templates) in enumerate(found.items())
    ]


def _read_templates(path: Path) -> list[tuple[str, tuple[str, ...]]]:
    texts: dict[str, dict[str, None]] = defaultdict(dict)
    levels: dict[str, str] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            texts[row["EventId"]][row["Content"]] = None
            levels[row["EventId"]] = row.get("Level", "") or ""
    frequent = sorted(texts, key=lambda name: -len(texts[name]))[:_TEMPLATES]
    return [(levels[name], tuple(texts[name])[:200]) for name in frequent]


def _spread_rates(templates: list[tuple[str, tuple[str, ...]]], dice: random.Random) -> list[Source]:
    """Each template has a rate and a way; one comes ten times an hour by chance, and is called "probe"."""
    order = list(templates)
    dice.shuffle(order)
    sources = [
        Source(f"t{number}", level, texts, _RATES[number % len(_RATES)], _WAYS[number % len(_WAYS)])
        for number, (level, texts) in enumerate(order[:_TEMPLATES])
    ]
    probe = dice.randrange(len(sources))
    chosen = sources[probe]
    sources[probe] = Source("probe", chosen.level, chosen.texts, 10.0, "flat")
    return sources
