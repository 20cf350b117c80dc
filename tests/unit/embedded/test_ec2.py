"""Instances take a while to change, say so, and refuse what cannot be."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from mainstay.embedded.aws import EmbeddedAws
from mainstay.embedded.bus import Event
from mainstay.embedded.personas import ALICE, GHOST
from mainstay.embedded.repairs import ec2 as repair

Launch = Callable[..., str]
QUICK = 0.2


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repair, "TRANSITION_SECONDS", QUICK)


@pytest.fixture
def ec2(aws: EmbeddedAws) -> Any:
    return aws.client("ec2", GHOST)


@pytest.fixture
def state(ec2: Any) -> Callable[[str], str]:
    def read(instance: str) -> str:
        answer = ec2.describe_instances(InstanceIds=[instance])
        return str(answer["Reservations"][0]["Instances"][0]["State"]["Name"])

    return read


@pytest.fixture
def launch(ec2: Any, state: Any, eventually: Any) -> Launch:
    """Launch an instance and wait until it runs."""

    def launch() -> str:
        answer = ec2.run_instances(ImageId="ami-0123456789abcdef0", MinCount=1, MaxCount=1)
        instance = str(answer["Instances"][0]["InstanceId"])
        eventually(lambda: state(instance) == "running")
        return instance

    return launch


def _told(events: list[Event], instance: str) -> list[str]:
    return [event["detail"]["state"] for event in events if event["detail"].get("instance-id") == instance]


def test_an_image_that_moto_does_not_know_is_taken_quickly(ec2: Any) -> None:
    began = time.monotonic()
    answer = ec2.run_instances(ImageId="ami-0123456789abcdef0", MinCount=1, MaxCount=1)
    assert answer["Instances"][0]["State"] == {"Code": 0, "Name": "pending"}
    assert time.monotonic() - began < 2


@pytest.mark.parametrize(
    ("call", "during", "after"),
    [
        ("stop_instances", "stopping", "stopped"),
        ("terminate_instances", "shutting-down", "terminated"),
    ],
)
def test_a_change_takes_a_while(  # noqa: PLR0913, PLR0917 - fixtures
    ec2: Any, launch: Launch, state: Any, eventually: Any, call: str, during: str, after: str
) -> None:
    instance = launch()
    began = time.monotonic()
    getattr(ec2, call)(InstanceIds=[instance])
    assert state(instance) == during
    eventually(lambda: state(instance) == after)
    assert time.monotonic() - began >= QUICK * 0.9


def test_every_state_of_a_life_is_told_on_the_bus(
    aws: EmbeddedAws, ec2: Any, launch: Launch, state: Any, eventually: Any, events: list[Event]
) -> None:
    instance = launch()
    for call, after in (
        ("stop_instances", "stopped"),
        ("start_instances", "running"),
        ("terminate_instances", "terminated"),
    ):
        getattr(ec2, call)(InstanceIds=[instance])
        eventually(lambda after=after: state(instance) == after)
    aws.settle()
    assert _told(events, instance) == [
        *("pending", "running", "stopping", "stopped"),
        *("pending", "running", "shutting-down", "terminated"),
    ]
    assert events[0] == {
        "version": "0",
        "id": events[0]["id"],
        "detail-type": "EC2 Instance State-change Notification",
        "source": "aws.ec2",
        "account": aws.account,
        "time": events[0]["time"],
        "region": aws.region,
        "resources": [f"arn:aws:ec2:{aws.region}:{aws.account}:instance/{instance}"],
        "detail": {"instance-id": instance, "state": "pending"},
    }


def test_the_waiters_of_the_sdk_work(ec2: Any, launch: Launch) -> None:
    instance = launch()
    ec2.stop_instances(InstanceIds=[instance])
    ec2.get_waiter("instance_stopped").wait(InstanceIds=[instance], WaiterConfig={"Delay": 1})


@pytest.mark.parametrize("call", ["start_instances", "stop_instances", "reboot_instances"])
def test_what_is_terminated_stays_so(
    ec2: Any, launch: Launch, state: Any, eventually: Any, call: str
) -> None:
    instance = launch()
    ec2.terminate_instances(InstanceIds=[instance])
    eventually(lambda: state(instance) == "terminated")
    with pytest.raises(ClientError, match="IncorrectInstanceState"):
        getattr(ec2, call)(InstanceIds=[instance])
    assert state(instance) == "terminated"


def test_what_is_still_stopping_cannot_be_started(ec2: Any, launch: Launch) -> None:
    instance = launch()
    ec2.stop_instances(InstanceIds=[instance])
    with pytest.raises(ClientError, match="not in a state from which it can be started"):
        ec2.start_instances(InstanceIds=[instance])


def test_what_has_never_run_cannot_be_stopped(ec2: Any) -> None:
    answer = ec2.run_instances(ImageId="ami-0123456789abcdef0", MinCount=1, MaxCount=1)
    with pytest.raises(ClientError, match="never reached the 'running' state"):
        ec2.stop_instances(InstanceIds=[answer["Instances"][0]["InstanceId"]])


def test_a_call_is_refused_as_a_whole(ec2: Any, launch: Launch, state: Any, eventually: Any) -> None:
    good, gone = launch(), launch()
    ec2.terminate_instances(InstanceIds=[gone])
    eventually(lambda: state(gone) == "terminated")
    with pytest.raises(ClientError, match=gone):
        ec2.stop_instances(InstanceIds=[good, gone])
    assert state(good) == "running"


def test_what_runs_already_is_answered_as_running_and_tells_nothing(
    aws: EmbeddedAws, ec2: Any, launch: Launch, events: list[Event]
) -> None:
    instance = launch()
    [change] = ec2.start_instances(InstanceIds=[instance])["StartingInstances"]
    assert change["CurrentState"]["Name"] == change["PreviousState"]["Name"] == "running"
    aws.settle()
    assert _told(events, instance) == ["pending", "running"]


def test_a_termination_overtakes_a_stop(
    aws: EmbeddedAws, ec2: Any, launch: Launch, state: Any, eventually: Any, events: list[Event]
) -> None:
    instance = launch()
    ec2.stop_instances(InstanceIds=[instance])
    ec2.terminate_instances(InstanceIds=[instance])
    eventually(lambda: state(instance) == "terminated")
    aws.settle()
    assert _told(events, instance)[2:] == ["stopping", "shutting-down", "terminated"]


def test_a_launch_with_the_same_token_is_the_same_launch(ec2: Any) -> None:
    launch = {"ImageId": "ami-0123456789abcdef0", "MinCount": 1, "MaxCount": 1, "ClientToken": "token-1"}
    first, second = (ec2.run_instances(**launch)["Instances"][0]["InstanceId"] for _ in range(2))
    assert first == second
    assert ec2.run_instances(**{**launch, "ClientToken": "2"})["Instances"][0]["InstanceId"] != first


def test_as_many_are_launched_as_may_be(ec2: Any) -> None:
    assert len(ec2.run_instances(ImageId="ami-1", MinCount=1, MaxCount=3)["Instances"]) == 3


def test_a_dry_run_changes_nothing(aws: EmbeddedAws, launch: Launch, state: Any) -> None:
    instance = launch()
    with pytest.raises(ClientError, match="DryRunOperation"):
        aws.client("ec2", ALICE).stop_instances(InstanceIds=[instance], DryRun=True)
    assert state(instance) == "running"


def test_a_jammed_instance_never_gets_to_running_and_can_be_stopped(
    aws: EmbeddedAws, ec2: Any, launch: Launch, state: Any, eventually: Any
) -> None:
    instance = launch()
    aws.jam(instance)
    ec2.stop_instances(InstanceIds=[instance])
    eventually(lambda: state(instance) == "stopped")
    ec2.start_instances(InstanceIds=[instance])
    time.sleep(QUICK * 2)
    assert state(instance) == "pending"
    ec2.stop_instances(InstanceIds=[instance])
    eventually(lambda: state(instance) == "stopped")
