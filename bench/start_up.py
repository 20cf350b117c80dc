"""CPU of a cold start: ``python -m bench.start_up``.

Fresh processes, in turns so that a busy machine slows all of them alike: Python alone, ``import chalice,
boto3`` alone, ``import app``, and the app with its first event up to its first call of AWS. User and system
time together, from the operating system. Each with the bytecode of everything in its cache, and as on
Lambda, where nothing but the standard library's is and the rest is compiled anew.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import sysconfig
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from statistics import median
from typing import Any

from rich.table import Table

from bench.events import ACCOUNT, REGION, stop_instance_event
from bench.report import make_table, show, surroundings

ROOT = Path(__file__).parents[1]
_END = "import os; os._exit(0)"
"""Lambda ends no process after an event either."""

_TO_FIRST_CALL = """
import json, os, sys
import app
from chalicelib.aws.clients import Aws
Aws.read = lambda *_, **__: os._exit(0)
app.on_resource_event(json.loads(sys.argv[1]), None)
raise SystemExit("the handler called nothing")
"""
PROGRAMS = {
    "Python alone": _END,
    "import chalice, boto3": f"import chalice, boto3; {_END}",
    "import app": f"import app; {_END}",
    "app and an event, up to its first AWS call": _TO_FIRST_CALL,
}


def measure_start_up(runs: int) -> dict[str, Any]:
    """Median milliseconds of so many runs of each program."""
    with tempfile.TemporaryDirectory(prefix="mainstay-bench-") as folder:
        kept, partial = Path(folder) / "kept", Path(folder) / "partial"
        for cache in (kept, partial):
            for program in PROGRAMS.values():
                run_fresh(program, cache, keep=True)
        _forget_packages(partial)
        spent: dict[tuple[str, Path], list[float]] = {}
        for _ in range(runs):
            for name, program in PROGRAMS.items():
                for cache in (kept, partial):
                    spent.setdefault((name, cache), []).append(run_fresh(program, cache))
    return {
        "benchmark": "CPU of a cold start",
        "surroundings": surroundings(),
        "unit": "ms of CPU, user and system",
        "runs": runs,
        "programs": {
            name: {
                "with_bytecode": round(median(spent[name, kept]), 1),
                "without_bytecode": round(median(spent[name, partial]), 1),
            }
            for name in PROGRAMS
        },
    }


def run_fresh(program: str, cache: Path, *, keep: bool = False) -> float:
    """Run a program in a process of its own; answer its CPU milliseconds. `keep`: write the bytecode."""
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "PYTHONPYCACHEPREFIX": str(cache),
        "MAINSTAY_STAGE": "bench",
        "MAINSTAY_ACCOUNT": ACCOUNT,
        "AWS_REGION": REGION,
        "MAINSTAY_LOG_FILE": os.devnull,
        **({} if keep else {"PYTHONDONTWRITEBYTECODE": "1"}),
    }
    arguments = [sys.executable, "-c", program, json.dumps(stop_instance_event(1))]
    identity = _spawn(arguments, environment)
    _, status, usage = os.wait4(identity, 0)
    if status:
        raise RuntimeError(f"exit status {os.waitstatus_to_exitcode(status)}: {program}")
    return 1000 * (usage.ru_utime + usage.ru_stime)


def _spawn(arguments: list[str], environment: dict[str, str]) -> int:
    """In the checkout, which Python then finds app.py in."""
    before = Path.cwd()
    os.chdir(ROOT)
    try:
        return os.posix_spawn(arguments[0], arguments, environment)
    finally:
        os.chdir(before)


def _forget_packages(cache: Path) -> None:
    """Leave the bytecode of the standard library only: the cache mirrors the paths of the sources."""
    for source in (ROOT, Path(sysconfig.get_path("purelib")), Path(sysconfig.get_path("platlib"))):
        shutil.rmtree(cache / source.relative_to("/"), ignore_errors=True)


def tables(document: Mapping[str, Any]) -> Iterator[Table | str]:
    """For people."""
    yield make_table(
        f"CPU milliseconds of a cold start, median of {document['runs']} fresh processes",
        ("", "with bytecode", "without (Lambda)"),
        [(name, *figures.values()) for name, figures in document["programs"].items()],
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.start_up", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON document instead")
    parser.add_argument("--runs", type=int, default=11, help="fresh processes for each program")
    given = parser.parse_args()
    document = measure_start_up(given.runs)
    show(document, tables(document), as_json=given.json)


if __name__ == "__main__":
    main()
