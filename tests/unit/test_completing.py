from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib.incidents.model import State
from chalicelib.resources import RESOURCE_TYPES
from chalicelib.switching import MODES
from mainstay import completing
from mainstay.demo.days import DAYS
from mainstay.demo.scenarios import SCENARIOS
from mainstay.serving.breakages import BREAKAGES


def test_every_name_that_is_known_is_completed() -> None:
    assert [name for name, _ in completing.complete_demo_scenario()] == [*SCENARIOS, *DAYS]
    assert [name for name, _ in completing.complete_mode()] == list(MODES)
    assert completing.complete_state() == ["open", *State]
    assert set(completing.complete_type()) == set(RESOURCE_TYPES)


@pytest.mark.parametrize("name", BREAKAGES)
def test_ways_to_break_are_those_of_the_type_that_was_named(name: str) -> None:
    context: Any = SimpleNamespace(params={"resource_type": name})
    assert [kind for kind, _ in completing.complete_kind(context)] == list(BREAKAGES[name])


def test_without_a_type_all_ways_to_break_are_named() -> None:
    context: Any = SimpleNamespace(params={})
    assert {kind for kind, _ in completing.complete_kind(context)} == {
        kind for kinds in BREAKAGES.values() for kind in kinds
    }
