"""An SSM parameter is tampered with. Putting it back is an event too, and must not be healed again."""

from __future__ import annotations

from chalicelib.aws import items
from chalicelib.aws.incident_reader import Story
from chalicelib.incidents.model import State
from mainstay.demo import spoils, things
from mainstay.demo.act import Act, Scenario
from mainstay.world import World


def _own_change_was_ignored(world: World, name: str, _story: Story) -> str:
    world.settle()
    value = world.aws.client("ssm").get_parameter(Name=name)["Parameter"]["Value"]
    if value != "https://orders.internal":
        return f"the value is {value}"
    incidents = world.team.index.of_resource(world.resource("ssm.parameter", name).key).entries
    if len(incidents) != 1:
        return f"{len(incidents)} incidents were opened"
    ignored = [one for one in ignored_events(world) if one["code"] == "own-action" and name in one["event"]]
    return "" if ignored else "our own change left no ignored record"


def ignored_events(world: World) -> list[dict[str, str]]:
    """The records of today's ignored events."""
    today = f"IGNORED#{world.team.clock():%Y-%m-%d}"
    answer = world.aws.client("dynamodb").query(
        TableName=world.team.incidents.table,
        KeyConditionExpression="pk = :today",
        ExpressionAttributeValues={":today": {"S": today}},
    )
    return [items.plain(item) for item in answer["Items"]]


PARAMETER = Scenario(
    name="parameter",
    title="An SSM parameter is tampered with",
    acts=(
        Act(
            title="an endpoint is redirected; its former value is put back",
            type="ssm.parameter",
            make=things.make_parameter,
            spoil=spoils.change_parameter,
            ends=State.COMPLETED,
            protected=True,
            check=_own_change_was_ignored,
        ),
    ),
)
