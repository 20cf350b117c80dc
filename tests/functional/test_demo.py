"""Every scenario of the demo ends as it should, on the world that the stories have too."""

from __future__ import annotations

import pytest

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
    (document,) = as_document(results, 1.0)["scenarios"]
    assert document["ok"]
    assert document["ended"] == document["expected"]
    assert all(one["aws_calls"] > 0 for one in document["incidents"])
