"""One scan in a process of its own, as a function would run it: prints what it took as JSON.

    python -m bench.scan_worker REQUEST LATER

`REQUEST` is a scan request, `LATER` how many seconds from now it is for the worker. AWS is where the
environment says.
"""

from __future__ import annotations

import json
import math
import sys
import time
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from botocore.model import OperationModel

from chalicelib import services
from chalicelib.scanning import run_scan

_WRITES = frozenset({"PutItem", "UpdateItem"})
_TWICE = frozenset({"TransactWriteItems"})
"""A transaction costs each unit twice."""
_UNIT, _READ_UNIT = 1024, 4096


class Meter:
    """Counts calls and DynamoDB's units, the latter by the size of what is sent and answered."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self.write_units = 0
        self.read_units = 0

    def on_call(self, model: OperationModel, params: Mapping[str, Any], **_: Any) -> None:
        """Before a call is made."""
        self.calls[model.name] += 1
        if model.service_model.service_name == "dynamodb" and model.name in _WRITES | _TWICE:
            body = json.loads(params["body"])
            items = [part.get("Put", part) for part in body.get("TransactItems", [body])]
            units = sum(math.ceil(stored_bytes(item) / _UNIT) for item in items)
            self.write_units += units * (2 if model.name in _TWICE else 1)

    def on_answer(self, model: OperationModel, http_response: Any, **_: Any) -> None:
        """When it was answered; reads here are strongly consistent."""
        if model.service_model.service_name == "dynamodb" and model.name in {"Query", "BatchGetItem"}:
            size = stored_bytes(json.loads(http_response.content))
            self.read_units += max(1, math.ceil(size / _READ_UNIT))


def stored_bytes(value: Any) -> int:
    """As DynamoDB stores it: binary values travel as base64, a third longer than they are."""
    if isinstance(value, Mapping):
        return sum(
            len(held) * 3 // 4 if name == "B" else len(name) + stored_bytes(held)
            for name, held in value.items()
        )
    if isinstance(value, list):
        return sum(map(stored_bytes, value))
    return len(str(value))


def main(request: str, later: float) -> None:
    """Run the scan and print its figures."""
    services.now_utc.source = lambda: datetime.now(UTC) + timedelta(seconds=later)
    team, meter = services.collaborators(), Meter()
    team.aws.session.events.register("before-call", meter.on_call)
    team.aws.session.events.register("after-call", meter.on_answer)
    before, cpu = _megabytes(), time.process_time()
    began = time.monotonic()
    found = run_scan(request, team)
    print(
        json.dumps(
            {
                "seconds": round(time.monotonic() - began, 2),
                "cpu_seconds": round(time.process_time() - cpu, 2),
                "peak_mb": round(_megabytes()),
                "mb_before": round(before),
                "calls": dict(meter.calls),
                "write_units": meter.write_units,
                "read_units": meter.read_units,
                "alerts": len(found["alerts"]),
            }
        )
    )


def _megabytes() -> float:
    """The most memory that this process has had since it was started (Linux)."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
