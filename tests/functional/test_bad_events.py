"""Whatever reaches a handler is an incident or an ignored record with its reason; nothing is lost."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from chalice.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.aws import items
from chalicelib.incidents.model import State
from mainstay.embedded.personas import ALICE
from tests.functional.scene import BAD, GOOD, Scene, begun, put_parameter_event

EVENTS = Path(__file__).parent.parent / "events"
Invoke = Callable[..., Any]

ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)


@pytest.fixture
def invoke(scene: Scene) -> Invoke:  # noqa: ARG001 - the app works in this world
    """Call a function by Chalice's test client, which by itself does not encode what goes in and out."""
    client = Client(importlib.import_module("app").app)

    def call(function: str, payload: object) -> Any:
        return json.loads(
            json.dumps(client.lambda_.invoke(function, json.loads(json.dumps(payload))).payload)
        )

    return call


def _event(name: str, **changes: Any) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text(encoding="utf-8"))
    return loaded | changes


def _lines(scene: Scene) -> dict[str, dict[str, Any]]:
    """Everything in the table, by its key."""
    pages = scene.world.aws.client("dynamodb").get_paginator("scan")
    table = scene.world.team.settings.incidents_table
    found = [item for page in pages.paginate(TableName=table) for item in page["Items"]]
    return {f"{item['pk']['S']}|{item['sk']['S']}": items.plain(item) for item in found}


def _new_lines(scene: Scene, act: Callable[[], object]) -> list[dict[str, Any]]:
    before = _lines(scene)
    act()
    return [line for name, line in _lines(scene).items() if name not in before]


def _sns(message: object) -> dict[str, Any]:
    return {"Records": [{"Sns": {"Message": message, "Subject": None, "MessageAttributes": {}}}]}


@pytest.mark.parametrize(
    ("event", "code"),
    [
        pytest.param({}, "unknown-event", id="nothing"),
        pytest.param([], "malformed", id="a list"),
        pytest.param("stop", "malformed", id="a text"),
        pytest.param(None, "unknown-event", id="null"),
        pytest.param({"source": "aws.ec2"}, "unknown-event", id="only a source"),
        pytest.param(_event("ec2-instance-stopped", source="com.example"), "unknown-event", id="not of AWS"),
        pytest.param(
            _event("ec2-instance-stopped", **{"detail-type": "Something"}), "unknown-event", id="unknown type"
        ),
        pytest.param(_event("ec2-instance-stopped", detail=None), "malformed", id="no detail"),
        pytest.param(_event("ec2-instance-stopped", detail="stopped"), "malformed", id="detail is a text"),
        pytest.param(_event("ec2-instance-stopped", region="\x00\ud800"), "malformed", id="binary region"),
        pytest.param(_event("ec2-instance-stopped", account="x" * 300_000), "malformed", id="huge account"),
        pytest.param(_event("ec2-instance-stopped", id="é" * 300_000), "malformed", id="huge id"),
        pytest.param(_event("ec2-instance-stopped", id="e" * 1016), "malformed", id="id too long for a key"),
        pytest.param(_event("ec2-instance-running"), "no-failure", id="no failure"),
        pytest.param(_event("call-start-instances"), "unknown-event", id="a call that breaks nothing"),
    ],
)
def test_what_cannot_be_read_is_one_ignored_record_with_its_reason_and_nothing_else(
    scene: Scene, invoke: Invoke, event: object, code: str
) -> None:
    (line,) = _new_lines(scene, lambda: invoke("on_resource_event", event))
    assert line["pk"].startswith("IGNORED#")
    assert line["code"] == code
    assert 0 < len(line["reason"]) < 300
    assert line["reason"].isprintable()
    assert len(line["event"]) <= 4000
    counted = [one for one in scene.log_lines() if "SignalsIgnored" in one]
    assert counted[-1]["Code"] == code


@pytest.mark.parametrize(
    ("event", "code"),
    [
        pytest.param({}, "malformed", id="nothing"),
        pytest.param([], "malformed", id="a list"),
        pytest.param({"Records": []}, "malformed", id="no records"),
        pytest.param({"Records": [{"Sns": None}]}, "malformed", id="no message"),
        pytest.param(_sns("not JSON"), "malformed", id="a text"),
        pytest.param(_sns("\x00\ud800" * 1000), "malformed", id="binary"),
        pytest.param(_sns("[" * 100_000), "malformed", id="deep"),
        pytest.param(_sns("{}"), "malformed", id="empty"),
        pytest.param(
            _sns(json.dumps(_event("alarm-status-check-ok"))), "no-failure", id="an alarm that went off"
        ),
        pytest.param(_sns(json.dumps(_event("alarm-of-a-queue"))), "unknown-resource", id="an unknown thing"),
    ],
)
def test_an_alarm_that_cannot_be_read_is_one_ignored_record(
    scene: Scene, invoke: Invoke, event: object, code: str
) -> None:
    (line,) = _new_lines(scene, lambda: invoke("on_alarm", event))
    assert line["pk"].startswith("IGNORED#")
    assert line["code"] == code


def test_what_is_kept_of_an_ignored_event_shows_no_secret(scene: Scene, invoke: Invoke) -> None:
    event = {"detail-type": "x", "source": "aws.x", "detail": {"password": "correct-horse-battery-staple"}}
    (line,) = _new_lines(scene, lambda: invoke("on_resource_event", event))
    assert "correct-horse" not in repr(line)


@pytest.mark.parametrize("depth", [30, 100, 300])
def test_a_deep_event_is_ignored(scene: Scene, invoke: Invoke, depth: int) -> None:
    deep: Any = "bottom"
    for _ in range(depth):
        deep = {"a": [deep]}
    (line,) = _new_lines(scene, lambda: invoke("on_resource_event", {"detail": deep}))
    assert line["code"] == "unknown-event"


def test_names_as_long_as_can_be_are_taken_in(scene: Scene, invoke: Invoke) -> None:
    """A key of the table may have 2,048 bytes, and holds the names of an event and of a resource."""
    instance = scene.world.resource("ec2.instance", f"i-{'0' * 1013}")
    event = _event("ec2-instance-stopped", id="e" * 1015, account=instance.account, region=instance.region)
    event["detail"]["instance-id"] = instance.id
    answer = invoke("on_resource_event", event)
    assert [one["how"] for one in answer["incidents"]] == ["opened"]
    assert invoke("on_resource_event", event)["incidents"][0]["how"] == "duplicate"
    assert scene.story(instance).incident.state is State.FAILED


def test_a_parameter_of_the_longest_name_is_healed(scene: Scene) -> None:
    parameter = scene.make_parameter("n" * 1000)
    event = put_parameter_event(parameter, scene.world.team.clock())
    event["detail"]["eventID"] = "e" * 1015
    scene.put(parameter.id, BAD)
    assert scene.world.invoke("on_resource_event", event)["incidents"][0]["how"] == "opened"
    assert scene.world.invoke("on_resource_event", event)["incidents"][0]["how"] == "duplicate"
    assert scene.story(parameter).incident.state is State.COMPLETED


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(payload=ANY_JSON, data=st.data())
def test_any_json_at_all_is_answered(invoke: Invoke, payload: object, data: st.DataObject) -> None:
    event = _event("ec2-instance-stopped")
    field = data.draw(st.sampled_from(sorted(event)))
    for given_event in (payload, event | {field: payload}):
        answer = invoke("on_resource_event", given_event)
        assert answer["ignored"] or answer["incidents"]
    assert invoke("on_alarm", _sns(payload))["ignored"]


def test_an_alarm_opens_an_incident(scene: Scene) -> None:
    instance = scene.make_instance(way="asks")
    alarm = _event("alarm-status-check", AWSAccountId=instance.account)
    alarm["AlarmArn"] = alarm["AlarmArn"].replace("eu-west-1", instance.region)
    alarm["Trigger"]["Dimensions"] = [{"name": "InstanceId", "value": instance.id}]
    topic = scene.world.team.settings.people_topic_arn.replace("people", "alarms")
    scene.world.aws.client("sns").publish(TopicArn=topic, Message=json.dumps(alarm))
    scene.world.settle()
    (story,) = scene.stories(instance)
    assert story.incident.signals[0].source.value == "alarm"
    scene.story(instance)


def test_a_poison_event_goes_to_the_dead_letter_queue_and_can_be_redriven(scene: Scene) -> None:
    poisoned, other = scene.make_parameter(), scene.make_parameter()
    with scene.aws_refuses.refuse("TransactWriteItems", text=poisoned.id) as refusal:
        scene.tamper(poisoned, by=ALICE)
        scene.tamper(other, by=ALICE)
        scene.world.settle()
    assert refusal.count == 3
    assert scene.stories(poisoned) == []
    assert scene.story(other).incident.state is State.COMPLETED
    letter = _take_dead_letter(scene)
    assert letter["responsePayload"]["errorType"] == "DeniedError"
    assert letter["requestPayload"]["detail"]["requestParameters"]["name"] == poisoned.id
    scene.world.invoke("on_resource_event", letter["requestPayload"])
    story = scene.story(poisoned)
    assert story.incident.state is State.COMPLETED
    assert begun(story) == ["do-0"]
    assert scene.value_of(poisoned) == GOOD


def test_an_event_that_is_refused_for_a_moment_is_taken_in_by_a_retry(scene: Scene) -> None:
    parameter = scene.make_parameter()
    with scene.aws_refuses.refuse("TransactWriteItems", text=parameter.id, times=2) as refusal:
        scene.tamper(parameter, BAD)
        scene.world.settle()
    assert refusal.count == 2
    assert scene.story(parameter).incident.state is State.COMPLETED


def _take_dead_letter(scene: Scene) -> dict[str, Any]:
    client = scene.world.aws.client("sqs")
    url = client.get_queue_url(QueueName="mainstay-local-dead-letters")["QueueUrl"]
    (message,) = client.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    client.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    letter: dict[str, Any] = json.loads(message["Body"])
    return letter
