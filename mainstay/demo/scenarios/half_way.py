"""Recoveries that fail: what was half done is undone, the undoing is verified, and a person is told."""

from __future__ import annotations

from typing import Any

from chalicelib.aws.incident_reader import Story
from chalicelib.incidents.model import State
from chalicelib.incidents.telling import UNDOING_VERIFIED
from mainstay.demo import spoils, things
from mainstay.demo.act import Act, Scenario
from mainstay.demo.scenarios.terminated import instance_recreation
from mainstay.embedded.repairs.ec2 import jam
from mainstay.world import World


def _bad_recreation(world: World, instance: str) -> dict[str, Any]:
    good = instance_recreation(world, instance)
    return {**good, "variables": {**good["variables"], "instance_profile": "no-such-profile"}}


def _nothing_is_left(world: World, instance: str, story: Story) -> str:
    answer = world.aws.client("ec2").describe_instances(
        Filters=[
            {"Name": "instance-state-name", "Values": ["running", "pending"]},
            {"Name": "tag:mainstay:recovery-token", "Values": [effect.token for effect in story.effects]},
        ]
    )
    left = [one["InstanceId"] for group in answer["Reservations"] for one in group["Instances"]]
    return f"{', '.join(left)} was left behind" if left else _was_undone(world, instance, story)


def _was_undone(_world: World, _instance: str, story: Story) -> str:
    undone = [effect for effect in story.effects if effect.name.startswith("undo-")]
    if not undone or undone[0].status != "done":
        return "nothing was undone"
    verified = any(event.what == UNDOING_VERIFIED for event in story.timeline)
    return "" if verified else "the undoing was not verified"


def _make_jammed(world: World) -> str:
    instance = things.make_instance(world)
    jam(instance)
    return instance


HALF_WAY = Scenario(
    name="half-way",
    title="Recoveries that fail are undone",
    acts=(
        Act(
            title="Terraform fails half-way; what it made is removed",
            type="ec2.instance",
            make=things.make_instance,
            spoil=spoils.terminate_instance,
            ends=State.FAILED,
            recreation=_bad_recreation,
            check=_nothing_is_left,
        ),
        Act(
            title="an instance starts but never gets to running; it is stopped again",
            type="ec2.instance",
            make=_make_jammed,
            spoil=spoils.stop_instance,
            ends=State.FAILED,
            check=_was_undone,
        ),
    ),
)
