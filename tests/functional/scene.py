"""What a story needs: resources of its own, ways to break them, and what became of it."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import yaml

from chalicelib.aws import keys
from chalicelib.aws.incident_reader import Story
from chalicelib.collaborators import Collaborators
from chalicelib.incidents.lifecycle import OPEN
from chalicelib.incidents.model import ActorKind, Incident, Resource, Signal, State
from chalicelib.incidents.timeline import check_timeline
from mainstay.demo import spoils, things
from mainstay.demo.stage import Stage
from mainstay.embedded.bus import Event
from mainstay.embedded.invocations import on_answer
from mainstay.embedded.personas import ALICE, GHOST, Persona
from mainstay.embedded.repairs.ec2 import jam
from mainstay.world import World
from tests.functional.refusals import Refusals

PARAMETER = "ssm.parameter"
INSTANCE = "ec2.instance"
GOOD, BAD = "https://orders.internal", "https://evil.example"
TIMEOUT = 30
"""Seconds after which a story that does not go on has failed."""

POLICY = """
limits: {settle_seconds: 1, model: never}
messages: {people_per_five_minutes: 10000}
budgets: {recoveries_per_hour: 1000, recoveries_per_hour_per_type: 1000, fleet_brake: 1000}
rules:
  - {match: {id: "*/asks/*"}, set: {threshold: 1}}
  - {match: {tags: {way: asks}}, set: {threshold: 1}}
  - {match: {id: "*/sure/*"}, set: {threshold: 0, act_on_unnamed: true}}
  - {match: {id: "*/again/*"}, set: {cooldown_seconds: 0}}
  - {match: {id: "*/circuit/*"}, set: {circuit_recoveries: 1}}
  - {match: {id: "*/shortly/*"}, set: {approval_seconds: 3}}
  - {match: {id: "*/model/*"}, set: {model: always}}
protected:
  - {match: {type: ssm.parameter}}
"""
"""A resource says by its name how it is to be treated: ``/asks/again/7``."""

_OFTEN = {"Delay": 0.1, "MaxAttempts": 100}
_NUMBERS = itertools.count(1)


class Queue:
    """A queue that is subscribed to a topic."""

    def __init__(self, world: World, topic_arn: str, name: str, **subscription: Any) -> None:
        self._client = world.aws.client("sqs")
        self._url = self._client.create_queue(QueueName=name)["QueueUrl"]
        self._received: list[dict[str, Any]] = []
        world.aws.client("sns").subscribe(
            TopicArn=topic_arn,
            Protocol="sqs",
            Endpoint=f"arn:aws:sqs:{world.aws.region}:{world.aws.account}:{name}",
            Attributes=subscription,
        )

    def received(self) -> list[dict[str, Any]]:
        """Every message as SNS wraps it, oldest first, with ``Message`` as JSON."""
        while found := self._client.receive_message(QueueUrl=self._url, MaxNumberOfMessages=10).get(
            "Messages"
        ):
            bodies = [json.loads(one["Body"]) for one in found]
            self._received += [{**body, "Message": json.loads(body["Message"])} for body in bodies]
            for one in found:
                self._client.delete_message(QueueUrl=self._url, ReceiptHandle=one["ReceiptHandle"])
        return self._received


class Inbox:
    """What machines and people are told: a queue for each of the two topics."""

    def __init__(self, world: World) -> None:
        settings = world.team.settings
        self._machines = Queue(world, settings.machines_topic_arn, "inbox")
        self._people = Queue(world, settings.people_topic_arn, "people")

    def about(self, incident_id: str) -> list[dict[str, Any]]:
        """The documents about an incident, oldest first."""
        return [document for document in self.received() if document.get("incident_id") == incident_id]

    def received(self) -> list[dict[str, Any]]:
        """Every document that machines got, oldest first."""
        return [one["Message"] for one in self._machines.received()]

    def people(self) -> list[dict[str, Any]]:
        """Every message that people got, oldest first: ``Subject``, ``Message`` for a chat, attributes."""
        return self._people.received()

    def people_about(self, incident_id: str) -> list[dict[str, Any]]:
        """What people were told about one incident alone."""
        return [one for one in self.people() if one["Message"]["metadata"]["threadId"] == incident_id]


@dataclass(frozen=True)
class Scene(Stage):
    """A world in which one story is played."""

    inbox: Inbox
    aws_refuses: Refusals
    played: dict[str, tuple[Resource, Story]] = field(default_factory=dict)
    """Stories that several tests look at: played once in a world."""
    _seen: set[str] = field(default_factory=set)
    _changed: list[str] = field(default_factory=list)
    """What of the world is to be put back."""

    def play_once(self, name: str, play: Callable[[], tuple[Resource, Story]]) -> tuple[Resource, Story]:
        """A resource and its story, played when it is first asked for."""
        if name not in self.played:
            self.played[name] = play()
        return self.played[name]

    # -- resources --------------------------------------------------------------------------------

    def make_parameter(self, *ways: str) -> Resource:
        """A parameter whose present value is known to be good."""
        name = f"/{'/'.join(ways or ('usual',))}/{next(_NUMBERS)}"
        self.put(name, GOOD)
        resource = self.world.resource(PARAMETER, name)
        team = self.world.team
        team.memory.remember_good_state(resource, team.observe(resource))
        return resource

    def put(self, name: str, value: str, by: Persona = GHOST) -> None:
        """Set a parameter. Nobody hears of it, unless it is done by somebody who is on the trail."""
        self.world.aws.client("ssm", by).put_parameter(Name=name, Value=value, Type="String", Overwrite=True)

    def value_of(self, parameter: Resource) -> str:
        """What a parameter says now."""
        answer = self.world.aws.client("ssm", GHOST).get_parameter(Name=parameter.id)
        return str(answer["Parameter"]["Value"])

    def versions_of(self, parameter: Resource) -> int:
        """How often a parameter was put."""
        answer = self.world.aws.client("ssm", GHOST).get_parameter(Name=parameter.id)
        return int(answer["Parameter"]["Version"])

    def tamper(self, parameter: Resource, value: str = BAD, by: Persona = ALICE) -> None:
        """Let a parameter point somewhere else."""
        self.put(parameter.id, value, by)

    def make_instances(self, count: int, **tags: str) -> list[Resource]:
        """Running instances."""
        names = [things.make_instance(self.world, **tags) for _ in range(count)]
        waiter = self.world.aws.client("ec2", GHOST).get_waiter("instance_running")
        waiter.wait(InstanceIds=names, WaiterConfig=_OFTEN)
        return [self.world.resource(INSTANCE, name) for name in names]

    def make_instance(self, **tags: str) -> Resource:
        """A running instance."""
        return self.make_instances(1, **tags)[0]

    def state_of(self, instance: Resource) -> str:
        """``running``, ``stopped`` ..."""
        answer = self.world.aws.client("ec2", GHOST).describe_instances(InstanceIds=[instance.id])
        return str(answer["Reservations"][0]["Instances"][0]["State"]["Name"])

    def stop(self, instance: Resource, by: Persona = ALICE) -> None:
        """Stop an instance."""
        spoils.stop_instance(self.world, instance.id, by)

    def start(self, instance: Resource) -> None:
        """Start an instance by hand, and wait until it runs."""
        client = self.world.aws.client("ec2", ALICE)
        client.start_instances(InstanceIds=[instance.id])
        client.get_waiter("instance_running").wait(InstanceIds=[instance.id], WaiterConfig=_OFTEN)

    def wait_until_stopped(self, instance: Resource) -> None:
        """Wait until an instance has stopped, and everybody has heard of it."""
        waiter = self.world.aws.client("ec2", GHOST).get_waiter("instance_stopped")
        waiter.wait(InstanceIds=[instance.id], WaiterConfig=_OFTEN)
        self.world.settle()

    def jam(self, instance: Resource) -> None:
        """From now on it begins to start but never gets to running."""
        jam(instance.id)

    # -- the world --------------------------------------------------------------------------------

    def set_mode(self, mode: str) -> None:
        """Switch Mainstay for the rest of this story."""
        team = self.world.team
        self._changed.append("mode")
        team.memory.set_mode(mode, by="bob", now=team.clock())

    def forget_mode(self) -> None:
        """As if the mode had never been set."""
        self._changed.append("mode")
        self.world.aws.client("dynamodb").delete_item(
            TableName=self.world.team.settings.incidents_table,
            Key={"pk": {"S": "CONTROL"}, "sk": {"S": "MODE"}},
        )

    def change_policy(self, **sections: Any) -> None:
        """Let these sections hold for the rest of this story; rules are added to the usual ones."""
        policy = yaml.safe_load(POLICY)
        rules = [*policy["rules"], *sections.pop("rules", [])]
        self.set_policy(yaml.safe_dump({**policy, **sections, "rules": rules}))

    def set_policy(self, text: str) -> None:
        """Another policy, for the rest of this story."""
        self._changed.append("policy")
        self.world.set_policy(text)
        self.aws_refuses.attach(self.world.team.aws.session)

    def later(self, **time: float) -> Collaborators:
        """What the functions work with, some time later."""
        team = self.world.team
        return replace(team, clock=lambda: team.clock() + timedelta(**time))

    def leave(self) -> None:
        """Put back what this story changed in the world, and look at every timeline that it has seen."""
        if "policy" in self._changed:
            self.set_policy(POLICY)
        if "mode" in self._changed:
            self.world.team.memory.set_mode("auto", by="mainstay", now=self.world.team.clock())
        self.world.bedrock.forget()
        for incident_id in self._seen:
            story = self.world.team.incidents.story(incident_id)
            check_story(story)
            self._forget_outcomes(story.incident)

    def _forget_outcomes(self, incident: Incident) -> None:
        """What one story has taught must not change how the next one is judged."""
        for name in (incident.signature, incident.resource.type):
            self.world.aws.client("dynamodb").delete_item(
                TableName=self.world.team.settings.incidents_table, Key=keys.outcomes_key(name)
            )

    # -- what became of it ------------------------------------------------------------------------

    def stories(self, resource: Resource) -> list[Story]:
        """Every incident of a resource, oldest first."""
        found = super().stories(resource)
        self._seen.update(story.incident.incident_id for story in found)
        return found

    def story(self, resource: Resource, *, count: int = 1) -> Story:
        """The newest of so many incidents of a resource, once all of them have ended and been learnt from."""
        stories = self.ended(resource, count=count, timeout=TIMEOUT)
        assert len(stories) == count
        return stories[-1]

    def waits(self, resource: Resource) -> Story:
        """The story of a resource once people are asked about it."""
        incident = self.in_state(resource, State.AWAITING_APPROVAL, timeout=TIMEOUT)
        self._seen.add(incident.incident_id)
        team = self.world.team
        self.world.wait_until(
            lambda: bool(team.incidents.task_token(incident.incident_id)), TIMEOUT, "the question to be out"
        )
        return team.incidents.story(incident.incident_id)

    def wait_for(self, resource: Resource, state: State) -> None:
        """Wait until the newest incident of a resource is in a state."""
        self.in_state(resource, state, timeout=TIMEOUT)

    def say(self, resource: Resource, *, approved: bool) -> None:
        """Answer as a person would."""
        self.answer(resource, approved=approved, timeout=TIMEOUT)

    def hear(self, *names: str) -> list[Event]:
        """From now on, every event of the bus that mentions one of these names."""
        heard: list[Event] = []

        def listen(event: Event) -> None:
            if any(name in json.dumps(event) for name in names):
                heard.append(event)

        self.world.aws.on_event(listen)
        return heard

    def once_after(self, function: str, act: Callable[[], object]) -> None:
        """Do something as soon as a function has answered next, before the workflow goes on."""
        waiting = [act]

        def listen(name: str) -> None:
            if name == function and waiting:
                waiting.pop()()

        on_answer(listen)

    def log_lines(self) -> list[dict[str, Any]]:
        """Everything that was logged and measured."""
        return [json.loads(line) for line in self.world.log_file.read_text(encoding="utf-8").splitlines()]

    def execution_of(self, story: Story) -> str:
        """The ARN of the workflow of an incident."""
        arn = self.world.team.settings.state_machine_arn.replace(":stateMachine:", ":execution:")
        return f"{arn}:{story.incident.incident_id}"


def check_story(story: Story) -> None:
    """The timeline is whole and ends where the record says, and the record says when it ended."""
    incident = story.incident
    check_timeline(incident.incident_id, story.timeline, incident.bookmark)
    assert (incident.ended_at is None) == (incident.state in OPEN)


def said(story: Story) -> list[str]:
    """What the timeline says, without the facts behind it."""
    return [event.what for event in story.timeline]


def moves(story: Story) -> list[State]:
    """The states that an incident went through, each once per visit."""
    return [state for state, _ in itertools.groupby(event.state for event in story.timeline)]


def heard_from_others(story: Story) -> list[Signal]:
    """The signals of an incident beside those of our own repair."""
    return [signal for signal in story.incident.signals if signal.actor.kind is not ActorKind.OWN_ROLE]


def begun(story: Story) -> list[str]:
    """The names of the effects that were begun."""
    return [effect.name for effect in story.effects]


def answers_of(story: Story, gate: str) -> str:
    """What one gate said."""
    decision = story.incident.decision
    assert decision is not None
    return next(answer.reason for answer in decision.gates if answer.gate == gate)


def put_parameter_event(parameter: Resource, at: datetime, number: int = 1, name: str = "alice") -> Event:
    """What CloudTrail would say of a person's PutParameter."""
    detail: dict[str, Any] = {
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "IAMUser",
            "principalId": "AIDAEXAMPLE",
            "arn": f"arn:aws:iam::{parameter.account}:user/{name}",
            "accountId": parameter.account,
            "userName": name,
        },
        "eventTime": f"{at:%Y-%m-%dT%H:%M:%SZ}",
        "eventSource": "ssm.amazonaws.com",
        "eventName": "PutParameter",
        "awsRegion": parameter.region,
        "sourceIPAddress": "203.0.113.24",
        "userAgent": "aws-cli/2.31.0",
        "requestParameters": {"name": parameter.id, "type": "String", "overwrite": True},
        "responseElements": {"version": 2},
        "requestID": f"request-{number}",
        "eventID": f"{parameter.id}-{number}",
        "readOnly": False,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": parameter.account,
    }
    return {
        "version": "0",
        "id": f"delivered-{number}",
        "detail-type": "AWS API Call via CloudTrail",
        "source": "aws.ssm",
        "account": parameter.account,
        "time": detail["eventTime"],
        "region": parameter.region,
        "resources": [],
        "detail": detail,
    }


def incident_ids(answers: Iterable[dict[str, Any]]) -> set[str]:
    """The incidents that answers of the handler name."""
    return {one["incident_id"] for answer in answers for one in answer["incidents"]}
