"""Duplicates, a resource that breaks again inside its cooldown, and one that no recovery helps."""

from __future__ import annotations

import json
import random

from chalicelib.aws.incident_reader import Story
from chalicelib.incidents.model import State
from mainstay.demo import spoils, things
from mainstay.demo.act import Act, Scenario
from mainstay.demo.stage import Stage
from mainstay.world import World

_CIRCUIT = 2


def _tenfold(stage: Stage, act: Act, instance: str) -> list[Story]:
    """Deliver every event about the stop ten times, shuffled, before and after the recovery."""
    heard: list[dict[str, object]] = []
    stage.world.aws.on_event(lambda event: heard.append(event) if instance in json.dumps(event) else None)
    spoils.stop_instance(stage.world, instance)
    resource = stage.world.resource(act.type, instance)
    stage.ended(resource, count=1, timeout=act.timeout)
    again = [event for event in heard.copy() for _ in range(9)]
    random.Random(1).shuffle(again)  # noqa: S311 - an order, not a secret
    for event in again:
        stage.world.aws.publish(event)
    stage.world.settle()
    return stage.ended(resource, count=1, timeout=act.timeout)


def _break_twice(stage: Stage, act: Act, instance: str) -> list[Story]:
    resource = stage.world.resource(act.type, instance)
    for count in (1, 2):
        spoils.stop_instance(stage.world, instance)
        stage.ended(resource, count=count, timeout=act.timeout)
    spoils.start_and_stop_again(stage.world, instance)
    stage.world.settle()
    return stage.ended(resource, count=2, timeout=act.timeout)


def _break_until_the_circuit_opens(stage: Stage, act: Act, instance: str) -> list[Story]:
    resource = stage.world.resource(act.type, instance)
    for count in range(1, _CIRCUIT + 2):
        spoils.stop_instance(stage.world, instance)
        stage.ended(resource, count=count, timeout=act.timeout)
    return stage.stories(resource)


def _one_recovery(_world: World, _instance: str, story: Story) -> str:
    begun = [event for event in story.timeline if event.what.startswith("Began to")]
    return "" if len(begun) == 1 else f"{len(begun)} recoveries were begun"


def _told_once(_world: World, _instance: str, story: Story) -> str:
    told = [event for event in story.timeline if event.what == "Told people"]
    return "" if len(told) == 1 and len(told[0].data["messages"]) == 1 else "people were not told just once"


def _circuit_opened(_world: World, _instance: str, story: Story) -> str:
    decision = story.incident.decision
    answers = {gate.gate: gate for gate in decision.gates} if decision else {}
    return (
        ""
        if "circuit" in answers and answers["circuit"].verdict.value != "RECOVER"
        else "the circuit stayed closed"
    )


STORM = Scenario(
    name="storm",
    title="The same again and again",
    acts=(
        Act(
            title="every event ten times and out of order: one recovery",
            type="ec2.instance",
            make=things.make_instance,
            spoil=spoils.stop_instance,
            play=_tenfold,
            ends=State.COMPLETED,
            check=_one_recovery,
        ),
        Act(
            title="broken again inside the cooldown: people are told once",
            type="ec2.instance",
            make=things.make_instance,
            spoil=spoils.stop_instance,
            play=_break_twice,
            ends=State.COOLDOWN,
            check=_told_once,
        ),
        Act(
            title="recoveries that do not last: the circuit opens, a person is asked",
            type="ec2.instance",
            make=things.make_instance,
            spoil=spoils.stop_instance,
            play=_break_until_the_circuit_opens,
            ends=State.EXPIRED,
            limits={"cooldown_seconds": 0, "circuit_recoveries": _CIRCUIT, "approval_seconds": 2},
            check=_circuit_opened,
        ),
    ),
)
