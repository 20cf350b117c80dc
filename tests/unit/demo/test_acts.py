"""What acts say about their resources, and what of it becomes the policy of the demo."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import yaml

from chalicelib.analysis.policy import Limits, read_policy
from chalicelib.incidents.model import Resource, State
from mainstay.demo.act import Act, Scenario
from mainstay.demo.play import Cast, make_policy
from mainstay.demo.scenarios import SCENARIOS
from mainstay.world import World

NOW = datetime(2030, 5, 1, 12, 0, tzinfo=UTC)
WORLD = World()
"""Never entered: acts only ask it for names."""


def _act(**changes: Any) -> Act:
    usual: dict[str, Any] = {
        "title": "a lamp is switched off",
        "type": "ec2.instance",
        "make": lambda _world: "i-1",
        "spoil": lambda _world, _name: None,
        "ends": State.COMPLETED,
    }
    return Act(**usual | changes)


def _policy(*acts: Act) -> Any:
    scenario = Scenario(name="lamps", title="Lamps", acts=acts)
    casts = [Cast(scenario=scenario, act=act, resource_id=f"i-{at}") for at, act in enumerate(acts)]
    return read_policy(make_policy(WORLD, casts))


def _resource(number: int) -> Resource:
    return Resource(type="ec2.instance", id=f"i-{number}", region="us-east-1", account="123456789012")


def test_an_act_says_nothing_about_other_resources() -> None:
    policy = _policy(_act(limits={"cooldown_seconds": 0}), _act())
    assert policy.limits_for(_resource(0), {}).cooldown_seconds == 0
    assert policy.limits_for(_resource(1), {}).cooldown_seconds == Limits().cooldown_seconds


def test_what_is_protected_or_made_anew_is_named_with_how() -> None:
    recreation = {"module": "ec2_instance", "address": "terraform_data.instance"}
    policy = _policy(_act(), _act(protected=True), _act(recreation=lambda _world, _name: recreation))
    protections = [policy.protection_of(_resource(number), {}) for number in range(3)]
    assert protections[0] is None
    assert protections[1] is not None
    assert protections[1].recreation is None
    assert protections[2] is not None
    assert protections[2].recreation is not None
    assert protections[2].recreation.module == "ec2_instance"


def test_only_what_is_played_in_a_change_window_is_in_one() -> None:
    policy = _policy(_act(), _act(in_change_window=True))
    assert policy.window_for(_resource(0), {}, NOW) is None
    assert policy.window_for(_resource(1), {}, NOW) is not None


def test_the_policy_of_all_acts_together_can_be_used() -> None:
    casts = [
        Cast(scenario=scenario, act=act, resource_id=f"{scenario.name}-{at}")
        for scenario in SCENARIOS.values()
        for at, act in enumerate(scenario.acts)
        if act.recreation is None
    ]
    assert len(read_policy(make_policy(WORLD, casts)).rules) == sum(bool(cast.act.limits) for cast in casts)


def test_the_policy_is_plain_yaml() -> None:
    casts = [Cast(scenario=SCENARIOS["stopped"], act=_act(), resource_id="i-1")]
    assert "!!" not in make_policy(WORLD, casts)
    assert yaml.safe_load(make_policy(WORLD, casts))["limits"]["model"] == "never"


@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=lambda scenario: scenario.name)
def test_a_scenario_says_what_is_played(scenario: Scenario) -> None:
    titles = [act.title for act in scenario.acts]
    assert scenario.title
    assert titles
    assert len(set(titles)) == len(titles)
    assert not [title for title in (scenario.title, *titles) if title.endswith(".")]


def test_scenarios_are_found_by_the_names_that_they_have() -> None:
    assert [scenario.name for scenario in SCENARIOS.values()] == list(SCENARIOS)


def test_every_way_to_end_is_played() -> None:
    ends = {act.ends for scenario in SCENARIOS.values() for act in scenario.acts}
    assert ends == {
        State.COMPLETED,
        State.FAILED,
        State.DISMISSED,
        State.REJECTED,
        State.EXPIRED,
        State.COOLDOWN,
    }
