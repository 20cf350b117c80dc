"""An act: one resource, how it is broken, and how that has to end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from chalicelib.aws.incident_reader import Story
from chalicelib.incidents.model import State
from mainstay.demo.stage import Stage
from mainstay.world import World


@dataclass(frozen=True, kw_only=True)
class Act:
    """One resource's part of a scenario.

    `make` makes the resource and answers its id; `spoil` breaks it, given that id. `play` is the whole
    act and answers the incidents that it led to; without one, the resource is broken, a question is
    answered where `answer` says how, and the incident is waited for.
    """

    title: str
    type: str
    make: Callable[[World], str]
    spoil: Callable[[World, str], None]
    ends: State
    answer: bool | None = None
    """Approve or reject, where people are asked; None: nobody answers."""
    limits: Mapping[str, Any] = field(default_factory=dict)
    """What the policy says of this resource beside the defaults."""
    recreation: Callable[[World, str], dict[str, Any]] | None = None
    """How Terraform makes the resource anew."""
    protected: bool = False
    """Whether its good state is remembered before it is broken."""
    in_change_window: bool = False
    play: Callable[[Stage, Act, str], list[Story]] | None = None
    check: Callable[[World, str, Story], str] | None = None
    """What is wrong with the end, beside the state; empty where nothing is."""
    timeout: float = 40

    def policy_entries(self, world: World, resource_id: str) -> dict[str, list[dict[str, Any]]]:
        """The lines of the policy that are about this act's resource."""
        match = {"type": self.type, "id": resource_id}
        recreation = {"recreation": self.recreation(world, resource_id)} if self.recreation else {}
        protected = {"match": match, **recreation}
        window = {"name": "release of the demo", "match": match, "starts_at": "2020-01-01T00:00:00Z"}
        return {
            "rules": [{"match": match, "set": dict(self.limits)}] if self.limits else [],
            "protected": [protected] if self.protected or self.recreation else [],
            "change_windows": [window] if self.in_change_window else [],
        }

    def perform(self, stage: Stage, resource_id: str) -> list[Story]:
        """Play the act; raise TimeoutError where it does not come to its end."""
        if self.play is not None:
            return self.play(stage, self, resource_id)
        self.spoil(stage.world, resource_id)
        resource = stage.world.resource(self.type, resource_id)
        if self.answer is not None:
            stage.answer(resource, approved=self.answer, timeout=self.timeout)
        return stage.ended(resource, count=1, timeout=self.timeout)


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """Acts that belong together; they are played at the same time."""

    name: str
    title: str
    acts: tuple[Act, ...]
