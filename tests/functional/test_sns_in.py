"""What AWS Health, Budgets and Cost Anomaly Detection say through the alarm topic reaches people, once."""

from __future__ import annotations

import json
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from chalicelib.incidents.model import Classification, Resource, SignalSource, State
from tests.functional.scene import TIMEOUT, Scene, begun, said

EVENTS = Path(__file__).parent.parent / "events"
_NUMBERS = count(1)
SECRET = "AKIA" + "IOSFODNN7EXAMPLE"


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
    return event | {"account": account, "region": region, "detail": event["detail"] | about}


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
    _publish(scene, _closed(event))
    _publish(scene, _closed(event))
    (same,) = scene.stories(incident.resource)
    assert [signal.details.get("over") for signal in same.incident.signals] == [None, True]
    assert _mails(scene, incident.incident_id)[1:] == [f"{name} was reported by AWS: over, says AWS"]
