"""What became of an incident is known to the next one, at the same price however long the history is."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from chalicelib.aws.incident_reader import Story
from chalicelib.incidents.model import PastIncident, State
from tests.functional.scene import Scene

_SIGNATURE = "ssm.parameter/tampered"


def _play(scene: Scene, *ways: str, approve: bool | None = None) -> Story:
    parameter = scene.make_parameter(*ways)
    scene.tamper(parameter)
    if approve is not None:
        scene.waits(parameter)
        scene.say(parameter, approved=approve)
    return scene.story(parameter)


def _confidence(story: Story) -> float:
    assert story.incident.assessment
    return story.incident.assessment.confidence


def _history(story: Story) -> str:
    assert story.incident.assessment
    return next((one.fact for one in story.incident.assessment.evidence if one.rule == "history"), "")


def test_a_good_outcome_reaches_the_next_judgement_and_makes_it_surer(scene: Scene) -> None:
    first = _play(scene)
    second = _play(scene)
    assert second.incident.assessment
    (past,) = second.incident.assessment.similar
    assert past.incident_id == first.incident.incident_id
    assert past.state is State.COMPLETED
    assert past.action == "restore_parameter"
    assert past.healthy_seconds == first.incident.healthy_seconds
    assert _history(first) == ""
    assert _history(second) == "of incidents like it, 1 recovered"
    assert _confidence(second) > _confidence(first)


def test_a_persons_no_makes_the_next_judgement_less_sure(scene: Scene) -> None:
    first = _play(scene, "asks", approve=False)
    second = _play(scene, "asks", approve=True)
    third = _play(scene, "asks", approve=False)
    assert _confidence(second) < _confidence(first)
    assert (
        _history(third) == "of incidents like it, 1 recovered, 1 approved by a person, 1 rejected by a person"
    )


def test_people_are_shown_what_became_of_similar_ones(scene: Scene) -> None:
    _play(scene)
    second = _play(scene)
    (message,) = scene.inbox.about(second.incident.incident_id)
    facts = [one["fact"] for one in message["assessment"]["evidence"]]
    assert "of incidents like it, 1 recovered" in facts


def test_incidents_of_another_failure_of_the_type_come_after_those_of_the_same(scene: Scene) -> None:
    same = _play(scene)
    now = scene.world.team.clock()
    _learn(scene, "inc-other", "ssm.parameter/deleted", State.FAILED, now + timedelta(minutes=1))
    story = _play(scene)
    assert story.incident.assessment
    known = [past.incident_id for past in story.incident.assessment.similar]
    assert known == [same.incident.incident_id, "inc-other"]
    assert _history(story) == "of incidents like it, 1 recovered"


def test_each_task_reads_its_memory_in_one_call(scene: Scene) -> None:
    story = _play(scene)
    assert _calls_by_task(scene, story)["analyze_incident"] == ["BatchGetItem", "TransactWriteItems"]
    assert _calls_by_task(scene, story)["decide_recovery"] == ["BatchGetItem", "TransactWriteItems"]


def test_a_hundred_incidents_later_the_calls_are_the_same(scene: Scene) -> None:
    before = _play(scene)
    now = scene.world.team.clock()
    for number in range(100):
        _learn(scene, f"inc-past-{number}", _SIGNATURE, State.COMPLETED, now - timedelta(hours=number))
    after = _play(scene)
    assert _calls_by_task(scene, after) == _calls_by_task(scene, before)
    assert after.incident.assessment
    assert 1 <= len(after.incident.assessment.similar) <= 16
    assert re.search(r"\b101 recovered", _history(after))


def _learn(scene: Scene, incident_id: str, signature: str, state: State, ended_at: datetime) -> None:
    """Write an outcome as if it had been lived through."""
    team = scene.world.team
    past = PastIncident(
        incident_id=incident_id,
        signature=signature,
        resource_id="/usual/0",
        state=state,
        action="restore_parameter",
        ended_at=ended_at,
    )
    team.incidents.write(team.memory.outcome_learnt(past, "ssm.parameter", approved=False))


def _calls_by_task(scene: Scene, story: Story) -> dict[str, list[str]]:
    """What each function called, in its order; each has run once."""
    scene.world.settle()
    calls = scene.world.calls.entries(story.incident.incident_id)
    by_run: dict[int, tuple[str, list[str]]] = {}
    for one in calls:  # the record is written while the action runs: their calls may come in any order
        by_run.setdefault(one.run, (one.function, []))[1].append(one.operation)
    runs = list(by_run.values())
    assert len(runs) == len({name for name, _ in runs})
    return dict(runs)
