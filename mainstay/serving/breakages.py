"""What can be broken on the local server, and how: the demo's resources and its ways to break them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from chalicelib.incidents.model import State
from mainstay.demo import spoils, things
from mainstay.demo.act import Act
from mainstay.demo.scenarios.bucket import bucket_recreation
from mainstay.demo.scenarios.function import function_recreation
from mainstay.demo.scenarios.terminated import instance_recreation
from mainstay.embedded.personas import CI, GHOST
from mainstay.embedded.repairs.ec2 import jam
from mainstay.world import World


@dataclass(frozen=True)
class Breakage:
    """One way to break a resource, and the state in which its incident then rests."""

    kind: str
    title: str
    spoil: Callable[[World, str], None]
    ends: State = State.COMPLETED

    def act(self, resource_type: str) -> Act:
        """The same on a resource of this type, made as this type is made here."""
        made: dict[str, Any] = {"type": resource_type, **MAKING[resource_type]}
        return Act(title=self.title, spoil=self.spoil, ends=self.ends, limits=_OFTEN, **made)


_OFTEN = {"cooldown_seconds": 60, "recoveries_per_day": 100, "circuit_recoveries": 100}
"""A minute after it was healed, the same resource may be broken again."""

MAKING: Mapping[str, Mapping[str, Any]] = {
    "ec2.instance": {"make": things.make_instance, "recreation": instance_recreation},
    "rds.db-instance": {"make": partial(things.make_db_instance, snapshot=True), "protected": True},
    "dynamodb.table": {"make": partial(things.make_table, items=25, backup=True), "protected": True},
    "s3.bucket": {"make": things.make_bucket, "recreation": bucket_recreation},
    "lambda.function": {"make": things.make_function, "recreation": function_recreation},
    "ssm.parameter": {"make": things.make_parameter, "protected": True},
}
"""How a resource of each type is made, and what the policy says of it."""


def _stop_for_good(world: World, instance: str) -> None:
    jam(instance)
    spoils.stop_instance(world, instance)


_ALL: Mapping[str, tuple[Breakage, ...]] = {
    "ec2.instance": (
        Breakage("stop", "stopped by alice, for no reason", spoils.stop_instance),
        Breakage("delete", "terminated by alice", spoils.terminate_instance),
        Breakage(
            "unseen",
            "stopped, and nobody is named for it: a person is asked",
            partial(spoils.stop_instance, by=GHOST),
            State.AWAITING_APPROVAL,
        ),
        Breakage("jam", "stopped by alice, and does not start again", _stop_for_good, State.FAILED),
        Breakage(
            "release",
            "stopped by the CI role, which means it",
            partial(spoils.stop_instance, by=CI),
            State.DISMISSED,
        ),
    ),
    "rds.db-instance": (
        Breakage("stop", "stopped by alice", spoils.stop_db_instance),
        Breakage(
            "delete",
            "deleted by alice: a person is asked about the restore",
            spoils.delete_db_instance,
            State.AWAITING_APPROVAL,
        ),
    ),
    "dynamodb.table": (Breakage("delete", "deleted by alice; it has a backup", spoils.delete_table),),
    "s3.bucket": (
        Breakage("tamper", "opened to the public by alice", spoils.open_bucket),
        Breakage("delete", "deleted by alice", spoils.delete_bucket),
    ),
    "lambda.function": (
        Breakage("tamper", "starved of memory and pointed elsewhere by alice", spoils.change_function),
        Breakage("delete", "deleted by alice", spoils.delete_function),
    ),
    "ssm.parameter": (Breakage("tamper", "pointed elsewhere by alice", spoils.change_parameter),),
}

BREAKAGES: Mapping[str, Mapping[str, Breakage]] = {
    name: {one.kind: one for one in kinds} for name, kinds in _ALL.items()
}
"""By type, then by kind; the first kind of a type is the usual one."""
