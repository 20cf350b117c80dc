"""What a scan costs: ``python -m bench.scans [--lines N] [--json]``.

New lines of one log group on embedded AWS, scanned by a worker in a process of its own, so that memory is
the worker's alone: a quiet scan of a small group, and one of a million lines, with 10 and with 10,000 known
templates. Seconds hold embedded AWS's own work too; CPU and memory are the worker's. Units of DynamoDB are
by the size of what is sent and answered.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import string
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from bench.report import make_table, show, surroundings
from chalicelib.incidents.alert import AlertSource, Subject
from chalicelib.prediction.requests import LogScan
from mainstay.world import World

KNOWN = (10, 10_000)
SMALL = 2_000
_READING = frozenset({"FilterLogEvents", "StartQuery", "GetQueryResults"})
_LATER = 60.0
"""Seconds after the lines were written: by then CloudWatch shows them."""
_NEXT = 400.0


def measure(lines: int) -> dict[str, Any]:
    """Scans of a small and of a large group, beside each number of known templates."""
    sizes = [(known, size) for known in KNOWN for size in (SMALL, lines)]
    with World() as world:
        rows = [{"known_templates": k, "new_lines": n, **measure_scan(world, k, n)} for k, n in sizes]
    return {"benchmark": "what a scan costs", "surroundings": surroundings(), "scans": rows}


def measure_scan(world: World, known: int, size: int) -> dict[str, Any]:
    """Teach a group that many templates, then scan so many new lines of them."""
    group = f"/bench/{known}-{size}"
    texts = make_templates(known)
    request = LogScan(subject=Subject(source=AlertSource.LOGS, name=group)).model_dump_json()
    world.aws.client("logs").create_log_group(logGroupName=group)
    world.aws.write_logs(group, "taught", sorted(say(texts, 3 * known, cover=True)))
    run_worker(request, _LATER)
    world.set_clock(_ahead)
    world.aws.write_logs(group, "new", sorted(say(texts, size, cover=False)))
    figures = run_worker(request, _NEXT)
    world.set_clock(None)
    calls = figures["calls"]
    return figures | {"calls_beside_reading": sum(n for name, n in calls.items() if name not in _READING)}


def make_templates(count: int) -> list[str]:
    """Texts that have little in common, with places for a number."""
    chance = random.Random(1)  # noqa: S311 - a benchmark
    words = ["".join(chance.choices(string.ascii_lowercase, k=7)) for _ in range(max(60, count // 4))]
    return [f"{' '.join(chance.sample(words, 5))} took {{}} ms for order {{}}" for _ in range(count)]


def say(texts: list[str], size: int, *, cover: bool) -> Iterator[tuple[float, str]]:
    """So many lines of the last four minutes, frequent and rare templates as in real logs (Zipf)."""
    chance, now = random.Random(size), datetime.now(UTC).timestamp() + (0 if cover else _LATER)  # noqa: S311
    weights = [1 / (place + 1) for place in range(len(texts))]
    chosen = (texts * 3)[:size] if cover else chance.choices(texts, weights, k=size)
    for text in chosen:
        yield now - chance.uniform(0, 240), text.format(chance.randrange(500), chance.randrange(10**7))


def run_worker(request: str, later: float) -> dict[str, Any]:
    """Scan in another process; what it prints is its figures."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.scan_worker", request, str(later)],
        env=dict(os.environ),
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _ahead() -> datetime:
    """The new lines come in after the last scan has ended."""
    return datetime.fromtimestamp(datetime.now(UTC).timestamp() + _LATER + 30, UTC)


def main() -> None:
    """Measure, and print a table or one document."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--lines", type=int, default=1_000_000, help="of the large group (1,000,000)")
    parser.add_argument("--json", action="store_true", help="one JSON document")
    arguments = parser.parse_args()
    document = measure(arguments.lines)
    columns = ("seconds", "cpu_seconds", "peak_mb", "calls_beside_reading", "write_units", "read_units")
    table = make_table(
        "One scan",
        ("known templates", "new lines", *(name.replace("_", " ") for name in columns), "AWS calls"),
        (
            (
                one["known_templates"],
                one["new_lines"],
                *(one[name] for name in columns),
                sum(one["calls"].values()),
            )
            for one in document["scans"]
        ),
    )
    show(document, [table], as_json=arguments.json)


if __name__ == "__main__":
    main()
