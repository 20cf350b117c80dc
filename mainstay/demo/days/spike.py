"""A checkout service whose payment provider times out for forty minutes."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime
from functools import partial

from mainstay.demo import things
from mainstay.demo.days.day import Day, Subject, happened, hour_of
from mainstay.demo.days.writing import busy, by_minute, times
from mainstay.world import World

GROUP = "/shop/checkout"
_BEGINS, _ENDS = 18.5, 19.2


def _say(chance: random.Random, minute: datetime, wrong: bool) -> Iterator[str]:
    for _ in times(chance, busy(minute, 4, 15)):
        yield f"INFO order {chance.randrange(10**6)} paid in {chance.randrange(20, 90)} ms"
    for _ in times(chance, busy(minute, 2, 6)):
        yield f"INFO cart {chance.randrange(10**6)} opened by customer {chance.randrange(10**5)}"
    fails = wrong and _BEGINS <= hour_of(minute) < _ENDS
    for _ in times(chance, 3.0 if fails else 0.15):
        yield f"ERROR payment provider timed out after 3000 ms for order {chance.randrange(10**6)}"


def _write(world: World, group: str, after: datetime, upto: datetime, wrong: bool) -> None:
    say = partial(_say, wrong=wrong)
    world.aws.write_logs(group, "checkout/1", sorted(by_minute(group, after, upto, say)))


SPIKE = Day(
    name="spike",
    title="A service logs twenty times as many errors as usual",
    subjects=(
        Subject(
            title="a payment provider times out for forty minutes",
            make=partial(things.make_log_group, name=GROUP),
            write=_write,
            expect=lambda _world, _group, alerts: happened(alerts, _BEGINS, _BEGINS + 0.4),
        ),
    ),
)
