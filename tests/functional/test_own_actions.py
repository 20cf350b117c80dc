"""Mainstay never reacts to itself, and listens again when more is heard."""

from __future__ import annotations

from functools import partial

from chalicelib.incidents.model import ActorKind, Classification, State
from mainstay.embedded.personas import ALICE, CI, MAINSTAY
from tests.functional.scene import (
    BAD,
    GOOD,
    Scene,
    begun,
    heard_from_others,
    moves,
    put_parameter_event,
    said,
)


def test_our_own_repair_comes_back_as_an_event_and_is_ignored_with_its_reason(scene: Scene) -> None:
    parameter = scene.make_parameter("again")
    heard = scene.hear(parameter.id)
    scene.tamper(parameter)
    scene.story(parameter)
    scene.world.settle()
    callers = [event["detail"]["userIdentity"]["type"] for event in heard]
    assert callers == ["IAMUser", "AssumedRole"]
    assert len(heard_from_others(scene.story(parameter))) == 1
    ignored = [line for line in scene.log_lines() if line.get("code") == "own-action"]
    assert "our own role called PutParameter" in ignored[-1]["message"]


def test_what_our_own_role_changes_at_any_time_opens_nothing(scene: Scene) -> None:
    parameter = scene.make_parameter()
    scene.tamper(parameter, by=MAINSTAY)
    scene.world.settle()
    assert scene.stories(parameter) == []
    assert scene.value_of(parameter) == BAD


def test_the_echo_of_an_undoing_opens_no_incident(scene: Scene) -> None:
    """Undone is the start, by a stop: its state change names nobody, and looks like the failure itself."""
    instance = scene.make_instance()
    scene.jam(instance)
    heard = scene.hear(instance.id)
    scene.stop(instance)
    story = scene.story(instance)
    scene.wait_until_stopped(instance)
    stops = [event for event in heard if event["detail"].get("state") == "stopped"]
    assert len(stops) == 2
    assert len(scene.stories(instance)) == 1
    assert story.incident.state is State.FAILED
    assert begun(story) == ["do-0", "undo-0"]
    assert scene.state_of(instance) == "stopped"


def test_a_person_who_is_heard_of_after_it_was_judged_as_meant_makes_us_judge_again(scene: Scene) -> None:
    parameter = scene.make_parameter()
    event = put_parameter_event(parameter, scene.world.team.clock(), name="mallory")
    scene.once_after("plan_recovery", partial(scene.world.invoke, "on_resource_event", event))
    scene.tamper(parameter, by=CI)
    story = scene.waits(parameter)
    assert moves(story).count(State.ANALYZING) == 2
    assert "Heard more about it: looking again" in said(story)
    assert {signal.actor.kind for signal in story.incident.signals} == {ActorKind.IAC, ActorKind.PERSON}
    assert story.incident.assessment
    assert story.incident.assessment.classification is Classification.TAMPERING
    assert story.incident.assessment.heard == 2
    scene.say(parameter, approved=True)
    assert scene.story(parameter).incident.state is State.COMPLETED
    assert scene.value_of(parameter) == GOOD


def test_a_person_who_is_heard_of_while_it_is_being_dismissed_is_not_lost(scene: Scene) -> None:
    """The view joins after the gates were asked and before the record is written: the write is refused."""
    parameter = scene.make_parameter()
    event = put_parameter_event(parameter, scene.world.team.clock(), name="mallory")
    join = partial(scene.world.invoke, "on_resource_event", event)
    with scene.aws_refuses.before("TransactWriteItems", text='"S": "DISMISSED"', act=join):
        scene.tamper(parameter, by=CI)
        story = scene.waits(parameter)
    assert moves(story).count(State.ANALYZING) == 2
    assert len(story.incident.signals) == 2
    scene.say(parameter, approved=False)
    scene.story(parameter)


def test_what_automation_alone_changed_is_left_and_becomes_the_good_state(scene: Scene) -> None:
    parameter = scene.make_parameter("again")
    scene.tamper(parameter, "https://new.internal", by=CI)
    story = scene.story(parameter)
    assert story.incident.state is State.DISMISSED
    assert scene.inbox.about(story.incident.incident_id) == []
    scene.tamper(parameter, BAD, by=ALICE)
    assert scene.story(parameter, count=2).incident.state is State.COMPLETED
    assert scene.value_of(parameter) == "https://new.internal"


def test_the_nameless_echo_of_our_own_call_opens_nothing_however_often_it_comes(scene: Scene) -> None:
    instance = scene.make_instance()
    heard = scene.hear(instance.id)
    scene.stop(instance, by=MAINSTAY)
    scene.wait_until_stopped(instance)
    (echo,) = [event for event in heard if event["detail"].get("state") == "stopped"]
    answers = [scene.world.invoke("on_resource_event", echo) for _ in range(2)]
    assert answers == [{"incidents": [], "ignored": []}] * 2
    assert scene.stories(instance) == []
