"""An EC2 instance is terminated: Terraform makes it anew."""

from __future__ import annotations

from typing import Any

from chalicelib.aws.incident_reader import Story
from chalicelib.incidents.model import State
from mainstay.demo import spoils, things
from mainstay.demo.act import Act, Scenario
from mainstay.world import World


def instance_recreation(_world: World, _instance: str) -> dict[str, Any]:
    """How Terraform makes the demo's instances anew."""
    return {
        "module": "ec2_instance",
        "address": "terraform_data.instance",
        "variables": {"image_id": things.IMAGE, "tags": '{"Name": "web"}'},
    }


def _successor_runs(world: World, instance: str, story: Story) -> str:
    successor = story.incident.successor
    if not successor or successor == instance:
        return "no other instance took its place"
    answer = world.aws.client("ec2").describe_instances(InstanceIds=[successor])
    running = answer["Reservations"][0]["Instances"][0]["State"]["Name"] == "running"
    return "" if running else f"{successor} does not run"


TERMINATED = Scenario(
    name="terminated",
    title="An EC2 instance is terminated",
    acts=(
        Act(
            title="a web server is terminated; Terraform makes it anew",
            type="ec2.instance",
            make=things.make_instance,
            spoil=spoils.terminate_instance,
            ends=State.COMPLETED,
            recreation=instance_recreation,
            check=_successor_runs,
        ),
    ),
)
