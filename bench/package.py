"""What is deployed, in megabytes and in CPU of a cold start: ``python -m bench.package`` (``make package``).

The zip is built as `mainstay deploy` builds it, for each processor and with and without what checks tokens.
Then each function begins in fresh processes that see the zip of this machine's processor, the standard
library and boto3, and nothing else: up to its handler, and the event's up to its first call of AWS. In
turns, so that a busy machine slows all of them alike. User and system time, from the operating system.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from statistics import median
from typing import Any

from rich.table import Table

from bench.events import ACCOUNT, REGION, stop_instance_event
from bench.report import make_table, show, surroundings
from mainstay.deploying.package import ARCHITECTURES, Package, build_package
from mainstay.embedded.zipped import make_runtime, unpack
from mainstay.policies import FUNCTIONS

ROOT = Path(__file__).parents[1]
HERE = "arm64" if platform.machine() in {"arm64", "aarch64"} else "x86_64"

_PATH = "import os, sys; sys.path += sys.argv[1:3]; "
_END = "; os._exit(0)"
"""Lambda ends no process after an event either."""

_EVENT = """
import json
import app
from chalicelib.aws.clients import Aws
Aws.read = lambda *_, **__: os._exit(0)
app.on_resource_event(json.loads(sys.argv[3]), None)
raise SystemExit("the handler called nothing")
"""
_TASK = "import chalicelib.workflow, chalicelib.aws.memory"
_DOING = "import chalicelib.workflow, chalicelib.doing, chalicelib.recovery.actions"
_TELLING = f"{_TASK}, chalicelib.aws.chat, chalicelib.aws.notifier, chalicelib.aws.message_table"
_ALONE = {
    "on_alarm": "import chalicelib.announcing",
    "sweep": "import chalicelib.sweep, chalicelib.aws.incident_index",
    "start_scan": "import chalicelib.scanning",
    "on_scan_request": "import chalicelib.scanning, chalicelib.aws.logs, chalicelib.aws.knowledge",
    "detect_incident": _TASK,
    "analyze_incident": f"{_TASK}, chalicelib.recovery.actions",
    "plan_recovery": f"{_TASK}, chalicelib.recovery.actions",
    "decide_recovery": f"{_TASK}, chalicelib.deciding",
    "request_approval": _TELLING,
    "run_action": _DOING,
    "verify_recovery": _DOING,
    "roll_back": f"{_DOING}, chalicelib.undoing",
    "notify_people": _TELLING,
    "learn_outcome": _TASK,
    "api_handler": "import chalicelib.api.answers, chalicelib.pages",
}
"""What functions import on top when they are first called."""

BARE = {
    "Python alone": _PATH + "0" + _END,
    "bare Chalice": _PATH + "from chalice import Chalice; Chalice('bare')" + _END,
}
EVENT = "on_resource_event, up to its first AWS call"


def programs() -> dict[str, str]:
    """What is run, by what it is."""
    functions = {name: f"{_PATH}import app; {_ALONE.get(name, '0')}{_END}" for name in FUNCTIONS}
    return {**BARE, **functions, EVENT: _PATH + _EVENT}


def measure_package(runs: int) -> dict[str, Any]:
    """Sizes of all zips, and median milliseconds of so many fresh processes of each function."""
    zips = {
        (architecture, auth): build_package(ROOT, architecture, tokens=auth == "oidc")
        for architecture in ARCHITECTURES
        for auth in ("iam", "oidc")
    }
    here = zips[HERE, "iam"]
    return {
        "benchmark": "the package of the functions",
        "surroundings": surroundings(),
        "runs": runs,
        "megabytes": {f"{one[0]}, {one[1]}": round(len(made.body) / 1e6, 2) for one, made in zips.items()},
        "cpu_ms": measure_starts(_unpacked(here), runs),
    }


def _unpacked(package: Package) -> Path:
    return unpack(package.digest, package.body)


def measure_starts(folder: Path, runs: int) -> dict[str, float]:
    """Median CPU milliseconds of each program with the code that lies in a folder."""
    spent: dict[str, list[float]] = {}
    for turn in range(runs + 1):
        for name, program in programs().items():
            took = run_isolated(program, folder)
            if turn:  # the first reads files that nobody has read before
                spent.setdefault(name, []).append(took)
    return {name: round(median(times), 1) for name, times in spent.items()}


def run_isolated(program: str, folder: Path) -> float:
    """Run a program as Lambda would; answer its CPU milliseconds."""
    environment = {
        "PATH": os.defpath,
        "MAINSTAY_STAGE": "bench",
        "MAINSTAY_ACCOUNT": ACCOUNT,
        "AWS_REGION": REGION,
        "MAINSTAY_LOG_FILE": os.devnull,
    }
    event = json.dumps(stop_instance_event(1))
    arguments = [sys.executable, "-I", "-S", "-B", "-c", program, str(folder), str(make_runtime()), event]
    _, status, usage = os.wait4(os.posix_spawn(arguments[0], arguments, environment), 0)
    if status:
        raise RuntimeError(f"exit status {os.waitstatus_to_exitcode(status)}: {program}")
    return 1000 * (usage.ru_utime + usage.ru_stime)


def tables(document: Mapping[str, Any]) -> Iterator[Table | str]:
    """For people."""
    yield make_table(
        "Megabytes of the zip", ("processor, who says who may call", "MB"), _rows(document, "megabytes")
    )
    yield make_table(
        f"CPU milliseconds of a cold start out of the zip, median of {document['runs']} fresh processes",
        ("", "ms"),
        _rows(document, "cpu_ms"),
    )


def _rows(document: Mapping[str, Any], part: str) -> list[tuple[str, float]]:
    return list(document[part].items())


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.package", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON document instead")
    parser.add_argument("--runs", type=int, default=11, help="fresh processes for each function")
    given = parser.parse_args()
    document = measure_package(given.runs)
    show(document, tables(document), as_json=given.json)


if __name__ == "__main__":
    main()
