"""CPU of the event handler, warm: ``python -m bench.event_handler``.

Twice. With an AWS that answers in the process, so that only our CPU and the SDK's counts; beside it, event
by event, boto3 alone making the same two calls with the same content. And on embedded AWS, where the thread
that runs the handler is measured: sockets and HTTP are in it, moto's server is in threads of its own.
"""

from __future__ import annotations

import argparse
import importlib
import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from statistics import median, quantiles
from typing import Any

from rich.table import Table

from bench.events import stop_instance_event
from bench.offline import offline
from bench.report import make_table, show, surroundings
from mainstay.world import World

WARM_UP = 20


def measure_handler(events: int, embedded_events: int) -> dict[str, Any]:
    """Handle so many events of so many instances, each of which opens an incident."""
    in_process, boto3_alone = measure_in_process(events)
    embedded = measure_on_embedded_aws(embedded_events) if embedded_events else []
    return {
        "benchmark": "CPU of the event handler",
        "surroundings": surroundings(),
        "unit": "ms of CPU per event",
        "handler": _figures(in_process),
        "boto3_alone": _figures(boto3_alone),
        "own_share": round(median(in_process) - median(boto3_alone), 3),
        "ratio": round(median(in_process) / median(boto3_alone), 2),
        "handler_on_embedded_aws": _figures(embedded) if embedded else None,
    }


def measure_in_process(events: int) -> tuple[list[float], list[float]]:
    """Milliseconds of the handler, and of boto3 alone, in turns."""
    with offline() as aws:
        handle = aws.on_resource_event
        handle(stop_instance_event(0), None)
        dynamodb, stepfunctions = aws.make_client("dynamodb"), aws.make_client("stepfunctions")

        def call_twice() -> None:
            dynamodb.transact_write_items(**aws.asked["TransactWriteItems"])
            stepfunctions.start_execution(**aws.asked["StartExecution"])

        ours, theirs = [], []
        for number in range(1, WARM_UP + events + 1):
            event = stop_instance_event(number)
            ours.append(_spent(time.process_time, lambda: handle(event, None)))  # noqa: B023 - called at once
            theirs.append(_spent(time.process_time, call_twice))
    return ours[WARM_UP:], theirs[WARM_UP:]


def measure_on_embedded_aws(events: int) -> list[float]:
    """Milliseconds of the handler's own thread; the workflows that it starts end at once."""
    with World() as world:
        world.aws.client("stepfunctions").update_state_machine(
            stateMachineArn=world.team.settings.state_machine_arn,
            definition=json.dumps({"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}),
        )
        handle = importlib.import_module("app").on_resource_event
        spent = [
            _spent(time.thread_time, lambda: handle(event, None))  # noqa: B023 - called at once
            for event in map(stop_instance_event, range(WARM_UP + events))
        ]
    return spent[WARM_UP:]


def _spent(clock: Callable[[], float], act: Callable[[], object]) -> float:
    began = clock()
    act()
    return 1000 * (clock() - began)


def _figures(spent: Sequence[float]) -> dict[str, float]:
    return {
        "events": len(spent),
        "median": round(median(spent), 3),
        "p90": round(quantiles(spent, n=10, method="inclusive")[-1], 3),
    }


def tables(document: Mapping[str, Any]) -> Iterator[Table | str]:
    """For people."""
    rows = {
        "the handler, AWS answering in the process": document["handler"],
        "boto3 alone, the same two calls": document["boto3_alone"],
        "the handler, on embedded AWS (its thread)": document["handler_on_embedded_aws"],
    }
    yield make_table(
        "CPU milliseconds for an event that opens an incident and starts its workflow",
        ("", "events", "median", "90 %"),
        [(name, row["events"], row["median"], row["p90"]) for name, row in rows.items() if row],
    )
    yield f"Ours beside boto3's: {document['own_share']} ms, {document['ratio']} times in all"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.event_handler", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON document instead")
    parser.add_argument("--events", type=int, default=500, help="with an AWS in the process")
    parser.add_argument("--embedded-events", type=int, default=50, help="on embedded AWS; 0: leave it out")
    given = parser.parse_args()
    document = measure_handler(given.events, given.embedded_events)
    show(document, tables(document), as_json=given.json)


if __name__ == "__main__":
    main()
