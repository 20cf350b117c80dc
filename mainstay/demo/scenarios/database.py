"""An RDS instance is stopped, another one deleted. Restoring from a snapshot always asks a person."""

from __future__ import annotations

from chalicelib.aws.incident_reader import Story
from chalicelib.incidents.model import State
from chalicelib.incidents.plans import Verdict
from mainstay.demo import spoils, things
from mainstay.demo.act import Act, Scenario
from mainstay.world import World


def _was_asked(_world: World, _name: str, story: Story) -> str:
    decision = story.incident.decision
    return "" if decision and decision.verdict is Verdict.REVIEW else "nobody was asked"


DATABASE = Scenario(
    name="database",
    title="RDS instances are stopped and deleted",
    acts=(
        Act(
            title="a database is stopped",
            type="rds.db-instance",
            make=things.make_db_instance,
            spoil=spoils.stop_db_instance,
            ends=State.COMPLETED,
        ),
        Act(
            title="a database is deleted; a person approves the restore from its snapshot",
            type="rds.db-instance",
            make=lambda world: things.make_db_instance(world, snapshot=True),
            spoil=spoils.delete_db_instance,
            answer=True,
            ends=State.COMPLETED,
            protected=True,
            check=_was_asked,
        ),
    ),
)
