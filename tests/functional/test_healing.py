"""The main job: a failure is noticed, understood, repaired, verified and learnt from."""

from __future__ import annotations

from itertools import pairwise

import pytest

from chalicelib.aws.incident_reader import Story
from chalicelib.incidents.model import Classification, Resource, SignalSource, State
from chalicelib.incidents.plans import Health, Verdict
from mainstay.embedded.personas import ALICE
from tests.functional.scene import BAD, GOOD, Scene, begun, check_story, moves, said


@pytest.fixture
def stopped(scene: Scene) -> tuple[Resource, Story]:
    """An instance that a person stopped, and what became of it."""

    def play() -> tuple[Resource, Story]:
        instance = scene.make_instance()
        scene.stop(instance)
        return instance, scene.story(instance)

    return scene.play_once("a stopped instance", play)


@pytest.fixture
def tampered(scene: Scene) -> tuple[Resource, Story]:
    """A parameter that a person changed, and what became of it."""

    def play() -> tuple[Resource, Story]:
        parameter = scene.make_parameter()
        scene.tamper(parameter)
        return parameter, scene.story(parameter)

    return scene.play_once("a changed parameter", play)


def test_an_instance_that_a_person_stopped_runs_again(scene: Scene, stopped: tuple[Resource, Story]) -> None:
    instance, story = stopped
    assert scene.state_of(instance) == "running"
    assert moves(story) == [
        State.DETECTING,
        State.ANALYZING,
        State.PLANNING,
        State.EXECUTING,
        State.VERIFYING,
        State.COMPLETED,
    ]
    check_story(story)


def test_the_record_says_what_it_meant_what_was_decided_and_that_it_is_well(
    stopped: tuple[Resource, Story],
) -> None:
    incident = stopped[1].incident
    assert incident.assessment
    assert incident.assessment.classification is Classification.FAILURE
    assert incident.decision
    assert incident.decision.verdict is Verdict.RECOVER
    assert incident.verification
    assert incident.verification.health is Health.HEALTHY


def test_both_views_of_one_stop_are_one_incident(stopped: tuple[Resource, Story]) -> None:
    signals = stopped[1].incident.signals
    assert sorted(signal.source for signal in signals) == [SignalSource.API_CALL, SignalSource.STATE_CHANGE]


def test_the_repair_is_one_effect_with_its_intent_before_and_its_outcome_after(
    stopped: tuple[Resource, Story],
) -> None:
    story = stopped[1]
    (effect,) = story.effects
    assert (effect.name, effect.action, effect.status) == ("do-0", "start_ec2_instance", "done")
    assert effect.prior["state"] == "stopped"
    lines = said(story)
    assert lines.index("Began to start the instance") < lines.index("Done: start the instance")


def test_it_takes_at_most_three_calls_to_the_workflow_and_twenty_one_in_all(
    scene: Scene, stopped: tuple[Resource, Story]
) -> None:
    scene.world.settle()
    calls = scene.world.calls.entries(stopped[1].incident.incident_id)
    heard = [call.operation for call in calls if call.function == "on_resource_event"]
    assert "StartExecution" in heard[:3]
    assert len(calls) <= 21


def test_times_never_go_back(stopped: tuple[Resource, Story]) -> None:
    story = stopped[1]
    assert all(earlier.at <= later.at for earlier, later in pairwise(story.timeline))
    assert story.incident.failed_at <= story.incident.opened_at
    assert story.incident.healthy_seconds
    assert 0 < story.incident.healthy_seconds < 30


def test_the_workflow_has_ended_well_under_the_incidents_id(
    scene: Scene, stopped: tuple[Resource, Story]
) -> None:
    client = scene.world.aws.client("stepfunctions")
    answer = client.describe_execution(executionArn=scene.execution_of(stopped[1]))
    assert answer["name"] == stopped[1].incident.incident_id
    assert answer["status"] == "SUCCEEDED"


def test_a_changed_parameter_has_its_value_back(scene: Scene, tampered: tuple[Resource, Story]) -> None:
    parameter, story = tampered
    assert story.incident.state is State.COMPLETED
    assert scene.value_of(parameter) == GOOD
    assert story.incident.assessment
    assert story.incident.assessment.classification is Classification.TAMPERING


def test_no_record_message_or_log_shows_a_parameters_value(
    scene: Scene, tampered: tuple[Resource, Story]
) -> None:
    story = tampered[1]
    shown = repr(story) + repr(scene.inbox.about(story.incident.incident_id)) + repr(scene.log_lines())
    assert GOOD not in shown
    assert BAD not in shown


def test_people_are_told_once_how_it_ended(scene: Scene, tampered: tuple[Resource, Story]) -> None:
    parameter, story = tampered
    (message,) = scene.inbox.about(story.incident.incident_id)
    assert message["state"] == "COMPLETED"
    assert message["resource"]["id"] == parameter.id
    assert message["verification"]["health"] == "HEALTHY"
    assert message["url"].endswith(f"/incidents/{story.incident.incident_id}")
    (told,) = [event for event in story.timeline if event.what == "Told people"]
    assert len(told.data["messages"]) == 1


def test_what_happened_is_logged_and_measured_under_the_incidents_id(
    scene: Scene, tampered: tuple[Resource, Story]
) -> None:
    incident_id = tampered[1].incident.incident_id
    lines = [line for line in scene.log_lines() if line.get("incident_id") == incident_id]
    assert {"DETECTING -> ANALYZING", "VERIFYING -> COMPLETED"} <= {line.get("message") for line in lines}
    metrics = {name for line in lines if "_aws" in line for name in line}
    assert {"Judged", "Decisions", "StageSeconds", "HealthySeconds", "Ended"} <= metrics


def test_instances_stopped_by_one_call_are_one_incident_each(scene: Scene) -> None:
    instances = scene.make_instances(3)
    scene.world.aws.client("ec2", ALICE).stop_instances(InstanceIds=[one.id for one in instances])
    stories = [scene.story(one) for one in instances]
    assert [story.incident.state for story in stories] == [State.COMPLETED] * 3
    assert len({story.incident.incident_id for story in stories}) == 3
    assert [begun(story) for story in stories] == [["do-0"]] * 3
    assert [scene.state_of(one) for one in instances] == ["running"] * 3
