"""A worker that reports every minute, until it hangs: nothing fails, nothing is logged."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime
from functools import partial

from mainstay.demo import things
from mainstay.demo.days.day import Day, Subject, happened, hour_of
from mainstay.demo.days.writing import by_minute
from mainstay.world import World

GROUP = "/shop/stock-sync"
_BEGINS, _ENDS = 19.0, 20.5


def _say(chance: random.Random, minute: datetime, wrong: bool) -> Iterator[str]:
    if not wrong or not _BEGINS <= hour_of(minute) < _ENDS:
        yield f"INFO stock synchronised: {chance.randrange(80, 140)} articles in {chance.uniform(1, 4):.2f} s"
        yield f"DEBUG next run at {minute:%H:%M}:00"


def _write(world: World, group: str, after: datetime, upto: datetime, wrong: bool) -> None:
    say = partial(_say, wrong=wrong)
    world.aws.write_logs(group, "sync/1", sorted(by_minute(group, after, upto, say)))


SILENCE = Day(
    name="silence",
    title="A service goes silent",
    subjects=(
        Subject(
            title="a worker hangs for an hour and a half and says nothing",
            make=partial(things.make_log_group, name=GROUP),
            write=_write,
            expect=lambda _world, _group, alerts: happened(alerts, _BEGINS, _BEGINS + 0.5),
        ),
    ),
)
