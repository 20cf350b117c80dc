"""DynamoDB tables are deleted: one has a backup, the other one does not."""

from __future__ import annotations

from typing import Any

from chalicelib.aws.incident_reader import Story
from chalicelib.incidents.model import State
from mainstay.demo import spoils, things
from mainstay.demo.act import Act, Scenario
from mainstay.world import World

ITEMS = 25


def _recreation(_world: World, name: str) -> dict[str, Any]:
    return {
        "module": "dynamodb_table",
        "address": "terraform_data.table",
        "variables": {"table_name": name, "hash_key": "id"},
    }


def _items_are_back(world: World, name: str, _story: Story) -> str:
    found = things.count_items(world, name)
    return "" if found == ITEMS else f"{found} of {ITEMS} items are back"


def _loss_was_told(_world: World, _name: str, story: Story) -> str:
    plan = story.incident.plan
    return "" if plan and "gone" in plan.warning else "nobody was told that the data is gone"


TABLE = Scenario(
    name="table",
    title="DynamoDB tables are deleted",
    acts=(
        Act(
            title=f"a table with a backup: its {ITEMS} items come back",
            type="dynamodb.table",
            make=lambda world: things.make_table(world, items=ITEMS, backup=True),
            spoil=spoils.delete_table,
            ends=State.COMPLETED,
            check=_items_are_back,
        ),
        Act(
            title="a table without a backup: a person agrees to an empty one",
            type="dynamodb.table",
            make=things.make_table,
            spoil=spoils.delete_table,
            answer=True,
            ends=State.COMPLETED,
            recreation=_recreation,
            check=_loss_was_told,
        ),
    ),
)
