"""An EC2 instance is stopped by a person. State change and CloudTrail call both arrive: one incident."""

from __future__ import annotations

from chalicelib.aws.incident_reader import Story
from chalicelib.incidents.model import SignalSource, State
from mainstay.demo import spoils, things
from mainstay.demo.act import Act, Scenario
from mainstay.world import World


def _both_views_joined(world: World, instance: str, _story: Story) -> str:
    world.settle()
    incidents = world.team.index.of_resource(world.resource("ec2.instance", instance).key).entries
    sources = {signal.source for signal in world.team.incidents.load(incidents[0].incident_id).signals}
    state = world.aws.client("ec2").describe_instances(InstanceIds=[instance])
    if state["Reservations"][0]["Instances"][0]["State"]["Name"] != "running":
        return "the instance does not run"
    if len(incidents) != 1:
        return f"{len(incidents)} incidents were opened"
    if sources != {SignalSource.API_CALL, SignalSource.STATE_CHANGE}:
        return f"only {', '.join(sorted(sources))} joined"
    return ""


STOPPED = Scenario(
    name="stopped",
    title="An EC2 instance is stopped by a person, for no reason",
    acts=(
        Act(
            title="a web server is stopped",
            type="ec2.instance",
            make=things.make_instance,
            spoil=spoils.stop_instance,
            ends=State.COMPLETED,
            check=_both_views_joined,
        ),
    ),
)
