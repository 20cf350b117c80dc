"""Between decision and execution the world goes on: only what was planned for is repaired."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chalicelib.incidents.model import Classification, Resource, State
from tests.functional.scene import BAD, GOOD, Scene, begun, put_parameter_event, said

_OTHER = "https://somebody-else.example"


def _while_people_are_asked(scene: Scene, act: Callable[[Resource], None]) -> Resource:
    parameter = scene.make_parameter("asks")
    scene.tamper(parameter)
    scene.waits(parameter)
    act(parameter)
    scene.say(parameter, approved=True)
    return parameter


def _once_it_is_decided(scene: Scene, act: Callable[[Resource], None]) -> Resource:
    parameter = scene.make_parameter()
    scene.once_after("decide_recovery", lambda: act(parameter))
    scene.tamper(parameter)
    return parameter


_moments = pytest.mark.parametrize(
    "meanwhile",
    [
        pytest.param(_while_people_are_asked, id="while people are asked"),
        pytest.param(_once_it_is_decided, id="once it is decided"),
    ],
)


@_moments
def test_what_somebody_else_changed_meanwhile_is_left_and_people_are_told(
    scene: Scene, meanwhile: Callable[[Scene, Callable[[Resource], None]], Resource]
) -> None:
    parameter = meanwhile(scene, lambda resource: scene.put(resource.id, _OTHER))
    story = scene.story(parameter)
    assert story.incident.state is State.FAILED
    assert story.incident.problem.startswith("PlanChangedError")
    assert begun(story) == []
    assert scene.value_of(parameter) == _OTHER
    message = scene.inbox.about(story.incident.incident_id)[-1]
    assert message["state"] == "FAILED"
    assert "no longer as it was planned for" in message["problem"]


@_moments
def test_what_healed_by_itself_meanwhile_needs_no_effect(
    scene: Scene, meanwhile: Callable[[Scene, Callable[[Resource], None]], Resource]
) -> None:
    parameter = meanwhile(scene, lambda resource: scene.put(resource.id, GOOD))
    story = scene.story(parameter)
    assert story.incident.state is State.COMPLETED
    assert begun(story) == []
    assert "Found the resource well again before anything was done" in said(story)
    message = scene.inbox.about(story.incident.incident_id)[-1]
    assert message["summary"].endswith("well again before anything was done")


def test_what_is_deleted_once_it_is_decided_is_left(scene: Scene) -> None:
    parameter = _once_it_is_decided(
        scene, lambda resource: scene.world.aws.client("ssm").delete_parameter(Name=resource.id)
    )
    story = scene.story(parameter)
    assert story.incident.state is State.FAILED
    assert begun(story) == []


def test_what_is_well_when_it_is_read_again_is_no_failure(scene: Scene) -> None:
    parameter = scene.make_parameter()
    scene.world.invoke("on_resource_event", put_parameter_event(parameter, scene.world.team.clock()))
    story = scene.story(parameter)
    assert story.incident.state is State.DISMISSED
    assert story.incident.assessment
    assert story.incident.assessment.classification is Classification.NORMAL
    assert begun(story) == []
    assert scene.versions_of(parameter) == 1
    assert scene.inbox.about(story.incident.incident_id) == []


def test_an_instance_that_a_person_starts_again_while_people_are_asked_is_left_running(scene: Scene) -> None:
    instance = scene.make_instance(way="asks")
    scene.stop(instance)
    scene.waits(instance)
    scene.start(instance)
    scene.say(instance, approved=True)
    story = scene.story(instance)
    assert story.incident.state is State.COMPLETED
    assert begun(story) == []
    assert scene.state_of(instance) == "running"


def test_a_value_that_is_changed_twice_is_put_back_once(scene: Scene) -> None:
    """The second change comes after the first one was read, and before anything is done about it."""
    parameter = scene.make_parameter()
    scene.once_after("detect_incident", lambda: scene.tamper(parameter, _OTHER))
    scene.tamper(parameter, BAD)
    story = scene.story(parameter)
    assert story.incident.state is State.FAILED
    assert scene.value_of(parameter) == _OTHER
    assert len(story.incident.signals) == 2
