"""What AWS Health, Budgets and Cost Anomaly Detection say through the alarm topic reaches people, once."""

from __future__ import annotations

import json
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from chalicelib.incidents.model import Classification, Resource, SignalSource, State
from chalicelib.telling_people import tell_waiting
from mainstay.embedded.personas import GHOST
from tests.functional.scene import Scene, begun, said

EVENTS = Path(__file__).parent.parent / "events"
_NUMBERS = count(1)


def _publish(scene: Scene, message: object) -> None:
    """On the alarm topic, as AWS does."""
    topic = f"arn:aws:sns:{scene.world.aws.region}:{scene.world.aws.account}:mainstay-local-alarms"
    text = message if isinstance(message, str) else json.dumps(message)
    scene.world.aws.client("sns").publish(TopicArn=topic, Message=text)
    scene.world.settle()


def _event(scene: Scene, name: str, *entities: str, **detail: Any) -> dict[str, Any]:
    """An event of Health about this account and region, as a new one each time."""
    event: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text(encoding="utf-8"))
    account, region = scene.world.aws.account, scene.world.aws.region
    arn = f"{event['detail']['eventArn']}-{next(_NUMBERS)}"
    named = {"affectedEntities": [{"entityValue": entity} for entity in entities]} if entities else {}
    about = {"eventArn": arn, "affectedAccount": account, "eventRegion": region, **named, **detail}
    told = {"time": f"{scene.world.team.clock():%Y-%m-%dT%H:%M:%SZ}"}
    return event | told | {"account": account, "region": region, "detail": event["detail"] | about}


def _resource_of(scene: Scene, event: dict[str, Any]) -> Resource:
    return scene.world.resource("health.event", event["detail"]["eventArn"].rpartition("/")[2])


def _closed(event: dict[str, Any]) -> dict[str, Any]:
    return event | {"id": "another", "detail": event["detail"] | {"statusCode": "closed"}}


def _mails(scene: Scene, incident_id: str) -> list[str]:
    return [document["summary"] for document in scene.inbox.about(incident_id)]


def test_an_issue_of_a_service_is_told_once_and_once_more_when_it_is_over(scene: Scene) -> None:
    event = _event(scene, "health-service-issue")
    _publish(scene, event)
    story = scene.story(_resource_of(scene, event))
    _publish(scene, event)
    again = event | {"id": "copy", "region": "us-west-2"}
    again["detail"] = event["detail"] | {"communicationId": "2", "backupEvent": "true"}
    _publish(scene, again)
    incident = story.incident
    assert incident.state is State.FAILED
    assert incident.assessment is not None
    assert incident.assessment.classification is Classification.FAILURE
    assert incident.assessment.confidence > 0.8
    assert begun(story) == []
    name = incident.resource.id
    assert _mails(scene, incident.incident_id) == [f"{name} was reported by AWS: needs you to look"]
    update = {"eventDescription": [{"language": "en_US", "latestDescription": "We see recovery."}]}
    for _ in range(2):
        _publish(scene, event | {"detail": event["detail"] | update})
    for _ in range(2):
        _publish(scene, _closed(event))
    (same,) = scene.stories(incident.resource)
    signals = same.incident.signals
    assert [signal.details.get("over") for signal in signals] == [None, None, True]
    assert signals[1].details["said"] == "We see recovery."
    assert same.incident.problem == ""
    assert _mails(scene, incident.incident_id)[1:] == [f"{name} was reported by AWS: over, says AWS"]


def test_that_it_is_over_is_told_once_however_often_and_differently_aws_says_so(scene: Scene) -> None:
    event = _event(scene, "health-service-issue")
    _publish(scene, event)
    incident_id = scene.story(_resource_of(scene, event)).incident.incident_id
    for text in ("It is over.", "It is over, and here is why.", "It is over. We are sorry."):
        said = [{"language": "en_US", "latestDescription": text}]
        _publish(scene, _closed(event | {"detail": event["detail"] | {"eventDescription": said}}))
    assert len(scene.inbox.people_about(incident_id)) == 2


def test_what_is_over_at_once_comes_in_one_message_above_the_rate(scene: Scene) -> None:
    events = [_event(scene, "health-service-issue") for _ in range(4)]
    for event in events:
        _publish(scene, event)
    ids = [scene.story(_resource_of(scene, event)).incident.incident_id for event in events]
    scene.change_policy(messages={"people_per_five_minutes": 4})
    before = len(scene.inbox.people())
    for event in events:
        _publish(scene, _closed(event))
    at_once = scene.inbox.people()[before:]
    assert len(at_once) <= 1
    assert all(_mails(scene, one)[-1].endswith("over, says AWS") for one in ids)
    assert tell_waiting(scene.world.team) == 4 - len(at_once)
    digest = scene.inbox.people()[before + len(at_once)]["Message"]["content"]["description"]
    assert digest.count("over, says AWS") == 4 - len(at_once)


def test_an_instance_that_aws_says_is_ill_and_that_is_down_is_healed_as_ever(scene: Scene) -> None:
    instance = scene.make_instance(way="asks")
    scene.world.aws.client("ec2", GHOST).stop_instances(InstanceIds=[instance.id])
    scene.wait_until_stopped(instance)
    event = _event(scene, "health-drive-degraded-backup", instance.id)
    _publish(scene, event)
    scene.waits(instance)
    scene.say(instance, approved=True)
    story = scene.story(instance)
    assert SignalSource.HEALTH in {signal.source for signal in story.incident.signals}
    assert story.incident.state is State.COMPLETED
    assert scene.state_of(instance) == "running"
    assert scene.story(_resource_of(scene, event)).incident.state is State.FAILED


def test_an_instance_that_aws_says_is_ill_and_that_runs_is_left_alone_and_people_hear_of_it(
    scene: Scene,
) -> None:
    instance = scene.make_instance()
    event = _event(scene, "health-drive-degraded-backup", instance.id)
    _publish(scene, event)
    looked = scene.story(instance)
    told = scene.story(_resource_of(scene, event))
    assert looked.incident.state is State.DISMISSED
    assert _mails(scene, looked.incident.incident_id) == []
    assert len(_mails(scene, told.incident.incident_id)) == 1
    assert scene.state_of(instance) == "running"


def test_what_aws_says_of_an_open_incident_joins_it(scene: Scene) -> None:
    instance = scene.make_instance(way="asks")
    scene.stop(instance)
    scene.waits(instance)
    _publish(scene, _event(scene, "health-drive-degraded-backup", instance.id))
    scene.say(instance, approved=True)
    story = scene.story(instance)
    assert SignalSource.HEALTH in {signal.source for signal in story.incident.signals}
    assert story.incident.state is State.COMPLETED


def test_a_retirement_is_told_once_with_its_day_and_leaves_no_cooldown(scene: Scene) -> None:
    instance = scene.make_instance()
    event = _event(scene, "health-instance-retirement", instance.id)
    _publish(scene, event)
    warned = scene.story(instance)
    reminder = event | {"id": "reminder", "time": "2026-09-20T01:43:21Z"}
    reminder["detail"] = event["detail"] | {"communicationId": "next", "statusCode": "open"}
    _publish(scene, reminder)
    incident = warned.incident
    assert incident.state is State.FAILED
    assert incident.assessment is not None
    assert (incident.assessment.classification, incident.assessment.severity) == (
        Classification.ANOMALY,
        7,
    )
    assert _mails(scene, incident.incident_id) == [
        f"{instance.id} is expected to be changed by AWS on 2026-09-28: needs you before then"
    ]
    (people,) = scene.inbox.people_about(incident.incident_id)
    assert "stop it and start it again" in json.dumps(people["Message"])
    scene.stop(instance)
    assert scene.story(instance, count=2).incident.state is State.COMPLETED


def test_while_aws_has_an_issue_people_are_asked_before_anything_there_is_repaired(scene: Scene) -> None:
    during, after = scene.make_instances(2)
    event = _event(scene, "health-service-issue")
    _publish(scene, event)
    scene.stop(during)
    asked = scene.waits(during)
    assert asked.incident.assessment is not None
    assert "AWS has an issue of EC2" in asked.incident.assessment.reasoning
    scene.say(during, approved=True)
    assert scene.story(during).incident.state is State.COMPLETED
    _publish(scene, _closed(event))
    scene.stop(after)
    assert scene.story(after).incident.state is State.COMPLETED
    assert "Asked people to approve the plan" not in said(scene.story(after))


def _budget(scene: Scene, name: str, threshold: str) -> str:
    text = (EVENTS / "budget-actual.txt").read_text(encoding="utf-8")
    text = text.replace("111122223333", scene.world.aws.account).replace("orders-monthly", name)
    return text.replace("> $80.00", f"> ${threshold}")


def test_each_threshold_of_a_budget_is_told_once_however_soon_the_next_one_is_crossed(scene: Scene) -> None:
    name = f"budget-{next(_NUMBERS)}"
    for threshold in ("80.00", "80.00", "100.00"):
        _publish(scene, _budget(scene, name, threshold))
    for threshold in ("80.00", "100.00"):
        budget = Resource(
            type="budgets.budget",
            id=f"{name} (actual > ${threshold})",
            region="global",
            account=scene.world.aws.account,
        )
        incident = scene.story(budget).incident
        assert _mails(scene, incident.incident_id) == [f"{budget.id} was crossed: needs you to look"]
        (people,) = scene.inbox.people_about(incident.incident_id)
        assert people["MessageAttributes"]["severity"]["Value"] == "7"
        assert "See in Cost Explorer" in json.dumps(people["Message"])


def test_an_unusual_cost_is_told_even_where_nothing_is_ever_done(scene: Scene) -> None:
    scene.set_mode("observe")
    anomaly = json.loads((EVENTS / "cost-anomaly.json").read_text(encoding="utf-8"))
    anomaly |= {"accountId": scene.world.aws.account, "anomalyId": f"anomaly-{next(_NUMBERS)}"}
    _publish(scene, anomaly)
    about = Resource(
        type="budgets.budget",
        id=f"{anomaly['dimensionalValue']} ({anomaly['anomalyId']})",
        region="global",
        account=scene.world.aws.account,
    )
    incident = scene.story(about).incident
    assert incident.state is State.DISMISSED
    assert _mails(scene, incident.incident_id) == [f"{about.id} was unusually expensive: needs you to look"]


def test_the_end_of_what_nobody_was_told_of_is_an_ignored_record(scene: Scene) -> None:
    event = _closed(_event(scene, "health-service-issue"))
    answer = scene.world.invoke("on_alarm", {"Records": [{"Sns": {"Message": json.dumps(event)}}]})
    assert answer["incidents"] == []
    assert [one["code"] for one in answer["ignored"]] == ["no-failure"]
    assert scene.stories(_resource_of(scene, event)) == []


@pytest.mark.parametrize(
    "message",
    [
        "x" * 262_144,
        "AWS Budget Notification",
        '{"source": "aws.health"}',
        '{"source": "aws.ce"}',
        '{"anomalyId": "a", "impact": []}',
        '{"source": "aws.health", "detail-type": "AWS Health Event", "detail": ' + "[" * 5000,
    ],
    ids=["long", "title", "health", "cost", "anomaly", "deep"],
)
def test_whatever_else_comes_is_an_ignored_record(scene: Scene, message: str) -> None:
    answer = scene.world.invoke("on_alarm", {"Records": [{"Sns": {"Message": message}}]})
    assert answer["incidents"] == []
    assert len(answer["ignored"]) == 1
