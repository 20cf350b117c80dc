"""Events reach the targets of rules."""

import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from mainstay.embedded.aws import EmbeddedAws

PATTERN = json.dumps({"source": ["probe"]})


@pytest.fixture
def put_rule(aws: EmbeddedAws) -> Callable[..., Any]:
    def put(arn: str, name: str = "probe", state: str = "ENABLED", **target: Any) -> None:
        aws.client("events").put_rule(Name=name, EventPattern=PATTERN, State=state)
        aws.client("events").put_targets(Rule=name, Targets=[{"Id": "1", "Arn": arn, **target}])

    return put


def _emit(aws: EmbeddedAws, **entry: Any) -> str:
    event = {"Source": "probe", "DetailType": "Probe", "Detail": '{"n": 1}', **entry}
    return aws.client("events").put_events(Entries=[event])["Entries"][0]["EventId"]


def test_a_function_is_invoked_with_the_whole_envelope(
    aws: EmbeddedAws, put_rule: Any, make_function: Any, eventually: Any
) -> None:
    seen: list[Any] = []
    put_rule(make_function("f", lambda event, _context: seen.append(event)))
    event_id = _emit(aws, Resources=["arn:aws:probe:::x"], Time=1767225600)
    assert eventually(lambda: seen)[0] == {
        "version": "0",
        "id": event_id,
        "detail-type": "Probe",
        "source": "probe",
        "account": aws.account,
        "time": "2026-01-01T00:00:00Z",
        "region": aws.region,
        "resources": ["arn:aws:probe:::x"],
        "detail": {"n": 1},
    }


def test_put_events_does_not_wait_for_the_function(
    aws: EmbeddedAws, put_rule: Any, make_function: Any
) -> None:
    gate, began = threading.Event(), threading.Event()

    def handler(_event: Any, _context: Any) -> None:
        began.set()
        gate.wait(5)

    put_rule(make_function("f", handler))
    _emit(aws)
    assert began.wait(5)
    assert not gate.is_set(), "the call has been answered, the function still runs"
    gate.set()


def test_a_state_machine_is_started(aws: EmbeddedAws, put_rule: Any, eventually: Any) -> None:
    client = aws.client("stepfunctions")
    definition = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
    machine = client.create_state_machine(
        name="m", definition=json.dumps(definition), roleArn=f"arn:aws:iam::{aws.account}:role/r"
    )["stateMachineArn"]
    put_rule(machine, InputPath="$.detail")
    event_id = _emit(aws)
    [execution] = eventually(lambda: client.list_executions(stateMachineArn=machine)["executions"])
    assert execution["name"].startswith(event_id)
    described = client.describe_execution(executionArn=execution["executionArn"])
    assert json.loads(described["input"]) == {"n": 1}


def test_a_topic_and_a_queue_get_the_event(aws: EmbeddedAws, put_rule: Any, queue: Any) -> None:
    topic = aws.client("sns").create_topic(Name="t")["TopicArn"]
    aws.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue.arn)
    put_rule(topic)
    event_id = _emit(aws)
    published = json.loads(queue.take()["Body"])
    assert json.loads(published["Message"])["id"] == event_id


def test_a_queue_gets_the_account_too(aws: EmbeddedAws, put_rule: Any, queue: Any) -> None:
    put_rule(queue.arn)
    _emit(aws)
    assert json.loads(queue.take()["Body"])["account"] == aws.account


def test_a_log_group_gets_a_line_although_its_arn_ends_in_a_star(
    aws: EmbeddedAws, put_rule: Any, eventually: Any
) -> None:
    logs = aws.client("logs")
    logs.create_log_group(logGroupName="/probe")
    put_rule(logs.describe_log_groups()["logGroups"][0]["arn"])
    event_id = _emit(aws)
    [line] = eventually(lambda: logs.filter_log_events(logGroupName="/probe")["events"])
    assert json.loads(line["message"])["id"] == event_id


def test_a_target_may_get_a_constant(aws: EmbeddedAws, put_rule: Any, queue: Any) -> None:
    put_rule(queue.arn, Input='{"constant": true}')
    _emit(aws)
    assert queue.take()["Body"] == '{"constant": true}'


def test_a_rule_that_is_off_delivers_nothing(aws: EmbeddedAws, put_rule: Any, queue: Any) -> None:
    put_rule(queue.arn, state="DISABLED")
    _emit(aws)
    aws.settle()
    assert queue.now() == []


def test_a_schedule_does_not_hear_events(aws: EmbeddedAws, queue: Any) -> None:
    client = aws.client("events")
    client.put_rule(Name="every-day", ScheduleExpression="rate(1 day)")
    client.put_targets(Rule="every-day", Targets=[{"Id": "1", "Arn": queue.arn}])
    _emit(aws)
    aws.settle()
    assert queue.now() == []


def test_a_rule_whose_pattern_does_not_match_delivers_nothing(
    aws: EmbeddedAws, put_rule: Any, queue: Any
) -> None:
    put_rule(queue.arn)
    _emit(aws, Source="somebody.else")
    aws.settle()
    assert queue.now() == []


def test_an_event_that_cannot_be_delivered_goes_to_the_dead_letters(
    aws: EmbeddedAws, put_rule: Any, queue: Any
) -> None:
    function = f"arn:aws:lambda:{aws.region}:{aws.account}:function:gone"
    put_rule(function, DeadLetterConfig={"Arn": queue.arn}, InputPath="$.detail")
    event_id = _emit(aws)
    message = queue.take()
    assert json.loads(message["Body"])["id"] == event_id, "the event, not what the target would have got"
    facts = {name: fact["StringValue"] for name, fact in message["MessageAttributes"].items()}
    assert facts["TARGET_ARN"] == function
    assert facts["RULE_ARN"].endswith(":rule/probe")
    assert facts["ERROR_CODE"] == "NO_RESOURCE"


def test_one_bad_target_does_not_keep_the_event_from_another_rule(
    aws: EmbeddedAws, put_rule: Any, queue: Any
) -> None:
    put_rule(f"arn:aws:lambda:{aws.region}:{aws.account}:function:gone", name="a")
    put_rule(queue.arn, name="b")
    _emit(aws)
    assert queue.take()


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        ({"Source": ""}, "InvalidArgument"),
        ({"DetailType": ""}, "InvalidArgument"),
        ({"Detail": "not JSON"}, "MalformedDetail"),
        ({"Detail": "[1]"}, "MalformedDetail"),
    ],
)
def test_a_bad_entry_is_refused_and_a_good_one_taken(
    aws: EmbeddedAws, entry: dict[str, str], code: str
) -> None:
    good = {"Source": "probe", "DetailType": "Probe", "Detail": "{}"}
    answer = aws.client("events").put_events(Entries=[{**good, **entry}, good])
    assert answer["Entries"][0]["ErrorCode"] == code
    assert "EventId" in answer["Entries"][1]


def test_more_than_ten_entries_are_too_many(aws: EmbeddedAws) -> None:
    entry = {"Source": "probe", "DetailType": "Probe", "Detail": "{}"}
    with pytest.raises(ClientError, match="less than or equal to 10"):
        aws.client("events").put_events(Entries=[entry] * 11)


@pytest.mark.parametrize(("source", "matches"), [("probe", True), ("other", False)])
def test_a_pattern_can_be_tested(aws: EmbeddedAws, source: str, *, matches: bool) -> None:
    event = {"id": "1", "source": source, "detail-type": "x", "account": "1", "time": "x", "region": "x"}
    answer = aws.client("events").test_event_pattern(EventPattern=PATTERN, Event=json.dumps(event))
    assert answer["Result"] is matches


def test_an_archive_still_keeps_events(aws: EmbeddedAws) -> None:
    client = aws.client("events")
    client.create_archive(
        ArchiveName="kept", EventSourceArn=f"arn:aws:events:{aws.region}:{aws.account}:event-bus/default"
    )
    _emit(aws)
    aws.settle()
    assert client.describe_archive(ArchiveName="kept")["EventCount"] == 1


def test_a_published_event_is_delivered_as_it_is(
    aws: EmbeddedAws, put_rule: Any, queue: Any, events: list[Any]
) -> None:
    put_rule(queue.arn)
    _emit(aws)
    first = json.loads(queue.take()["Body"])
    aws.publish(events[0])
    assert json.loads(queue.take()["Body"]) == first
