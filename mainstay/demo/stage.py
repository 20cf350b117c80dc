"""What an act does with the world: waits for its incidents, and answers as a person would."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.approval import answer_approval
from chalicelib.aws.incident_reader import Story
from chalicelib.incidents.lifecycle import ENDED
from chalicelib.incidents.model import Incident, Resource, State
from chalicelib.incidents.plans import Approval
from mainstay.world import World

PERSON = "alice@example.com"


@dataclass(frozen=True)
class Stage:
    """One world, seen by acts that play in it."""

    world: World

    def incidents(self, resource: Resource) -> list[Incident]:
        """The incidents of a resource, oldest first."""
        page = self.world.team.index.of_resource(resource.key)
        return [self.world.team.incidents.load(entry.incident_id) for entry in reversed(page.entries)]

    def stories(self, resource: Resource) -> list[Story]:
        """The same with their timelines."""
        page = self.world.team.index.of_resource(resource.key)
        return [self.world.team.incidents.story(entry.incident_id) for entry in reversed(page.entries)]

    def ended(self, resource: Resource, *, count: int, timeout: float) -> list[Story]:
        """Wait until so many incidents of a resource have ended and been learnt from."""

        def is_so() -> bool:
            stories = self.stories(resource)
            return len(stories) >= count and all(is_learnt(story) for story in stories)

        what = f"{count} incidents of {resource.id} to end"
        self.world.wait_until(is_so, timeout, what, after="learn_outcome")
        return self.stories(resource)

    def in_state(self, resource: Resource, state: State, *, timeout: float) -> Incident:
        """Wait until the newest incident of a resource is in a state."""
        self.world.wait_until(
            lambda: any(one.state is state for one in self.incidents(resource)[-1:]),
            timeout,
            f"{resource.id} to be {state.value}",
            after="request_approval" if state is State.AWAITING_APPROVAL else "",
        )
        return self.incidents(resource)[-1]

    def answer(self, resource: Resource, *, approved: bool, timeout: float) -> None:
        """Approve or reject the plan that people are asked about, once the question is out."""
        incident = self.in_state(resource, State.AWAITING_APPROVAL, timeout=timeout)
        team = self.world.team
        if incident.plan is None:
            raise ValueError(f"{incident.incident_id} asks about no plan")
        answer_approval(
            incident.incident_id,
            Approval(
                approved=approved,
                by=PERSON,
                digest=incident.plan.digest,
                decided_at=team.clock(),
                reason="" if approved else "we are moving this service tonight",
            ),
            team,
        )


def is_learnt(story: Story) -> bool:
    """Whether an incident has gone all the way."""
    return story.incident.state in ENDED and story.timeline[-1].what.startswith("Learnt")
