"""The sweep looks after what events alone would miss, and leaves alone what is in good hands."""

from __future__ import annotations

import pytest

from chalicelib.approval import answer_approval
from chalicelib.errors import DeniedError
from chalicelib.incidents.model import Resource, SignalSource, State
from chalicelib.incidents.plans import Approval
from chalicelib.sweep import sweep
from mainstay.embedded.personas import CI
from tests.functional.scene import BAD, GOOD, Scene, begun, said

pytestmark = pytest.mark.usefixtures("new_world")


@pytest.fixture
def asked(scene: Scene) -> Resource:
    """A parameter that people are asked about."""
    parameter = scene.make_parameter("asks")
    scene.tamper(parameter)
    scene.waits(parameter)
    return parameter


def _lose_workflow(scene: Scene, parameter: Resource) -> None:
    (story,) = scene.stories(parameter)
    client = scene.world.aws.client("stepfunctions")
    client.stop_execution(executionArn=scene.execution_of(story), error="Lost", cause="by the test")


def test_an_incident_whose_workflow_is_lost_is_ended_and_people_are_told(
    scene: Scene, asked: Resource
) -> None:
    _lose_workflow(scene, asked)
    found = sweep(scene.later(minutes=11))
    assert found["ended"] == 1
    assert found["errors"] == 0
    story = scene.story(asked)
    assert story.incident.state is State.FAILED
    assert story.incident.problem == "the workflow ended without ending the incident"
    assert said(story)[-2:] == ["Told people", "Learnt the outcome: FAILED"]
    assert [one["state"] for one in scene.inbox.about(story.incident.incident_id)] == [
        "AWAITING_APPROVAL",
        "FAILED",
    ]
    assert sweep(scene.later(minutes=12))["ended"] == 0


def test_a_young_incident_may_still_be_on_its_way_to_its_workflow(scene: Scene, asked: Resource) -> None:
    _lose_workflow(scene, asked)
    assert scene.world.sweep()["ended"] == 0
    assert scene.waits(asked).incident.state is State.AWAITING_APPROVAL
    assert sweep(scene.later(minutes=11))["ended"] == 1


def test_a_question_is_kept_alive_and_stays_open(scene: Scene, asked: Resource) -> None:
    before = len(scene.world.calls.entries(""))
    assert scene.world.sweep()["kept_waiting"] == 1
    calls = [call.operation for call in scene.world.calls.entries("")[before:]]
    assert calls.count("SendTaskHeartbeat") == 1
    assert sweep(scene.later(hours=20))["ended"] == 0
    scene.say(asked, approved=True)
    assert scene.story(asked).incident.state is State.COMPLETED


def test_a_question_that_is_swept_lives_until_its_time_is_up(scene: Scene) -> None:
    """It would be given up a second earlier if Mainstay itself no longer looked after it."""
    parameter = scene.make_parameter("asks")
    scene.change_policy(rules=[{"match": {"id": "/asks/*"}, "set": {"approval_seconds": 5}}])
    scene.tamper(parameter)
    incident_id = scene.waits(parameter).incident.incident_id
    while scene.world.team.incidents.load(incident_id).state is State.AWAITING_APPROVAL:
        scene.world.sweep()
    story = scene.story(parameter)
    assert story.incident.state is State.EXPIRED
    (asked,) = [event.at for event in story.timeline if event.what.startswith("Asked people")]
    assert story.incident.ended_at
    assert (story.incident.ended_at - asked).total_seconds() >= 4.9


def test_an_answer_that_never_reached_the_workflow_is_handed_in(scene: Scene, asked: Resource) -> None:
    team = scene.world.team
    incident = scene.waits(asked).incident
    assert incident.plan
    approval = Approval(approved=True, by="bob", digest=incident.plan.digest, decided_at=team.clock())
    with scene.aws_refuses.refuse("SendTaskSuccess"), pytest.raises(DeniedError):
        answer_approval(incident.incident_id, approval, team)
    assert team.incidents.load(incident.incident_id).state is State.EXECUTING
    scene.world.sweep()
    story = scene.story(asked)
    assert story.incident.state is State.COMPLETED
    assert begun(story) == ["do-0"]
    assert scene.value_of(asked) == GOOD


def test_a_rejection_that_never_reached_the_workflow_stands_and_people_are_told(scene: Scene) -> None:
    parameter = scene.make_parameter("asks", "shortly")
    scene.tamper(parameter)
    incident = scene.waits(parameter).incident
    assert incident.plan
    team = scene.world.team
    approval = Approval(approved=False, by="bob", digest=incident.plan.digest, decided_at=team.clock())
    with scene.aws_refuses.refuse("SendTaskSuccess"), pytest.raises(DeniedError):
        answer_approval(incident.incident_id, approval, team)
    scene.world.sweep()
    story = scene.story(parameter)
    assert story.incident.state is State.REJECTED
    assert begun(story) == []
    assert scene.inbox.about(incident.incident_id)[-1]["state"] == "REJECTED"


def test_what_was_recovered_and_broke_again_without_any_event_is_noticed(scene: Scene) -> None:
    parameter = scene.make_parameter("again", "sure")
    scene.tamper(parameter)
    scene.story(parameter)
    scene.put(parameter.id, BAD)
    assert scene.world.sweep()["reopened"] >= 1
    story = scene.story(parameter, count=2)
    assert story.incident.signals[0].source is SignalSource.SWEEP
    assert story.incident.state is State.COMPLETED
    assert scene.value_of(parameter) == GOOD


def test_what_was_recovered_and_stayed_well_is_left(scene: Scene) -> None:
    parameter = scene.make_parameter("again", "sure")
    scene.tamper(parameter)
    scene.story(parameter)
    scene.world.sweep()
    scene.world.sweep()
    assert len(scene.stories(parameter)) == 1


def test_what_broke_again_inside_its_cooldown_is_told_once_however_often_it_is_swept(scene: Scene) -> None:
    parameter = scene.make_parameter()
    scene.tamper(parameter)
    scene.story(parameter)
    scene.put(parameter.id, BAD)
    for _ in range(3):
        scene.world.sweep()
        scene.story(parameter, count=2)
    story = scene.story(parameter, count=2)
    assert story.incident.state is State.COOLDOWN
    assert len(scene.inbox.about(story.incident.incident_id)) == 1


def test_what_somebody_changed_on_purpose_after_its_recovery_is_not_taken_for_broken(scene: Scene) -> None:
    instance = scene.make_instance()
    scene.stop(instance)
    scene.story(instance)
    scene.stop(instance, by=CI)
    assert scene.story(instance, count=2).incident.state is State.DISMISSED
    scene.wait_until_stopped(instance)
    scene.world.sweep()
    assert len(scene.stories(instance)) == 2


def test_a_person_who_said_no_is_not_asked_again_by_the_sweep(scene: Scene) -> None:
    parameter = scene.make_parameter("asks", "again")
    scene.tamper(parameter)
    scene.waits(parameter)
    scene.change_policy(protected=[{"match": {"type": "ssm.parameter", "id": parameter.id}}])
    scene.say(parameter, approved=False)
    scene.story(parameter)
    scene.world.sweep()
    assert len(scene.stories(parameter)) == 1


def test_a_protected_resource_that_was_changed_without_any_event_is_noticed(scene: Scene) -> None:
    parameter = scene.make_parameter("sure")
    scene.change_policy(protected=[{"match": {"type": "ssm.parameter", "id": parameter.id}}])
    scene.put(parameter.id, BAD)
    scene.world.sweep()
    story = scene.story(parameter)
    assert story.incident.state is State.COMPLETED
    assert scene.value_of(parameter) == GOOD


def test_a_protected_resource_is_remembered_as_it_is_at_first_sight(scene: Scene) -> None:
    name = "/sure/first-sight"
    scene.put(name, GOOD)
    scene.change_policy(protected=[{"match": {"type": "ssm.parameter", "id": name}}])
    assert scene.world.sweep()["remembered"] == 1
    assert scene.world.sweep()["remembered"] == 0
    parameter = scene.world.resource("ssm.parameter", name)
    scene.put(name, BAD)
    scene.world.sweep()
    scene.story(parameter)
    assert scene.value_of(parameter) == GOOD


def test_one_resource_that_cannot_be_read_keeps_no_other_from_being_looked_at(scene: Scene) -> None:
    broken, fine = scene.make_parameter("sure"), scene.make_parameter("sure")
    names = [{"match": {"type": "ssm.parameter", "id": one.id}} for one in (broken, fine)]
    scene.change_policy(protected=names)
    scene.put(fine.id, BAD)
    with scene.aws_refuses.refuse("GetParameter", text=broken.id):
        assert scene.world.sweep()["errors"] == 1
    assert scene.story(fine).incident.state is State.COMPLETED
