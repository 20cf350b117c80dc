"""Plays scenarios: makes what they need, breaks it, waits for the end, and says whether it was right."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import pairwise

import yaml

from chalicelib.aws.incident_reader import Story
from chalicelib.incidents.model import State
from mainstay.demo import things
from mainstay.demo.act import Act, Scenario
from mainstay.demo.stage import Stage
from mainstay.world import World


@dataclass(frozen=True, kw_only=True)
class Cast:
    """An act with the resource that was made for it."""

    scenario: Scenario
    act: Act
    resource_id: str


@dataclass(kw_only=True)
class Result:
    """How an act ended. `problem` is empty where it ended as it should."""

    cast: Cast
    stories: list[Story] = field(default_factory=list)
    aws_calls: int = 0
    problem: str = ""

    @property
    def story(self) -> Story | None:
        """The incident that counts: the last one."""
        return self.stories[-1] if self.stories else None


def make_policy(world: World, casts: Sequence[Cast]) -> str:
    """The policy of the demo: defaults, and what each act says about its own resource."""
    policy: dict[str, object] = {
        "limits": {"settle_seconds": 2, "model": "never"},
        "budgets": {
            "recoveries_per_hour": 200,
            "recoveries_per_hour_per_type": 200,
            "fleet_brake": 200,
        },
        "messages": {"people_per_five_minutes": 200},
    }
    for cast in casts:
        for section, entries in cast.act.policy_entries(world, cast.resource_id).items():
            policy[section] = [*policy.get(section, []), *entries]  # type: ignore[misc]
    return yaml.safe_dump(policy, sort_keys=False)


def cast_all(world: World, scenarios: Sequence[Scenario]) -> list[Cast]:
    """Make every resource, put the policy in force, and let the sweep remember the good states."""
    casts = [
        Cast(scenario=scenario, act=act, resource_id=act.make(world))
        for scenario in scenarios
        for act in scenario.acts
    ]
    things.wait_until_running(world, [cast.resource_id for cast in casts if cast.act.type == "ec2.instance"])
    world.settle()
    world.set_policy(make_policy(world, casts))
    world.sweep()
    return casts


def play_together(world: World, casts: Sequence[Cast], on_end: Callable[[Result], None]) -> list[Result]:
    """Play these acts at the same time."""
    with ThreadPoolExecutor(max_workers=len(casts)) as pool:
        futures = [pool.submit(_play, world, cast, on_end) for cast in casts]
        return [future.result() for future in futures]


def _play(world: World, cast: Cast, on_end: Callable[[Result], None]) -> Result:
    result = Result(cast=cast)
    stage = Stage(world)
    try:
        result.stories = cast.act.perform(stage, cast.resource_id)
        result.problem = _judge(world, cast, result.stories[-1])
    except TimeoutError as error:
        result.stories = stage.stories(world.resource(cast.act.type, cast.resource_id))
        result.problem = str(error)
    if result.story is not None:
        result.aws_calls = world.calls.count(result.story.incident.incident_id)
    on_end(result)
    return result


def _judge(world: World, cast: Cast, story: Story) -> str:
    ended = story.incident.state
    if ended is not cast.act.ends:
        return f"ended {ended.value}, not {cast.act.ends.value}: {story.incident.problem}".rstrip(": ")
    return cast.act.check(world, cast.resource_id, story) if cast.act.check else ""


def stage_seconds(story: Story) -> dict[str, float]:
    """How long an incident was in each state."""
    spent: dict[str, float] = {}
    for event, following in pairwise(story.timeline):
        if event.state not in _ENDS:
            seconds = (following.at - event.at).total_seconds()
            spent[event.state.value] = round(spent.get(event.state.value, 0.0) + seconds, 3)
    return spent


_ENDS = frozenset(
    {State.COMPLETED, State.FAILED, State.COOLDOWN, State.DISMISSED, State.REJECTED, State.EXPIRED}
)
