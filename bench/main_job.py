"""AWS calls that the scenarios of the demo take, by task and operation: ``python -m bench.main_job``.

Two targets: at most 3 calls from an event to its started workflow, and at most 20 in all for an incident
that an action of the API heals. A hook of botocore counts them, and one in the state machine's interpreter;
a call counts once, however often the SDK tries it.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from rich.table import Table

from bench.report import make_table, show, surroundings
from chalicelib.incidents.model import State
from chalicelib.recovery.actions import ACTIONS
from chalicelib.recovery.model import ActionKind
from mainstay.demo.act import Scenario
from mainstay.demo.play import Result, cast_all, play_together
from mainstay.demo.scenarios import SCENARIOS
from mainstay.embedded.calls import WORKFLOW, AwsCall
from mainstay.world import World

TO_STARTED_WORKFLOW = 3
IN_ALL = 20


# -- counting -----------------------------------------------------------------------------------


def count_calls(scenarios: Sequence[Scenario]) -> dict[str, Any]:
    """Play the scenarios one after another on a world of their own; answer every incident's calls."""
    incidents: list[dict[str, Any]] = []
    with World(model="stand-in") as world:
        casts = cast_all(world, scenarios)
        for _, acts in groupby(casts, key=lambda cast: cast.scenario.name):
            results = play_together(world, list(acts), lambda _: None)
            world.settle()
            incidents += [entry for result in results for entry in _entries(world, result)]
    return {
        "benchmark": "AWS calls",
        "surroundings": surroundings(),
        "targets": {"to_started_workflow": TO_STARTED_WORKFLOW, "healed_by_api": IN_ALL},
        "incidents": incidents,
        "largest": explain_largest(incidents),
        "above_target": explain_above(incidents),
    }


def _entries(world: World, result: Result) -> Iterator[dict[str, Any]]:
    """One for each incident that an act led to."""
    for story in result.stories:
        kinds = {ACTIONS[effect.action].kind for effect in story.effects}
        yield {
            "scenario": result.cast.scenario.name,
            "what": result.cast.act.title,
            "ended": story.incident.state.value,
            "problem": result.problem,
            "healed_by_api": story.incident.state is State.COMPLETED and kinds == {ActionKind.API},
            **summarize(world.calls.entries(story.incident.incident_id)),
        }


def summarize(calls: Sequence[AwsCall]) -> dict[str, Any]:
    """The calls of one incident: how many in all, how many until its workflow had started, and whose."""
    return {
        "calls": len(calls),
        "to_started_workflow": _to_started_workflow(calls),
        "by_task": {
            task: {
                "runs": len({call.run for call in calls if call.function == task}),
                "calls": dict(
                    Counter(f"{call.service} {call.operation}" for call in calls if call.function == task)
                ),
            }
            for task in dict.fromkeys(call.function for call in calls)
        },
    }


def _to_started_workflow(calls: Sequence[AwsCall]) -> int | None:
    """Those of the one run that started the workflow, the start included."""
    for call in calls:
        if call.operation == "StartExecution":
            return [other for other in calls if other.run == call.run].index(call) + 1
    return None


# -- explaining ---------------------------------------------------------------------------------


def explain_largest(incidents: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """The incident with the most calls of all."""
    return _explained(max(incidents, key=_total), _leanest(incidents)) if incidents else None


def explain_above(incidents: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The incidents above the target for those that an API action healed."""
    above = [one for one in incidents if one["healed_by_api"] and _total(one) > IN_ALL]
    return [_explained(one, _leanest(incidents)) for one in above]


def _total(incident: Mapping[str, Any]) -> int:
    return int(incident["calls"])


def _leanest(incidents: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    healed = [one for one in incidents if one["healed_by_api"]]
    return min(healed or incidents, key=_total)


def _explained(incident: Mapping[str, Any], leanest: Mapping[str, Any]) -> dict[str, Any]:
    """What an incident took beside the leanest one, task by task."""
    more = _by_task(incident)
    more.subtract(_by_task(leanest))
    extra = [
        f"{count} more by {task} ({_content(incident['by_task'][task])})"
        for task, count in more.most_common()
        if count > 0
    ]
    return {
        "incident": _name(incident),
        "calls": _total(incident),
        "leanest": {"incident": _name(leanest), "calls": _total(leanest)},
        "why": ", ".join(extra),
    }


def _name(incident: Mapping[str, Any]) -> str:
    return f"{incident['scenario']}: {incident['what']}"


def _by_task(incident: Mapping[str, Any]) -> Counter[str]:
    return Counter({name: sum(task["calls"].values()) for name, task in incident["by_task"].items()})


def _content(task: Mapping[str, Any]) -> str:
    calls = ", ".join(f"{count} {name}" for name, count in task["calls"].items())
    return f"{task['runs']} runs: {calls}" if task["runs"] > 1 else calls


# -- showing ------------------------------------------------------------------------------------


_COLUMNS = {
    "event": "on_resource_event",
    "detect": "detect_incident",
    "analyze": "analyze_incident",
    "plan": "plan_recovery",
    "decide": "decide_recovery",
    "ask": "request_approval",
    "record": WORKFLOW,
    "act": "run_action",
    "verify": "verify_recovery",
    "undo": "roll_back",
    "tell": "notify_people",
    "learn": "learn_outcome",
}


def tables(document: Mapping[str, Any]) -> Iterator[Table | str]:
    """For people."""
    incidents = document["incidents"]
    yield make_table(
        "AWS calls by incident (*: healed by an action of the API)",
        ("incident", "ended", "to start", "in all", *_COLUMNS),
        [_row(one) for one in incidents],
    )
    totals: Counter[str] = Counter()
    for one in incidents:
        for task in one["by_task"].values():
            totals.update(task["calls"])
    yield make_table("By service and operation, all incidents", ("call", "times"), totals.most_common())
    if document["largest"]:
        yield f"Largest: {_sentence(document['largest'])}"
    for one in document["above_target"]:
        yield f"Above {IN_ALL}: {_sentence(one)}"


def _row(incident: Mapping[str, Any]) -> tuple[object, ...]:
    spent = _by_task(incident)
    return (
        _name(incident),
        incident["ended"],
        incident["to_started_workflow"] or "",
        f"{incident['calls']}{'*' if incident['healed_by_api'] else ' '}",
        *(spent[task] or "" for task in _COLUMNS.values()),
    )


def _sentence(one: Mapping[str, Any]) -> str:
    why = one["why"] or "nothing that the leanest did not take"
    leanest = f"the leanest healed by API ({one['leanest']['calls']})"
    return f"{one['calls']}, {one['incident']}. Beside {leanest}: {why}"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.main_job", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON document instead")
    parser.add_argument("--scenario", action="append", choices=SCENARIOS, help="play only this one")
    given = parser.parse_args()
    document = count_calls([SCENARIOS[name] for name in given.scenario or SCENARIOS])
    show(document, tables(document), as_json=given.json)


if __name__ == "__main__":
    main()
