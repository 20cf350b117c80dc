"""start_ec2_instance and stop_ec2_instance."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.aws.clients import Aws
from chalicelib.errors import AwsError
from chalicelib.incidents.model import Observation
from chalicelib.incidents.plans import ActionCall
from chalicelib.recovery.actions import ACTIONS


@pytest.mark.parametrize("state", ["running", "pending", "terminated"])
def test_only_a_stopped_instance_is_started(
    story: Any, canned: Any, seen: Callable[..., Observation], state: str
) -> None:
    assert story(canned(), "start_ec2_instance", "i-1").propose(seen(state=state)) is None


def test_a_stopped_instance_is_to_run(story: Any, canned: Any, seen: Callable[..., Observation]) -> None:
    proposal = story(canned(), "start_ec2_instance", "i-1").propose(seen(state="stopped"))

    assert proposal.goal == {"exists": True, "state": "running"}
    assert proposal.automatic


def test_an_instance_that_still_stops_is_too_early(story: Any, canned: Any) -> None:
    aws = canned(start_instances=AwsError("IncorrectInstanceState"))

    with pytest.raises(AwsError) as caught:
        story(aws, "start_ec2_instance", "i-1").apply({})

    assert caught.value.code in ACTIONS["start_ec2_instance"].too_early


def test_a_real_instance_is_started_and_stopped_again(story: Any, aws: Aws) -> None:
    run = aws.change("ec2", "run_instances", ImageId="ami-12c6146b", MinCount=1, MaxCount=1)
    tale = story(aws, "start_ec2_instance", run["Instances"][0]["InstanceId"])
    good = tale.look()
    aws.change("ec2", "stop_instances", InstanceIds=[tale.resource.id])
    before = tale.look()
    assert tale.is_failing(good) is True

    proposal = tale.proposed(good)
    tale.apply(proposal.parameters)
    tale.apply(proposal.parameters)

    assert tale.lacks(proposal.goal) == ()
    call = tale.undo_call(proposal.parameters, before.attributes, {})
    assert call == ActionCall(action="stop_ec2_instance")
    tale.run(call)
    assert tale.look().attributes["state"] == "stopped"
