"""The resources that the local server starts with, and what is done to break them."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import yaml

from chalicelib.incidents.lifecycle import COOLING, OPEN
from chalicelib.incidents.model import Resource
from mainstay.demo import things
from mainstay.demo.act import Scenario
from mainstay.demo.play import Cast, make_policy
from mainstay.serving.breakages import BREAKAGES, MAKING, Breakage
from mainstay.world import World

COUNTS: Mapping[str, int] = {"ec2.instance": 3, **{name: 2 for name in MAKING if name != "ec2.instance"}}
"""How many of each type there are at first."""


class RefusedError(Exception):
    """What was asked for cannot be broken; the message says why."""


@dataclass(frozen=True, kw_only=True)
class Broken:
    """What was broken, and how."""

    resource: Resource
    breakage: Breakage
    at: datetime


class Estate:
    """Resources by type. Broken ones stay in it: Mainstay heals them.

    `casts` are others that the policy is to go on about, `also` is a policy whose rules and scans hold too.
    """

    def __init__(self, world: World, casts: Sequence[Cast] = (), also: str = "") -> None:
        self._world = world
        self._casts, self._also = list(casts), also
        self._lock = threading.Lock()

    @property
    def resources(self) -> list[Resource]:
        """All of them, in the order in which they were made."""
        return [self._world.resource(cast.act.type, cast.resource_id) for cast in self._own]

    @property
    def _own(self) -> list[Cast]:
        return [cast for cast in self._casts if cast.scenario is _ESTATE]

    def make(self, counts: Mapping[str, int]) -> None:
        """Make so many of each type, tell the policy, and let the sweep see that they are well."""
        made = [self._make_one(name) for name, count in counts.items() for _ in range(count)]
        instances = [cast.resource_id for cast in made if cast.act.type == "ec2.instance"]
        things.wait_until_running(self._world, instances)
        self._world.aws.settle()
        self._casts += made
        self._world.set_policy(self._policy())
        self._world.sweep()

    def _make_one(self, resource_type: str) -> Cast:
        act = next(iter(BREAKAGES[resource_type].values())).act(resource_type)
        return Cast(scenario=_ESTATE, act=act, resource_id=act.make(self._world))

    def _policy(self) -> str:
        """What the acts say of their resources, and the rules and scans of the other policy."""
        policy, also = yaml.safe_load(make_policy(self._world, self._casts)), yaml.safe_load(self._also) or {}
        rules = [*policy.get("rules", []), *also.get("rules", [])]
        return yaml.safe_dump({**policy, "rules": rules, "scan": also.get("scan", {})}, sort_keys=False)

    def break_one(self, resource_type: str, kind: str = "", resource_id: str = "") -> Broken:
        """Break a healthy resource, or the one of this id; RefusedError where that cannot be done."""
        breakage = _breakage(resource_type, kind)
        with self._lock:
            resource = self._named(resource_type, resource_id) if resource_id else self._any(resource_type)
            at = self._world.team.clock()
            breakage.spoil(self._world, resource.id)
        return Broken(resource=resource, breakage=breakage, at=at)

    def _named(self, resource_type: str, resource_id: str) -> Resource:
        known = [one for one in self.resources if one.type == resource_type]
        for resource in known:
            if resource.id == resource_id:
                self._require_healthy(resource)
                return resource
        names = ", ".join(one.id for one in known)
        raise RefusedError(f"there is no {resource_type} {resource_id!r} here; there are {names}")

    def _require_healthy(self, resource: Resource) -> None:
        trouble = self._trouble(resource)
        if trouble:
            raise RefusedError(f"{resource.id} {trouble}")

    def _any(self, resource_type: str) -> Resource:
        """One that is well and not just healed; a new one where there is none."""
        for resource in self.resources:
            if resource.type == resource_type and not self._trouble(resource) and not self._cools(resource):
                return resource
        self.make({resource_type: 1})
        return self.resources[-1]

    def _trouble(self, resource: Resource) -> str:
        """Why it is not healthy; empty where it is."""
        team = self._world.team
        for entry in team.index.of_resource(resource.key, limit=1).entries:
            if entry.state in OPEN:
                return f"is being looked after already: {entry.incident_id} is {entry.state.value}"
        observation = team.observe(resource)
        kind = team.types[resource.type]
        good = team.memory.known_good(resource)
        failures = [one.title for one in kind.failures if kind.is_failing(one.name, observation, good)]
        return failures[0] if failures else ""

    def _cools(self, resource: Resource) -> bool:
        team = self._world.team
        cooldown = timedelta(seconds=team.limits(resource).cooldown_seconds)
        return any(
            entry.state in COOLING and entry.ended_at and team.clock() - entry.ended_at < cooldown
            for entry in team.index.of_resource(resource.key, limit=1).entries
        )


_ESTATE = Scenario(name="estate", title="What the local server starts with", acts=())


def _breakage(resource_type: str, kind: str) -> Breakage:
    kinds = BREAKAGES.get(resource_type)
    if kinds is None:
        raise RefusedError(f"there is no type {resource_type!r} to break; there are {', '.join(BREAKAGES)}")
    if not kind:
        return next(iter(kinds.values()))
    if kind not in kinds:
        raise RefusedError(f"{resource_type} cannot be broken by {kind!r}, but by {', '.join(kinds)}")
    return kinds[kind]
