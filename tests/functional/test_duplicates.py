"""The same event, delivered any number of times, in any order, at once: one incident, one recovery."""

from __future__ import annotations

import random
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.incidents.model import State
from mainstay.embedded.bus import Event
from tests.functional.scene import (
    BAD,
    GOOD,
    Scene,
    begun,
    heard_from_others,
    incident_ids,
    put_parameter_event,
    said,
)

_RULE = "mainstay-local-on_resource_event-event"


def _deliver(scene: Scene, events: Sequence[Event]) -> list[dict[str, Any]]:
    """All at the same time; what the handler answered to each."""
    with ThreadPoolExecutor(max_workers=10) as pool:
        return list(pool.map(lambda event: scene.world.invoke("on_resource_event", event), events))


def _how(answers: list[dict[str, Any]]) -> list[str]:
    return sorted(one["how"] for answer in answers for one in answer["incidents"])


def test_ten_copies_of_an_event_at_once_are_one_incident_and_one_recovery(scene: Scene) -> None:
    parameter = scene.make_parameter()
    scene.put(parameter.id, BAD)
    event = put_parameter_event(parameter, scene.world.team.clock())
    answers = _deliver(scene, [event] * 10)
    assert _how(answers) == ["duplicate"] * 9 + ["opened"]
    story = scene.story(parameter)
    assert incident_ids(answers) == {story.incident.incident_id}
    assert story.incident.state is State.COMPLETED
    assert len(heard_from_others(story)) == 1
    assert begun(story) == ["do-0"]
    assert scene.versions_of(parameter) == 3


def test_a_copy_that_comes_after_the_recovery_changes_nothing(scene: Scene) -> None:
    parameter = scene.make_parameter()
    scene.put(parameter.id, BAD)
    event = put_parameter_event(parameter, scene.world.team.clock())
    _deliver(scene, [event])
    before = scene.story(parameter)
    assert _how(_deliver(scene, [event] * 10)) == ["duplicate"] * 10
    assert scene.story(parameter) == before
    assert scene.value_of(parameter) == GOOD


@pytest.mark.parametrize("seed", [1, 2])
def test_two_views_ten_times_each_at_once_and_shuffled_are_one_incident(scene: Scene, seed: int) -> None:
    instance = scene.make_instance()
    heard = scene.hear(instance.id)
    rules = scene.world.aws.client("events")
    rules.disable_rule(Name=_RULE)
    scene.stop(instance)
    scene.wait_until_stopped(instance)
    rules.enable_rule(Name=_RULE)
    views = [
        event
        for event in heard
        if event["detail"].get("eventName") == "StopInstances" or event["detail"].get("state") == "stopped"
    ]
    assert len(views) == 2
    copies = views * 10
    random.Random(seed).shuffle(copies)  # noqa: S311 - an order, not a secret
    answers = _deliver(scene, copies)
    assert _how(answers) == ["duplicate"] * 18 + ["joined", "opened"]
    story = scene.story(instance)
    assert incident_ids(answers) == {story.incident.incident_id}
    assert len(heard_from_others(story)) == 2
    assert begun(story) == ["do-0"]
    assert story.incident.state is State.COMPLETED


def test_a_view_that_comes_late_joins_the_incident_that_has_ended(scene: Scene) -> None:
    parameter = scene.make_parameter()
    scene.put(parameter.id, BAD)
    happened = scene.world.team.clock() - timedelta(seconds=2)
    _deliver(scene, [put_parameter_event(parameter, happened)])
    before = scene.story(parameter)
    answers = _deliver(scene, [put_parameter_event(parameter, happened, number=2)])
    assert _how(answers) == ["joined"]
    after = scene.story(parameter)
    assert len(heard_from_others(after)) == 2
    assert after.timeline == before.timeline
    assert begun(after) == ["do-0"]


def test_different_changes_of_one_resource_at_once_are_one_incident_and_one_recovery(scene: Scene) -> None:
    parameter = scene.make_parameter()
    scene.put(parameter.id, BAD)
    now = scene.world.team.clock()
    answers = _deliver(scene, [put_parameter_event(parameter, now, number) for number in range(10)])
    assert _how(answers) == ["joined"] * 9 + ["opened"]
    story = scene.story(parameter)
    assert begun(story) == ["do-0"]
    assert len(heard_from_others(story)) == 10


def test_no_number_of_views_makes_a_record_grow_without_end(scene: Scene) -> None:
    parameter = scene.make_parameter("asks")
    scene.put(parameter.id, BAD)
    now = scene.world.team.clock()
    answers = _deliver(scene, [put_parameter_event(parameter, now, number) for number in range(30)])
    assert len(incident_ids(answers)) == 1
    assert len(scene.waits(parameter).incident.signals) == 20
    scene.say(parameter, approved=False)
    scene.story(parameter)


def test_a_start_that_a_crash_swallowed_is_made_up_for_when_the_event_comes_again(scene: Scene) -> None:
    """The record was written and the process ended: nobody has started the workflow."""
    parameter = scene.make_parameter()
    scene.put(parameter.id, BAD)
    event = put_parameter_event(parameter, scene.world.team.clock())
    with (
        scene.aws_refuses.refuse("StartExecution", text=parameter.id) as refusal,
        pytest.raises(RuntimeError, match="DeniedError"),
    ):
        scene.world.invoke("on_resource_event", event)
    assert refusal.count == 1
    assert _how(_deliver(scene, [event])) == ["duplicate"]
    story = scene.story(parameter)
    assert story.incident.state is State.COMPLETED
    assert said(story).count("Began to put back the value of the parameter") == 1
