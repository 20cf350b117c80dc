"""A small log group whose every day is alike but for chance, and ways to put something into it."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache

from chalicelib.prediction.events import LogEvent
from chalicelib.prediction.log_watch import Batch, LogAlarm, LogWatch

SLOT, HOUR, DAY = 300, 3600, 86_400
START = 1_767_571_200
"""Monday 5 January 2026, midnight."""

Spoil = Callable[[float, list[LogEvent]], list[LogEvent]]
"""Changes the events of the slot that begins at a time."""


def event(at: float, text: str, level: str = "INFO") -> LogEvent:
    moment = datetime.fromtimestamp(at, UTC)
    return LogEvent(moment, level, text, f"{moment:%H:%M:%S} {level} {text}", 1)


def usual_events(start: float, end: float, seed: int = 1) -> list[LogEvent]:
    """A heartbeat every five minutes, requests by chance (120 an hour), errors by chance (10 an hour)."""
    events: list[LogEvent] = []
    for slot in range(int(start // SLOT), int(end // SLOT)):
        dice = random.Random(f"{seed}/{slot}")  # noqa: S311 - an example
        at = slot * SLOT
        events.append(event(at + 10, "still alive"))
        for _ in range(dice.choice([7, 8, 9, 10, 11, 12, 13])):
            took = dice.lognormvariate(3, 0.3)
            events.append(
                event(at + dice.random() * SLOT, f"request {dice.randrange(10**6)} took {took:.1f} ms")
            )
        for _ in range(dice.choices([0, 1, 2, 3], [0.43, 0.37, 0.15, 0.05])[0]):
            text = f"payment {dice.randrange(10**6)} was declined"
            events.append(event(at + dice.random() * SLOT, text, "ERROR"))
    return sorted(events, key=lambda one: one.at or datetime.min.replace(tzinfo=UTC))


def run(
    watch: LogWatch,
    start: float,
    end: float,
    spoil: Spoil | None = None,
    *,
    every: int = SLOT,
    teach: bool = True,
) -> list[LogAlarm]:
    """Scan from start to end; every alarm event that is not an update."""
    told: list[LogAlarm] = []
    for at in range(int(start), int(end), every):
        events = usual_events(at, at + every)
        if spoil:
            events = spoil(at, events)
        found = watch.scan([Batch(events)], start=at, end=at + every, teach=teach)
        told += [alarm for alarm in found.alarms if alarm.status != "UPDATED"]
    return told


@cache
def learnt_state(days: int) -> bytes:
    watch = LogWatch()
    run(watch, START, START + days * DAY)
    return watch.state()


def experienced(days: int = 3) -> LogWatch:
    """A watch that has seen so many days, and nothing unusual."""
    return LogWatch.restore(learnt_state(days))


def adding(text: str, times: int, level: str = "INFO") -> Spoil:
    """So many more lines in each slot."""

    def spoil(at: float, events: list[LogEvent]) -> list[LogEvent]:
        more = [
            event(at + 20 + 200 * number / times, text.replace("#", str(number)), level)
            for number in range(times)
        ]
        return [*events, *more]

    return spoil


def without(word: str) -> Spoil:
    """No line that holds a word."""
    return lambda _, events: [one for one in events if word not in one.text]


def words(alarms: Iterable[LogAlarm]) -> list[tuple[str, ...]]:
    return [(alarm.status, *alarm.detectors) for alarm in alarms]


def later(events: Sequence[LogEvent], seconds: float) -> list[LogEvent]:
    return [
        LogEvent(one.at and one.at + timedelta(seconds=seconds), one.level, one.text, one.whole, one.line)
        for one in events
    ]
