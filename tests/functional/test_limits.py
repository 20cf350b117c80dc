"""Cooldown, circuit, budgets, fleet brake, windows and tags: how much is done, and when nothing is."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.incidents.model import State
from chalicelib.incidents.step import Step
from chalicelib.intake import first_step
from mainstay.demo import spoils, things
from tests.functional.scene import BAD, GOOD, Scene, answers_of, begun

_PLENTY = {"recoveries_per_hour": 1000, "recoveries_per_hour_per_type": 1000, "fleet_brake": 1000}


def test_what_breaks_again_inside_its_cooldown_is_left_and_people_are_told_once(scene: Scene) -> None:
    parameter = scene.make_parameter()
    scene.tamper(parameter)
    scene.story(parameter)
    scene.tamper(parameter)
    second = scene.story(parameter, count=2)
    scene.tamper(parameter, "https://evil.example/again")
    scene.world.settle()
    story = scene.story(parameter, count=2)
    assert story.incident.incident_id == second.incident.incident_id
    assert story.incident.state is State.COOLDOWN
    assert len(story.incident.signals) == 2
    assert begun(story) == []
    (message,) = scene.inbox.about(story.incident.incident_id)
    assert message["state"] == "COOLDOWN"


def test_after_its_cooldown_it_is_recovered_again(scene: Scene) -> None:
    parameter = scene.make_parameter("again")
    for count in (1, 2):
        scene.tamper(parameter)
        assert scene.story(parameter, count=count).incident.state is State.COMPLETED
    assert scene.value_of(parameter) == GOOD


def test_the_circuit_opens_when_recoveries_do_not_last_and_a_person_is_asked(scene: Scene) -> None:
    parameter = scene.make_parameter("circuit", "again")
    scene.tamper(parameter)
    scene.story(parameter)
    scene.tamper(parameter)
    asked = scene.waits(parameter)
    assert answers_of(asked, "circuit") != answers_of(scene.stories(parameter)[0], "circuit")
    assert begun(asked) == []
    assert scene.inbox.about(asked.incident.incident_id)[0]["decision"]["verdict"] == "REVIEW"
    scene.say(parameter, approved=False)
    scene.story(parameter, count=2)


@pytest.mark.parametrize(
    ("policy", "gate", "reason"),
    [
        pytest.param(
            {"budgets": {**_PLENTY, "recoveries_per_hour": 0}},
            "account_budget",
            "The account's budget of 0 an hour is used up.",
            id="none an hour",
        ),
        pytest.param(
            {"budgets": {**_PLENTY, "recoveries_per_hour_per_type": 0}},
            "account_budget",
            "The type's budget of 0 an hour is used up.",
            id="none of a type",
        ),
        pytest.param({"budgets": {**_PLENTY, "fleet_brake": 0}}, "fleet_brake", "0 brake", id="fleet brake"),
        pytest.param(
            {"rules": [{"match": {"id": "/usual/*"}, "set": {"recoveries_per_day": 0}}]},
            "resource_budget",
            "0 is the most",
            id="none a day",
        ),
        pytest.param(
            {"rules": [{"match": {"id": "/usual/*"}, "set": {"circuit_recoveries": 0}}]},
            "circuit",
            "The circuit is open",
            id="circuit",
        ),
    ],
)
def test_a_budget_of_zero_is_none_and_a_person_is_asked(
    scene: Scene, policy: dict[str, Any], gate: str, reason: str
) -> None:
    parameter = scene.make_parameter()
    scene.change_policy(**policy)
    scene.tamper(parameter)
    asked = scene.waits(parameter)
    assert reason in answers_of(asked, gate)
    assert begun(asked) == []
    scene.say(parameter, approved=False)
    scene.story(parameter)


def test_many_of_a_type_at_once_are_no_single_failure(scene: Scene) -> None:
    """The brake is set so that the first is recovered and a person looks at the next ones."""
    parameters = [scene.make_parameter() for _ in range(3)]
    team = scene.world.team
    scene.tamper(parameters[0])
    first = scene.story(parameters[0]).incident
    opened = team.memory.for_analysis(_step(scene, first.incident_id), team.clock()).load
    assert opened
    scene.change_policy(budgets={**_PLENTY, "fleet_brake": opened.opened["ssm.parameter"] + 1})
    for parameter in parameters[1:]:
        scene.tamper(parameter)
    for parameter in parameters[1:]:
        assert "failed at nearly the same time" in answers_of(scene.waits(parameter), "fleet_brake")
        scene.say(parameter, approved=False)
        scene.story(parameter)


def _step(scene: Scene, incident_id: str) -> Step:
    team = scene.world.team
    return first_step(team.incidents.load(incident_id), team)


def test_a_change_inside_a_change_window_is_left(scene: Scene) -> None:
    parameter = scene.make_parameter()
    window = {"name": "release", "match": {"id": parameter.id}, "starts_at": "2020-01-01T00:00:00Z"}
    scene.change_policy(change_windows=[window])
    scene.tamper(parameter)
    story = scene.story(parameter)
    assert story.incident.state is State.DISMISSED
    assert "release" in answers_of(story, "change_window")
    assert scene.value_of(parameter) == BAD


def test_a_rule_that_leaves_a_resource_alone_holds(scene: Scene) -> None:
    parameter = scene.make_parameter()
    scene.change_policy(rules=[{"match": {"id": parameter.id}, "set": {"leave_alone": True}}])
    scene.tamper(parameter)
    story = scene.story(parameter)
    assert story.incident.state is State.DISMISSED
    assert scene.value_of(parameter) == BAD


def test_a_tag_that_asks_to_be_left_alone_holds(scene: Scene) -> None:
    instance = scene.make_instance(mainstay="off")
    scene.stop(instance)
    story = scene.story(instance)
    assert story.incident.state is State.DISMISSED
    assert "its tag mainstay asks to leave it alone" in answers_of(story, "tags")
    assert begun(story) == []


def test_tags_are_read_where_the_resource_itself_does_not_carry_them(scene: Scene) -> None:
    bucket = things.make_bucket(scene.world)
    resource = scene.world.resource("s3.bucket", bucket)
    scene.world.aws.client("s3").put_bucket_tagging(
        Bucket=bucket, Tagging={"TagSet": [{"Key": "mainstay:leave-alone", "Value": "yes"}]}
    )
    spoils.open_bucket(scene.world, bucket)
    story = scene.story(resource)
    assert story.incident.state is State.DISMISSED
    assert "mainstay:leave-alone" in answers_of(story, "tags")


def test_every_recovery_counts_in_the_budgets_of_its_resource_and_of_the_account(scene: Scene) -> None:
    parameter = scene.make_parameter("again")
    team = scene.world.team
    before = None
    for count in (1, 2):
        scene.tamper(parameter)
        step = _step(scene, scene.story(parameter, count=count).incident.incident_id)
        material = team.memory.for_decision(step, team.clock())
        assert material.guard
        assert material.load
        assert len(material.guard.recoveries) == count
        if before is not None:
            assert material.load.recovering["total"] == before + 1
        before = material.load.recovering["total"]
