"""From logs to alarms: problems put into streams at known places; what is found, how soon, how often wrongly.

    python -m bench.log_alarms [LOGDIR] [--days 28] [--trials 40] [--json]

LOGDIR holds ``*.log_structured.csv`` files, whose lines and levels are used; without it lines are made up.
Every stream is watched for two weeks from nothing; what alarms in the days after that is a false alarm. Each
trial goes on from a saved state at some hour of the day, with one problem put in.
"""

from __future__ import annotations

import argparse
import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

from bench.log_bound import best_recall
from bench.log_scale import measure_scale
from bench.log_streams import DAY, HOUR, SLOT, START, Change, Source, Stream, make_streams
from bench.report import make_table, show, surroundings
from chalicelib.prediction.log_watch import Batch, LogAlarm, LogWatch

LEARNING_DAYS = 14
_HOURS_KEPT = (2, 8, 13, 20)
_AFTERWARDS = 1.0 * HOUR
"""An alarm within an hour after the end of a problem still counts: it is on record then."""


@dataclass(frozen=True)
class Kind:
    """A kind of problem: which source, what happens to it, for how long."""

    name: str
    source: str
    hours: float
    rate: float = 1.0
    numbers: float = 1.0
    per_hour: float = 0.0
    level: str = ""
    harmless: bool = False
    """Whether silence is the right answer."""


KINDS = (
    Kind("10 an hour, by chance, x3, 30 min", "probe", 0.5, rate=3),
    Kind("10 an hour, by chance, x3, 1 h", "probe", 1, rate=3),
    Kind("10 an hour, by chance, x3, 2 h", "probe", 2, rate=3),
    Kind("10 an hour, by chance, x3, 3 h", "probe", 3, rate=3),
    Kind("10 an hour, by chance, x10, 30 min", "probe", 0.5, rate=10),
    Kind("10 an hour, by chance, x10, 1 h", "probe", 1, rate=10),
    Kind("10 an hour, regularly, x3, 1 h", "regular", 1, rate=3),
    Kind("100 an hour, by chance, x3, 30 min", "frequent", 0.5, rate=3),
    Kind("1 an hour, by chance, x10, 2 h", "rare", 2, rate=10),
    Kind("1 an hour, by chance, x30, 1 h", "rare", 1, rate=30),
    Kind("new, ERROR, 6 an hour, 1 h", "new", 1, per_hour=6, level="ERROR"),
    Kind("new, ERROR, 60 an hour, 1 h", "new", 1, per_hour=60, level="ERROR"),
    Kind("new, FATAL, 3 an hour, 1 h", "new", 1, per_hour=3, level="FATAL"),
    Kind("new, INFO, 60 an hour, 1 h", "new", 1, per_hour=60, level="INFO", harmless=True),
    Kind("silence, every 5 min, 1 h", "heartbeat", 1, rate=0),
    Kind("silence, 100 an hour, 1 h", "frequent", 1, rate=0),
    Kind("silence, 10 an hour, by chance, 3 h", "steady", 3, rate=0),
    Kind("silence, whole log, 30 min", "*", 0.5, rate=0),
    Kind("restart: whole log away, 10 min", "*", 1 / 6, rate=0, harmless=True),
    Kind("numbers x1.3, 2 h", "latency", 2, numbers=1.3),
    Kind("numbers x2, 1 h", "latency", 1, numbers=2),
    Kind("numbers x5, 1 h", "latency", 1, numbers=5),
    Kind("errors x2, 3 h", "ERROR", 3, rate=2),
    Kind("errors x5, 1 h", "ERROR", 1, rate=5),
)

PROBES = (
    Source("regular", "INFO", ("lease of shard {small} renewed",), 10.0, "heartbeat"),
    Source("heartbeat", "INFO", ("still alive",), 12.0, "heartbeat"),
    Source("frequent", "INFO", ("page {n} served",), 100.0, "flat"),
    Source("steady", "INFO", ("handed over parcel {n}",), 10.0, "flat"),
    Source("rare", "INFO", ("cleaned up after worker {n}",), 1.0, "flat"),
    Source("latency", "INFO", ("query answered in {ms} ms",), 30.0, "season"),
    Source("error a", "ERROR", ("request {n} was not answered",), 8.0, "season"),
    Source("error b", "ERROR", ("message {n} given up",), 4.0, "flat"),
)
"""Sources that every stream has besides its own, to put problems into."""


def run(folder: Path | None, days: int, trials: int, seed: int) -> dict[str, Any]:
    """Everything that is measured, as one document."""
    streams = [with_probes(stream) for stream in make_streams(folder, seed)]
    quiet = [watch_quietly(stream, days) for stream in streams]
    kinds = []
    for kind in KINDS:
        dice = random.Random(f"{seed}/{kind.name}")  # noqa: S311 - a simulation
        delays = [try_once(kind, dice.choice(quiet), dice) for _ in range(trials)]
        kinds.append(summarise(kind, delays))
    false = [alarm for one in quiet for alarm in one.false]
    watched = days * len(streams)
    return {
        "surroundings": surroundings(),
        "lines": "of the folder" if folder else "made up",
        "log_group_days": watched,
        "false_alarms": len(false),
        "false_alarms_per_50_days": 50 * len(false) / watched,
        "false_alarms_at_most_per_50_days": 50 * upper_bound(len(false)) / watched,
        "false_alarms_by_detector": count_by([alarm.detectors[0] for alarm in false]),
        "false_alarms_said": [alarm.what for alarm in false],
        "kinds": kinds,
        "bound": [
            {"hours": hours, "series": series, "recall": best_recall(10.0, 3.0, hours, series)}
            for hours in (0.5, 1.0, 2.0, 3.0)
            for series in (1, 10)
        ],
        "scale": [measure_scale(templates) for templates in (10, 1_000, 10_000)],
    }


@dataclass
class Quiet:
    """A stream that was watched without any problem: states kept on the way, and what alarmed."""

    stream: Stream
    states: list[tuple[float, bytes]]
    false: list[LogAlarm]


def with_probes(stream: Stream) -> Stream:
    """The stream with the sources that problems are put into."""
    return replace(stream, sources=(*stream.sources, *PROBES))


def watch_quietly(stream: Stream, days: int) -> Quiet:
    """Learn for two weeks, then count what alarms; states are kept at four hours of three days."""
    watch, quiet = LogWatch(), Quiet(stream, [], [])
    learnt = START + LEARNING_DAYS * DAY
    for start in range(START, learnt + days * DAY, SLOT):
        if learnt <= start < learnt + 3 * DAY and start % HOUR == 0 and start % DAY // HOUR in _HOURS_KEPT:
            quiet.states.append((float(start), watch.state()))
        found = watch.scan([Batch(stream.events(start, start + SLOT))], start=start, end=start + SLOT)
        if start >= learnt:
            quiet.false.extend(alarm for alarm in found.alarms if alarm.status == "OPENED")
    return quiet


def try_once(kind: Kind, quiet: Quiet, dice: random.Random) -> float | None:
    """Minutes from the beginning of a problem to its alarm; None where there was none."""
    at, state = dice.choice(quiet.states)
    start = at + SLOT * dice.randrange(12)
    stream, changes = put_in(kind, quiet.stream, start, dice)
    watch = LogWatch.restore(state)
    already = {alarm.alarm_id for alarm in scan_slots(watch, stream, at, start, changes)}
    end = start + kind.hours * HOUR + (0 if kind.harmless else _AFTERWARDS)
    for alarm in scan_slots(watch, stream, start, end, changes):
        if alarm.alarm_id not in already:
            return (alarm.updated_at - start) / 60
    return None


def put_in(kind: Kind, stream: Stream, start: float, dice: random.Random) -> tuple[Stream, list[Change]]:
    """The stream of a trial, whose chances are its own, and the problem in it."""
    sources = list(stream.sources)
    if kind.source == "new":
        text = f"sudden {dice.choice(['collapse', 'loss', 'lack'])} of channel {{n}}"
        sources.append(Source("new", kind.level, (text,), 0.0, "flat"))
    names = {
        "*": [one.name for one in sources],
        "ERROR": [one.name for one in sources if one.level == "ERROR"],
    }.get(kind.source, [kind.source])
    seconds = kind.hours * HOUR
    changes = [Change(name, start, seconds, kind.rate, kind.numbers, kind.per_hour) for name in names]
    return replace(stream, sources=sources, seed=dice.randrange(1 << 30)), changes


def scan_slots(
    watch: LogWatch, stream: Stream, start: float, end: float, changes: Sequence[Change]
) -> Iterator[LogAlarm]:
    """Alarms that open from start to end, scan by scan."""
    for at in range(int(start), int(end), SLOT):
        found = watch.scan([Batch(stream.events(at, at + SLOT, changes))], start=at, end=at + SLOT)
        yield from (alarm for alarm in found.alarms if alarm.status == "OPENED")


def summarise(kind: Kind, delays: Sequence[float | None]) -> dict[str, Any]:
    """Recall, and the delays of what was found."""
    found = sorted(delay for delay in delays if delay is not None)
    return {
        "kind": kind.name,
        "wanted": not kind.harmless,
        "trials": len(delays),
        "alarmed": len(found) / len(delays),
        "median_delay_minutes": median(found) if found else None,
        "p90_delay_minutes": found[int(0.9 * (len(found) - 1))] if found else None,
    }


def upper_bound(count: int) -> float:
    """The 95 % upper confidence bound of a Poisson mean, of which so many came (Wilson and Hilferty)."""
    degrees = count + 1
    return degrees * (1 - 1 / (9 * degrees) + 1.645 / (3 * math.sqrt(degrees))) ** 3


def count_by(names: Sequence[str]) -> dict[str, int]:
    """How often each came."""
    return {name: names.count(name) for name in sorted(set(names))}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--days", type=int, default=28)
    parser.add_argument("--trials", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    document = run(given.folder, given.days, given.trials, given.seed)
    show(document, tables(document), as_json=given.json)


def tables(document: dict[str, Any]) -> list[Any]:
    """For people."""
    kinds = [
        (
            one["kind"],
            "" if one["wanted"] else "none wanted",
            one["alarmed"],
            _minutes(one["median_delay_minutes"]),
            _minutes(one["p90_delay_minutes"]),
        )
        for one in document["kinds"]
    ]
    bound = [(f"{one['hours']:g} h, {one['series']} series", one["recall"]) for one in document["bound"]]
    scale = [tuple(one.values()) for one in document["scale"]]
    return [
        make_table("Problems put in", ("kind", "", "alarmed", "median minutes", "90 %"), kinds),
        (
            f"{document['false_alarms']} false alarms in {document['log_group_days']} log-group days: "
            f"{document['false_alarms_per_50_days']:.2f} per 50 (95 %: at most "
            f"{document['false_alarms_at_most_per_50_days']:.2f}) {document['false_alarms_by_detector']}"
        ),
        make_table(
            "The most that any test can find of x3 at 10 an hour, wrong once in 50 days",
            ("", "recall"),
            bound,
        ),
        make_table("With so many templates", tuple(document["scale"][0]), scale),
    ]


def _minutes(value: float | None) -> str:
    return "" if value is None else f"{value:.0f}"


if __name__ == "__main__":
    main()
