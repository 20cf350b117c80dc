from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from chalicelib.aws.clients import Aws
from chalicelib.errors import DeniedError, NotFoundError
from chalicelib.incidents.model import Observation, Resource
from chalicelib.resources import resource_type

EC2 = resource_type("ec2.instance")
NAMED = {call.event_name: call.resource_ids for call in EC2.api_calls}


def _instance(state: str, **more: Any) -> dict[str, Any]:
    instance = {
        "InstanceId": "i-0abc",
        "InstanceType": "t3.micro",
        "ImageId": "ami-1",
        "SubnetId": "subnet-1",
        "SecurityGroups": [{"GroupId": "sg-2", "GroupName": "b"}, {"GroupId": "sg-1", "GroupName": "a"}],
        "State": {"Code": 0, "Name": state},
        "Tags": [{"Key": "team", "Value": "blue"}],
    }
    return {"Reservations": [{"Instances": [instance | more]}]}


@pytest.fixture
def observe(
    canned: Any, resource: Callable[[str, str], Resource], now: datetime
) -> Callable[..., Observation]:
    def _observe(answer: Any) -> Observation:
        aws = canned(describe_instances=answer)
        seen = EC2.observe(resource("ec2.instance", "i-0abc"), aws, now)
        assert len(aws.calls) == 1
        return seen

    return _observe


@pytest.mark.parametrize("event_name", ["StopInstances", "TerminateInstances"])
def test_a_call_names_all_its_instances(event_name: str) -> None:
    """The shape of AWS's own example of a call for two instances."""
    parameters = {
        "instancesSet": {
            "items": [{"instanceId": "i-EXAMPLE56126103cb"}, {"instanceId": "i-EXAMPLEaff4840c22"}]
        },
        "force": False,
    }

    assert NAMED[event_name](parameters) == ["i-EXAMPLE56126103cb", "i-EXAMPLEaff4840c22"]


def test_a_broken_item_does_not_hide_the_others() -> None:
    parameters = {
        "instancesSet": {"items": [{"instanceId": 3}, None, {"instanceId": "i-1; rm"}, {"instanceId": "i-1"}]}
    }

    assert NAMED["StopInstances"](parameters) == ["i-1"]


def test_an_instance_is_seen_with_its_tags_in_one_call(observe: Callable[..., Observation]) -> None:
    seen = observe(_instance("running"))

    assert seen.exists
    assert seen.attributes["state"] == "running"
    assert seen.attributes["security_groups"] == "sg-1,sg-2"
    assert seen.attributes["lifecycle"] == "on-demand"
    assert seen.tags == {"team": "blue"}


def test_what_changes_by_itself_does_not_change_what_is_seen(observe: Callable[..., Observation]) -> None:
    before = observe(_instance("stopping", PublicIpAddress="1.2.3.4", LaunchTime="yesterday"))
    after = observe(_instance("stopped", LaunchTime="today"))

    assert before.digest == after.digest


def test_why_it_stopped_is_seen(observe: Callable[..., Observation]) -> None:
    seen = observe(_instance("stopped", StateReason={"Code": "Server.SpotInstanceShutdown", "Message": "m"}))

    assert seen.attributes["state_reason"] == "Server.SpotInstanceShutdown"


@pytest.mark.parametrize("state", ["shutting-down", "terminated"])
def test_a_terminated_instance_is_gone_though_aws_still_shows_it(
    observe: Callable[..., Observation], state: str
) -> None:
    seen = observe(_instance(state))

    assert not seen.exists
    assert seen.attributes == {"state": "terminated", "state_reason": ""}
    assert seen.tags == {"team": "blue"}


@pytest.mark.parametrize(
    "answer", [NotFoundError("InvalidInstanceID.NotFound"), {"Reservations": []}], ids=["error", "empty"]
)
def test_an_unknown_instance_is_gone(observe: Callable[..., Observation], answer: Any) -> None:
    assert not observe(answer).exists


def test_an_instance_that_may_not_be_read_is_an_error(observe: Callable[..., Observation]) -> None:
    with pytest.raises(DeniedError):
        observe(DeniedError("UnauthorizedOperation"))


@pytest.mark.parametrize(
    ("state", "failing"),
    [("running", False), ("pending", False), ("stopped", True), ("stopping", True), ("terminated", None)],
)
def test_an_instance_that_is_stopped_or_stopping_is_failing(
    observe: Callable[..., Observation], state: str, failing: bool | None
) -> None:
    assert EC2.is_failing("stopped", observe(_instance(state)), None) is failing


@pytest.mark.parametrize(
    ("state", "failing"),
    [("running", False), ("stopped", False), ("shutting-down", True), ("terminated", True)],
)
def test_an_instance_that_is_terminated_or_about_to_be_is_failing(
    observe: Callable[..., Observation], state: str, failing: bool
) -> None:
    assert EC2.is_failing("terminated", observe(_instance(state)), None) is failing


def test_an_instance_that_is_stopped_when_all_is_well_is_not_failing(
    observe: Callable[..., Observation], seen: Callable[..., Observation]
) -> None:
    assert EC2.is_failing("stopped", observe(_instance("stopped")), seen(state="stopped")) is False
    assert EC2.is_failing("stopped", observe(_instance("stopped")), seen(state="running")) is True


def test_a_real_instance_is_seen_through_its_life(
    aws: Aws, resource: Callable[[str, str], Resource], now: datetime
) -> None:
    run = aws.change("ec2", "run_instances", ImageId="ami-12c6146b", MinCount=1, MaxCount=1)
    instance = resource("ec2.instance", run["Instances"][0]["InstanceId"])
    states = [EC2.observe(instance, aws.read, now)]
    for operation in ("stop_instances", "start_instances", "terminate_instances"):
        aws.change("ec2", operation, InstanceIds=[instance.id])
        states.append(EC2.observe(instance, aws.read, now))

    assert [seen.attributes["state"] for seen in states] == ["running", "stopped", "running", "terminated"]
    assert [seen.exists for seen in states] == [True, True, True, False]
    assert not EC2.observe(resource("ec2.instance", "i-0123456789abcdef0"), aws.read, now).exists
