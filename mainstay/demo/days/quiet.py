"""A day on which nothing is wrong: a season, noise, now and then a warning, and a value near its limit."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime
from functools import partial

from chalicelib.incidents.alert import Alert
from mainstay.demo import things
from mainstay.demo.days.day import Day, Subject
from mainstay.demo.days.writing import busy, by_five_minutes, by_minute, times
from mainstay.world import World

GROUP = "/shop/catalogue"
KIND = "ecs.service"


def _say(chance: random.Random, minute: datetime) -> Iterator[str]:
    for _ in times(chance, busy(minute, 5, 20)):
        yield f"INFO GET /articles/{chance.randrange(10**4)} 200 in {chance.randrange(5, 60)} ms"
    for _ in times(chance, busy(minute, 0.2, 0.8)):
        yield f"WARN slow query: {chance.randrange(500, 900)} ms for page {chance.randrange(1, 40)}"
    for _ in times(chance, 0.1):
        yield f"ERROR image {chance.randrange(10**4)} not found"


def _write_lines(world: World, group: str, after: datetime, upto: datetime, _wrong: bool) -> None:
    world.aws.write_logs(group, "catalogue/1", sorted(by_minute(group, after, upto, _say)))


def _write_memory(world: World, name: str, after: datetime, upto: datetime, _wrong: bool) -> None:
    """Memory in per cent: high every afternoon, and never at its limit."""
    cluster, _, service = name.partition("/")
    values = by_five_minutes(
        name, after, upto, lambda chance, moment: busy(moment, 48, 82) + chance.gauss(0, 0.8)
    )
    dimensions = {"ClusterName": cluster, "ServiceName": service}
    world.aws.write_metrics("AWS/ECS", "MemoryUtilization", dimensions, values)


def _nothing(_world: World, _name: str, alerts: list[Alert]) -> str:
    return f"{len(alerts)} alerts: {alerts[0].sight.what}" if alerts else ""


QUIET = Day(
    name="quiet",
    title="A quiet day: no alert",
    subjects=(
        Subject(
            title="a busy service with its usual warnings",
            make=partial(things.make_log_group, name=GROUP),
            write=_write_lines,
            expect=_nothing,
        ),
        Subject(
            title="memory that is high every afternoon",
            make=things.make_service,
            write=_write_memory,
            expect=_nothing,
            resource_type=KIND,
        ),
    ),
)
