"""Every scenario of the demo ends as it should, on the world that the stories have too."""

from __future__ import annotations

import pytest

from mainstay.demo.days import DAYS
from mainstay.demo.days.playing import play_days
from mainstay.demo.days.showing import days_document
from mainstay.demo.play import cast_all, play_together
from mainstay.demo.report import as_document
from mainstay.demo.scenarios import SCENARIOS
from tests.functional.scene import POLICY, Scene

pytestmark = pytest.mark.usefixtures("new_world")


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_scenario_ends_as_it_should(scene: Scene, name: str) -> None:
    scene.set_policy(POLICY)
    results = play_together(scene.world, cast_all(scene.world, [SCENARIOS[name]]), lambda _result: None)
    for result in results:
        scene.stories(scene.world.resource(result.cast.act.type, result.cast.resource_id))
    assert {result.cast.act.title: result.problem for result in results if result.problem} == {}
    (document,) = as_document(results, [], 1.0)["scenarios"]
    assert document["ok"]
    assert document["ended"] == document["expected"]
    assert all(one["aws_calls"] > 0 for one in document["incidents"])


def test_what_the_day_foresees_is_what_happens(scene: Scene) -> None:
    """All days are one simulated day: it is played once."""
    scene.set_policy(POLICY)
    hours: list[int] = []
    watched = play_days(scene.world, list(DAYS.values()), lambda at: hours.append(at.hour))
    for one in watched:
        if one.incidents:
            scene.stories(one.incidents[0].resource)
    assert {one.subject.title: one.problem for one in watched if one.problem} == {}
    assert [day["ok"] for day in days_document(watched)] == [True] * len(DAYS)
    assert hours[-1] == 0
