"""Nobody is named as the one who did it, so confidence is low and a person is asked."""

from __future__ import annotations

from functools import partial

from chalicelib.incidents.model import State
from mainstay.demo import spoils, things
from mainstay.demo.act import Act, Scenario
from mainstay.embedded.personas import GHOST

_QUICKLY = {"settle_seconds": 1}
"""CloudTrail has nothing to say here; there is no use in waiting for it as long as usual."""

APPROVALS = Scenario(
    name="approvals",
    title="Low confidence: a person is asked",
    acts=(
        Act(
            title="the person approves",
            type="ec2.instance",
            make=things.make_instance,
            spoil=partial(spoils.stop_instance, by=GHOST),
            answer=True,
            ends=State.COMPLETED,
            limits=_QUICKLY,
        ),
        Act(
            title="the person rejects",
            type="ec2.instance",
            make=things.make_instance,
            spoil=partial(spoils.stop_instance, by=GHOST),
            answer=False,
            ends=State.REJECTED,
            limits=_QUICKLY,
        ),
        Act(
            title="nobody answers",
            type="ec2.instance",
            make=things.make_instance,
            spoil=partial(spoils.stop_instance, by=GHOST),
            ends=State.EXPIRED,
            limits={**_QUICKLY, "approval_seconds": 3},
        ),
    ),
)
