"""Stories in which the second event about a resource must not be taken for the first."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import yaml

from chalicelib.incidents.model import Resource, State
from mainstay.demo import spoils, things
from mainstay.demo.scenarios.terminated import instance_recreation
from mainstay.embedded.bus import Event
from mainstay.embedded.personas import ALICE
from tests.functional.scene import BAD, INSTANCE, POLICY, Scene, begun, put_parameter_event


def _terminated(instance: Resource, scene: Scene) -> Event:
    """What EC2 says of a terminated instance."""
    now = scene.world.team.clock() + timedelta(seconds=1)
    return {
        "version": "0",
        "id": str(uuid4()),
        "detail-type": "EC2 Instance State-change Notification",
        "source": "aws.ec2",
        "account": instance.account,
        "time": f"{now:%Y-%m-%dT%H:%M:%SZ}",
        "region": instance.region,
        "resources": [],
        "detail": {"instance-id": instance.id, "state": "terminated"},
    }


def _state_of(scene: Scene, instance: str) -> str:
    answer = scene.world.aws.client("ec2").describe_instances(InstanceIds=[instance])
    return str(answer["Reservations"][0]["Instances"][0]["State"]["Name"])


def test_a_late_event_about_a_replaced_instance_never_harms_its_successor(scene: Scene) -> None:
    old = scene.world.resource(INSTANCE, things.make_instance(scene.world))
    things.wait_until_running(scene.world, [old.id])
    policy = yaml.safe_load(POLICY)
    match = {"type": INSTANCE, "id": old.id}
    policy["rules"].append(
        {"match": match, "set": {"cooldown_seconds": 0, "act_on_unnamed": True, "threshold": 0}}
    )
    policy["protected"].append({"match": match, "recreation": instance_recreation(scene.world, old.id)})
    scene.set_policy(yaml.safe_dump(policy))
    spoils.terminate_instance(scene.world, old.id)
    successor = scene.story(old).incident.successor
    assert _state_of(scene, successor) == "running"

    scene.world.aws.publish(_terminated(old, scene))
    second = scene.story(old, count=2)

    assert second.incident.state is State.FAILED
    assert "already made anew" in second.incident.problem
    assert begun(second) == ["do-0", "undo-0"]
    assert _state_of(scene, successor) == "running"


def test_another_failure_inside_a_cooldown_is_an_incident_of_its_own(scene: Scene) -> None:
    parameter = scene.make_parameter()
    scene.put(parameter.id, BAD, by=ALICE)
    scene.story(parameter)
    scene.put(parameter.id, BAD, by=ALICE)
    assert scene.story(parameter, count=2).incident.state is State.COOLDOWN

    scene.world.aws.client("ssm", ALICE).delete_parameter(Name=parameter.id)

    deleted = scene.story(parameter, count=3)
    assert deleted.incident.failure == "deleted"
    assert scene.inbox.about(deleted.incident.incident_id)


def test_somebody_who_is_named_before_the_decision_is_judged_first(scene: Scene) -> None:
    parameter = scene.make_parameter()
    scene.put(parameter.id, BAD)
    now = scene.world.team.clock()
    role = put_parameter_event(parameter, now, number=2)
    role["detail"]["userIdentity"] = {
        "type": "AssumedRole",
        "arn": f"arn:aws:sts::{parameter.account}:assumed-role/terraform-apply/session",
        "accountId": parameter.account,
        "sessionContext": {
            "sessionIssuer": {
                "type": "Role",
                "arn": f"arn:aws:iam::{parameter.account}:role/terraform-apply",
                "userName": "terraform-apply",
            }
        },
    }
    scene.once_after("analyze_incident", lambda: (scene.world.aws.publish(role), scene.world.settle()))

    scene.world.aws.publish(put_parameter_event(parameter, now))

    story = scene.waits(parameter)
    assert story.incident.assessment is not None
    assert story.incident.assessment.heard == 2
    assert any(event.what.startswith("Heard more about it") for event in story.timeline)
    scene.say(parameter, approved=False)
    assert scene.story(parameter).incident.state is State.REJECTED
