"""What an incident, a sweep and a scan use: ``python -m bench.costs [--write] [--json]``.

Played on embedded AWS, one after another. `mainstay cost` prices what ``--write`` keeps in
mainstay/costing/measured.json. Seconds are not in it: embedded AWS takes other ones than AWS.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.cost_meter import Meter
from bench.report import make_table, show, surroundings
from bench.scans import make_templates
from chalicelib.sweep import STAYED_WELL
from mainstay.costing.measures import PATH
from mainstay.demo.play import cast_all, play_together
from mainstay.demo.scenarios import SCENARIOS
from mainstay.policies import FUNCTIONS
from mainstay.world import World

HEALED_BY_API = ("stopped", "database", "parameter", "bucket", "function")
"""Scenarios whose incidents an action of the API heals: the usual ones."""

GROUP = "/bench/orders"
SCANS = f"scan: {{log_groups: [{{name: {GROUP}}}]}}\n"
LINES, TEMPLATES, MANY = 500, 200, 2_000
"""New lines in each scan, and how many kinds: what is known of all is written each time."""
_WARM, _COUNTED = 3, 10


def measure() -> dict[str, Any]:
    """Everything, per incident, per run of the sweep, per run of start_scan and per log group's scan."""
    with World(policy="scan: {log_groups: []}\n") as world:
        gauge = Gauge(world)
        sweep = gauge.each(_COUNTED, world.sweep)
        start = gauge.each(_COUNTED, world.start_scan)
    with World() as world:
        incident = _incidents(world)
    scan, scan_many = (less(_scanned(templates), start) for templates in (TEMPLATES, MANY))
    return {
        "surroundings": surroundings(),
        "per": {
            "incident": _with_aftercare(
                incident["itself"], less(incident["swept"], sweep), incident["number"]
            ),
            "sweep": sweep,
            "start_scan": start,
            "scan": scan,
            "scan_many": scan_many,
        },
    }


class Gauge:
    """Reads everything at once that is counted in a world."""

    def __init__(self, world: World) -> None:
        """Clients that were made before are not seen, so that there are new ones from now on."""
        world.set_policy(world.team.settings.policy_file.read_text(encoding="utf-8"))
        self._world = world
        self._meter = Meter(world.team.aws.session, world.aws.account, world.aws.region)
        self._before = self._totals()

    def each(self, times: int, act: Callable[[], object]) -> dict[str, float]:
        """What one run of this uses."""
        self.read()
        for _ in range(times):
            act()
        return shared(self.read(), times)

    def read(self) -> dict[str, float]:
        """What was used since the last time."""
        before, self._before = self._before, self._totals()
        used = {name: count - before[name] for name, count in self._before.items()}
        return {name: count for name, count in {**used, **self._meter.read()}.items() if count}

    def _totals(self) -> Counter[str]:
        self._world.settle()
        totals: Counter[str] = Counter({f"run {name}": self._world.answers(name) for name in FUNCTIONS})
        totals["log_bytes"] = self._world.log_file.stat().st_size
        totals["transitions"] = self._transitions()
        totals["workflow_events"] = self._events
        totals["stored_bytes"] = self._meter.stored_bytes()
        return totals

    def _transitions(self) -> int:
        """States that were entered, again for each time that one was tried again."""
        client = self._world.aws.client("stepfunctions")
        executions = client.list_executions(stateMachineArn=self._world.outputs["WorkflowArn"])["executions"]
        types: Counter[str] = Counter()
        for one in executions:
            pages = client.get_paginator("get_execution_history").paginate(executionArn=one["executionArn"])
            types.update(event["type"] for page in pages for event in page["events"])
        entered = sum(count for name, count in types.items() if name.endswith("StateEntered"))
        asked = sum(types[name] for name in ("TaskScheduled", "LambdaFunctionScheduled"))
        self._events = types.total()
        return entered + max(0, asked - types["TaskStateEntered"])


def _incidents(world: World) -> dict[str, dict[str, float]]:
    """The mean of those that an action of the API heals, and the part of each in a sweep afterwards."""
    casts = cast_all(world, [SCENARIOS[name] for name in HEALED_BY_API])
    gauge, before = Gauge(world), world.log_file.stat().st_size
    results = play_together(world, casts, lambda _: None)
    problems = [one.problem for one in results if one.problem]
    if problems:
        raise RuntimeError(f"not healed: {problems[0]}")
    used = gauge.read()
    incidents = sum(len(result.stories) for result in results)
    itself = {**shared(used, incidents), "series": _series(world.log_file, before, incidents)}
    swept = gauge.each(_COUNTED, world.sweep)
    return {"itself": itself, "swept": swept, "number": {"incidents": incidents}}


def _with_aftercare(
    incident: dict[str, float], swept: dict[str, float], number: dict[str, float]
) -> dict[str, float]:
    """A recovered resource is looked at by every sweep of two hours more. The sweep itself runs anyway."""
    more = {name: count for name, count in swept.items() if name.startswith("call") or "units" in name}
    share = STAYED_WELL / timedelta(minutes=5) / number["incidents"]
    return {
        name: round(incident.get(name, 0) + share * more.get(name, 0), 2)
        for name in sorted(incident.keys() | more.keys())
    }


def _series(path: Path, start: int, incidents: int) -> float:
    """Different series of metrics that an incident writes, with what goes before its id is known."""
    with path.open("rb") as log:
        log.seek(start)
        found = {
            (line.get("incident_id", ""), *_named(line)) for line in map(json.loads, log) if "_aws" in line
        }
    return round(len(found) / incidents, 2)


def _named(line: dict[str, Any]) -> tuple[str, ...]:
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    return (directive["Metrics"][0]["Name"], *(line[name] for name in sorted(directive["Dimensions"][0])))


def _scanned(templates: int) -> dict[str, float]:
    """One log group, every five minutes, with what asks for its scans."""
    with World(policy=SCANS) as world:
        world.aws.client("logs").create_log_group(logGroupName=GROUP)
        gauge, now = Gauge(world), datetime.now(UTC)
        for number in range(_WARM + _COUNTED):
            if number == _WARM:
                gauge.read()
            at = now + timedelta(minutes=5 * number)
            _write_lines(world, at, number, templates)
            world.set_clock(lambda at=at: at + timedelta(minutes=4))  # type: ignore[misc]
            world.scan()
        used = gauge.read()
        world.set_clock(None)
    return {**shared(used, _COUNTED), "series": 1.0, "templates": float(templates)}


def _write_lines(world: World, at: datetime, number: int, templates: int) -> None:
    """Frequent and rare templates as in real logs, every one of them in the first scan."""
    chance = random.Random(number)  # noqa: S311 - a benchmark
    texts = make_templates(templates)
    weights = [1 / (place + 1) for place in range(templates)]
    chosen = texts * 3 if number == 0 else chance.choices(texts, weights, k=LINES)
    spoken = (text.format(chance.randrange(500), chance.randrange(10**7)) for text in chosen)
    spread = [(at.timestamp() + place * 200 / len(chosen), text) for place, text in enumerate(spoken)]
    world.aws.write_logs(GROUP, "orders", spread)


def shared(used: Mapping[str, float], among: int) -> dict[str, float]:
    """The part of each."""
    return {name: round(count / among, 2) for name, count in sorted(used.items())}


def less(used: dict[str, float], base: dict[str, float]) -> dict[str, float]:
    """What is left when something that is counted elsewhere is taken away."""
    left = {name: round(count - base.get(name, 0), 2) for name, count in used.items()}
    return {name: count for name, count in left.items() if count > 0}


def rows(document: dict[str, Any]) -> Sequence[tuple[object, ...]]:
    """For people: a line for each thing that is counted."""
    per = document["per"]
    names = sorted({name for used in per.values() for name in used})
    return [(name, *(used.get(name, 0.0) for used in per.values())) for name in names]


def main() -> None:
    """Measure, print, and keep it where that is asked for."""
    parser = argparse.ArgumentParser(prog="python -m bench.costs", description=__doc__)
    parser.add_argument("--write", action="store_true", help=f"keep it in {PATH.name}")
    parser.add_argument("--json", action="store_true", help="print one JSON document instead")
    given = parser.parse_args()
    document = measure()
    if given.write:
        PATH.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    table = make_table("What one of these uses", ("", *document["per"]), rows(document))
    show(document, [table], as_json=given.json)


if __name__ == "__main__":
    main()
