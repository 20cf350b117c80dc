"""What must not be healed: changes that somebody means, and calls that changed nothing."""

from __future__ import annotations

from functools import partial

from chalicelib.incidents.model import State
from mainstay.demo import spoils, things
from mainstay.demo.act import Act, Scenario
from mainstay.embedded.personas import AUTOSCALING, CI, TERRAFORM

LEAVE_ALONE = Scenario(
    name="leave-alone",
    title="Deliberate changes are left alone",
    acts=(
        Act(
            title="stopped by Auto Scaling",
            type="ec2.instance",
            make=things.make_instance,
            spoil=partial(spoils.stop_instance, by=AUTOSCALING),
            ends=State.DISMISSED,
        ),
        Act(
            title="stopped by a CI role",
            type="ec2.instance",
            make=things.make_instance,
            spoil=partial(spoils.stop_instance, by=CI),
            ends=State.DISMISSED,
        ),
        Act(
            title="stopped by Terraform",
            type="ec2.instance",
            make=things.make_instance,
            spoil=partial(spoils.stop_instance, by=TERRAFORM),
            ends=State.DISMISSED,
        ),
        Act(
            title="a deletion that AWS refused",
            type="rds.db-instance",
            make=lambda world: things.make_db_instance(world, protected=True),
            spoil=spoils.fail_to_delete_db_instance,
            ends=State.DISMISSED,
        ),
        Act(
            title="a dry run",
            type="ec2.instance",
            make=things.make_instance,
            spoil=spoils.try_to_stop_instance,
            ends=State.DISMISSED,
        ),
        Act(
            title="stopped inside a change window",
            type="ec2.instance",
            make=things.make_instance,
            spoil=spoils.stop_instance,
            ends=State.DISMISSED,
            in_change_window=True,
        ),
        Act(
            title="tagged to be left alone",
            type="ec2.instance",
            make=lambda world: things.make_instance(world, mainstay="off"),
            spoil=spoils.stop_instance,
            ends=State.DISMISSED,
        ),
    ),
)
