"""Off, observe, approve, auto: nothing runs after "off", and who wanted to act says so."""

from __future__ import annotations

import pytest

from chalicelib.incidents.model import State
from tests.functional.scene import BAD, GOOD, Scene, answers_of, begun


@pytest.mark.parametrize(
    ("mode", "reason"),
    [
        pytest.param("off", "The mode is off.", id="off"),
        pytest.param(
            "observe",
            "The mode is observe: nothing is done. In the mode auto it would have been RECOVER.",
            id="observe",
        ),
    ],
)
def test_nothing_is_done_but_the_record_says_what_would_have_been(
    scene: Scene, mode: str, reason: str
) -> None:
    parameter = scene.make_parameter()
    scene.set_mode(mode)
    scene.tamper(parameter)
    story = scene.story(parameter)
    assert story.incident.state is State.DISMISSED
    assert story.incident.decision
    assert story.incident.decision.reason == reason
    assert story.incident.plan
    assert begun(story) == []
    assert scene.value_of(parameter) == BAD
    (message,) = scene.inbox.about(story.incident.incident_id)
    assert message["decision"]["reason"] == reason


def test_in_the_mode_approve_a_person_agrees_to_what_would_be_automatic(scene: Scene) -> None:
    parameter = scene.make_parameter()
    scene.set_mode("approve")
    scene.tamper(parameter)
    asked = scene.waits(parameter)
    assert answers_of(asked, "mode") == "The mode is approve: a person agrees to every recovery."
    assert scene.value_of(parameter) == BAD
    scene.say(parameter, approved=True)
    assert scene.story(parameter).incident.state is State.COMPLETED
    assert scene.value_of(parameter) == GOOD


def test_a_mode_that_was_never_set_asks_a_person_and_even_then_changes_nothing(scene: Scene) -> None:
    parameter = scene.make_parameter()
    scene.forget_mode()
    scene.tamper(parameter)
    assert answers_of(scene.waits(parameter), "mode") == "The mode could not be read."
    scene.say(parameter, approved=True)
    story = scene.story(parameter)
    assert story.incident.state is State.FAILED
    assert story.incident.problem == "SwitchedOffError: the mode is never set: nothing may be changed"
    assert begun(story) == []
    assert scene.value_of(parameter) == BAD


@pytest.mark.parametrize("mode", ["off", "observe"])
def test_switched_off_between_decision_and_execution_nothing_is_changed_and_people_are_told(
    scene: Scene, mode: str
) -> None:
    parameter = scene.make_parameter()
    scene.once_after("decide_recovery", lambda: scene.set_mode(mode))
    scene.tamper(parameter)
    story = scene.story(parameter)
    assert story.incident.state is State.FAILED
    assert story.incident.problem == f"SwitchedOffError: the mode is {mode}: nothing may be changed"
    assert begun(story) == []
    assert scene.value_of(parameter) == BAD
    (message,) = scene.inbox.about(story.incident.incident_id)
    assert message["state"] == "FAILED"
    assert message["summary"].endswith("not repaired, needs you")


def test_switched_off_while_a_question_is_out_the_answer_changes_nothing(scene: Scene) -> None:
    parameter = scene.make_parameter("asks")
    scene.tamper(parameter)
    scene.waits(parameter)
    scene.set_mode("off")
    scene.say(parameter, approved=True)
    story = scene.story(parameter)
    assert story.incident.state is State.FAILED
    assert "SwitchedOffError" in story.incident.problem
    assert begun(story) == []
    assert scene.value_of(parameter) == BAD
    assert [message["state"] for message in scene.inbox.about(story.incident.incident_id)] == [
        "AWAITING_APPROVAL",
        "FAILED",
    ]


def test_switched_off_before_an_undoing_nothing_more_is_changed_and_people_are_told_how_it_ended(
    scene: Scene,
) -> None:
    instance = scene.make_instance()
    scene.jam(instance)
    scene.stop(instance)
    scene.wait_for(instance, State.VERIFYING)
    scene.set_mode("off")
    story = scene.story(instance)
    assert story.incident.state is State.FAILED
    assert begun(story) == ["do-0"]
    (message,) = scene.inbox.about(story.incident.incident_id)
    assert message["state"] == "FAILED"
    assert message["summary"].endswith("repair failed half-way, needs you now")
