"""How long a scan takes and how large the state is, with few templates and with many."""

from __future__ import annotations

import random
import tracemalloc
from datetime import UTC, datetime, timedelta
from time import process_time
from typing import Any

from bench.log_streams import SLOT, START, make_event
from chalicelib.prediction.events import LogEvent
from chalicelib.prediction.log_watch import Batch, LogWatch

_SLOTS = 300
_LINES_PER_SLOT = 200
_TIMED_LINES = 20_000
_WORDS = (
    "alpha",
    "bravo",
    "carbon",
    "delta",
    "echo",
    "fox",
    "golf",
    "hotel",
    "india",
    "juliet",
    "kilo",
    "lima",
)


def measure_scale(templates: int) -> dict[str, Any]:
    """A log group with so many templates, a day old: one scan of 20,000 lines, and an empty one."""
    dice = random.Random(templates)  # noqa: S311 - a simulation
    texts = _make_texts(templates, dice)
    watch = LogWatch()
    at = float(START)
    for number in range(_SLOTS):
        fresh = [texts[(number * _LINES_PER_SLOT + step) % templates] for step in range(_LINES_PER_SLOT)]
        watch.scan([Batch(_events(fresh, at, dice))], start=at, end=at + SLOT)
        at += SLOT
    lines = list(_events([dice.choice(texts) for _ in range(_TIMED_LINES)], at, dice))
    mining = _time_mining(watch, lines)
    began = process_time()
    watch.scan([Batch(lines)], start=at, end=at + SLOT)
    full = process_time() - began
    began = process_time()
    watch.scan([], start=at + SLOT, end=at + 2 * SLOT)
    empty = process_time() - began
    began = process_time()
    state = watch.state()
    saved = process_time() - began
    tracemalloc.start()
    LogWatch.restore(state)
    memory = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return {
        "templates": templates,
        "scan of 20,000 lines, ms": 1e3 * full,
        "of it mining, ms": 1e3 * mining,
        "empty scan, ms": 1e3 * empty,
        "save, ms": 1e3 * saved,
        "state, KB": len(state) / 1e3,
        "of it templates, KB": len(watch.miner.state()) / 1e3,
        "memory, MB": memory / 1e6,
    }


def _time_mining(watch: LogWatch, lines: list[LogEvent]) -> float:
    learn = type(watch).restore(watch.state()).miner.learn
    for event in lines:
        learn(event.text)
    began = process_time()
    for event in lines:
        learn(event.text)
    return process_time() - began


def _make_texts(templates: int, dice: random.Random) -> list[str]:
    found: dict[str, None] = {}
    while len(found) < templates:
        found[" ".join(dice.choice(_WORDS) for _ in range(dice.randint(5, 9))) + " took {n} ms"] = None
    return list(found)


def _events(texts: list[str], at: float, dice: random.Random) -> list[LogEvent]:
    start = datetime.fromtimestamp(at, UTC)
    step = timedelta(seconds=SLOT / (len(texts) + 1))
    return [
        make_event(start + step * number, "INFO", text.replace("{n}", str(dice.randint(1, 9999))))
        for number, text in enumerate(texts)
    ]
