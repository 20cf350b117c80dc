"""Does an incident cost more when many came before it? ``python -m bench.history``.

An opened S3 bucket is closed beside 10 and beside 100,000 stored incidents of the same kind. Calls, bytes and
items are counted task by task, and for one page of each list. Time is not: embedded DynamoDB looks through
all items for each query, which DynamoDB does not, so that its time would say nothing. The event of our own
repair, which is ignored and noted, is among the calls; the one update by the state machine itself is not.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from rich.table import Table

from bench.past import write_past
from bench.report import make_table, show, surroundings
from bench.wire import Wire
from chalicelib.aws import items, keys
from chalicelib.aws.incident_reader import Story
from chalicelib.errors import UnknownIncidentError
from chalicelib.incidents.model import Resource
from mainstay.demo.spoils import open_bucket
from mainstay.demo.stage import is_learnt
from mainstay.demo.things import make_bucket
from mainstay.embedded.calls import invocation
from mainstay.world import World

STORED = (10, 100_000)
_POLICY = "limits: {model: never}\n"
_PAGE = 10
_TIMEOUT = 120.0


def compare_histories(stored: Sequence[int]) -> dict[str, Any]:
    """Heal the same failure beside each of these numbers of stored incidents."""
    return {
        "benchmark": "cost beside history",
        "surroundings": surroundings(),
        "histories": [measure_history(count) for count in stored],
    }


def measure_history(stored: int) -> dict[str, Any]:
    """What one incident took, and one page of each list, beside so many stored incidents."""
    with World() as world:
        wire = Wire()
        world.set_policy(_POLICY)  # so that no client was made before this
        wire.attach(world.team.aws.session)
        write_past(world, heal(world, make_closed_bucket(world)).incident, stored)
        bucket = make_closed_bucket(world)
        wire.start_over()
        story = heal(world, bucket)
        tasks = wire.by_task()
        read_pages(world, story)
        lists = {name: traffic for name, traffic in wire.by_task().items() if name not in tasks}
    assessment = story.incident.assessment
    return {
        "stored": stored,
        "ended": story.incident.state.value,
        "similar_found": len(assessment.similar) if assessment else 0,
        "tasks": tasks,
        "lists": lists,
    }


def make_closed_bucket(world: World) -> Resource:
    """A bucket whose good state is known."""
    resource = world.resource("s3.bucket", make_bucket(world))
    world.team.memory.remember_good_state(resource, world.team.observe(resource))
    world.settle()
    return resource


def heal(world: World, bucket: Resource) -> Story:
    """Open a bucket to the public and wait until that has been learnt from.

    A bucket knows no state between two others, so that an incident of it takes the same calls each time.
    """
    open_bucket(world, bucket.id)
    world.wait_until(lambda: _is_learnt(world, bucket), _TIMEOUT, f"{bucket.id} to be healed")
    world.settle()
    return world.team.incidents.story(_incident_of(world, bucket))


def _is_learnt(world: World, resource: Resource) -> bool:
    with suppress(UnknownIncidentError):
        return is_learnt(world.team.incidents.story(_incident_of(world, resource)))
    return False


def _incident_of(world: World, resource: Resource) -> str:
    """By the resource's guard, which is one key: no list is looked through."""
    found = world.aws.client("dynamodb").get_item(
        TableName=world.team.incidents.table, Key=keys.guard_key(resource)
    )
    guard = items.plain(found.get("Item", {}))
    return str(guard.get("open_incident") or guard.get("last_incident", ""))


def read_pages(world: World, story: Story) -> None:
    """Read the newest of each list that people and the sweep look at."""
    index, incident = world.team.index, story.incident
    with invocation("newest of a signature", {}):
        index.of_signature(incident.signature, limit=_PAGE)
    with invocation("newest of a resource", {}):
        index.of_resource(incident.resource.key, limit=_PAGE)
    with invocation("newest in a state", {}):
        index.in_state(incident.state, limit=_PAGE)
    with invocation("newest of a month", {}):
        index.in_month(incident.opened_at, limit=_PAGE)


# -- showing ------------------------------------------------------------------------------------


def tables(document: Mapping[str, Any]) -> Iterator[Table | str]:
    """For people."""
    histories = document["histories"]
    names = " and ".join(f"{one['stored']:,}" for one in histories)
    for part, title in (("tasks", "One incident"), ("lists", f"Lists, {_PAGE} at a time")):
        yield make_table(
            f"{title}, beside {names} stored incidents",
            ("", "calls", "items read", "bytes received", "items written", "bytes sent"),
            _rows([one[part] for one in histories]),
        )
    for one in histories:
        reads = one["tasks"]["analyze_incident"]["reads"]
        found = f"{one['similar_found']} similar incidents found in {reads} read of DynamoDB"
        yield f"Beside {one['stored']:,}: ended {one['ended']}; {found}"


_FIGURES = ("calls", "items_read", "bytes_received", "items_written", "bytes_sent")


def _rows(sides: Sequence[Mapping[str, Mapping[str, int]]]) -> Iterator[tuple[object, ...]]:
    for name in sides[-1]:
        yield (name, *(_beside([side.get(name, {}).get(figure, 0) for side in sides]) for figure in _FIGURES))
    totals = [{figure: sum(one[figure] for one in side.values()) for figure in _FIGURES} for side in sides]
    yield ("in all", *(_beside([total[figure] for total in totals]) for figure in _FIGURES))


def _beside(numbers: Sequence[int]) -> str:
    """One number where all are the same."""
    return " | ".join(f"{number:,}" for number in (numbers if len(set(numbers)) > 1 else numbers[:1]))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.history", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON document instead")
    parser.add_argument("--stored", type=int, nargs="+", default=STORED, help="numbers of stored incidents")
    given = parser.parse_args()
    document = compare_histories(given.stored)
    show(document, tables(document), as_json=given.json)


if __name__ == "__main__":
    main()
