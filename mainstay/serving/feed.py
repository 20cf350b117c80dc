"""What happens on the local server: every incident's progress, and each message that people would get."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from chalicelib.incidents.lifecycle import OPEN
from chalicelib.incidents.model import Incident, TimelineEvent
from mainstay.demo.stage import is_learnt
from mainstay.world import World


@dataclass(frozen=True)
class Progress:
    """One line of one incident's timeline."""

    incident: Incident
    event: TimelineEvent


@dataclass(frozen=True)
class Told:
    """One message, as it was published."""

    subject: str
    text: str
    """As it was published: JSON for machines, plain text for people."""


class Feed:
    """Reads what is new since it was last asked, and at first since it was made."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._shown: dict[str, int] = {}
        self._done: set[str] = set()
        self._queue = _subscribe(world)
        for _ in self._progress():
            pass

    def news(self) -> Iterator[Progress | Told]:
        """Progress first, since a message is about it."""
        yield from self._progress()
        yield from self._messages()

    def _progress(self) -> Iterator[Progress]:
        team = self._world.team
        page = team.index.in_month(team.clock(), limit=200)
        for entry in reversed(page.entries):
            if entry.incident_id not in self._done:
                yield from self._of(entry.incident_id)

    def _of(self, incident_id: str) -> Iterator[Progress]:
        story = self._world.team.incidents.story(incident_id)
        shown = self._shown.get(incident_id, 0)
        for event in story.timeline[shown:]:
            yield Progress(story.incident, event)
        self._shown[incident_id] = len(story.timeline)
        if story.incident.state not in OPEN and is_learnt(story):
            self._done.add(incident_id)

    def _messages(self) -> Iterator[Told]:
        client = self._world.aws.client("sqs")
        while found := client.receive_message(QueueUrl=self._queue, MaxNumberOfMessages=10).get("Messages"):
            for one in found:
                client.delete_message(QueueUrl=self._queue, ReceiptHandle=one["ReceiptHandle"])
                envelope = json.loads(one["Body"])
                yield Told(envelope.get("Subject", ""), str(envelope["Message"]))


def _subscribe(world: World) -> str:
    """A queue that gets whatever people are told."""
    name = "mainstay-serve"
    url = world.aws.client("sqs").create_queue(QueueName=name)["QueueUrl"]
    world.aws.client("sns").subscribe(
        TopicArn=world.team.settings.people_topic_arn,
        Protocol="sqs",
        Endpoint=f"arn:aws:sqs:{world.aws.region}:{world.aws.account}:{name}",
    )
    return str(url)
