"""A quick sample of incidents, so that there is something to look at: one of them waits for a person."""

from __future__ import annotations

from dataclasses import replace

from chalicelib.aws.incident_reader import Story
from chalicelib.incidents.model import State
from mainstay.demo.act import Act, Scenario
from mainstay.demo.scenarios.approvals import APPROVALS
from mainstay.demo.stage import Stage
from mainstay.serving.breakages import BREAKAGES


def _leave_waiting(stage: Stage, act: Act, resource_id: str) -> list[Story]:
    act.spoil(stage.world, resource_id)
    resource = stage.world.resource(act.type, resource_id)
    stage.in_state(resource, State.AWAITING_APPROVAL, timeout=act.timeout)
    return stage.stories(resource)


def _acts() -> tuple[Act, ...]:
    chosen = {
        "ec2.instance": ("stop", "release", "unseen", "jam"),
        "ssm.parameter": ("tamper",),
        "s3.bucket": ("tamper",),
        "dynamodb.table": ("delete",),
    }
    made = [BREAKAGES[name][kind].act(name) for name, kinds in chosen.items() for kind in kinds]
    rejected = APPROVALS.acts[1]
    waiting = State.AWAITING_APPROVAL
    left = [replace(act, play=_leave_waiting) if act.ends is waiting else act for act in made]
    return (*left, rejected)


SAMPLE = Scenario(name="sample", title="A sample of incidents", acts=_acts())
