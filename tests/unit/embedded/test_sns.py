"""SNS towards functions: batches, attributes, filter policies, and many messages at once."""

import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from chalice import Chalice

from mainstay.embedded.aws import EmbeddedAws
from mainstay.embedded.functions import deploy_functions, wait_idle
from mainstay.embedded.invocations import EVENTS_AT_ONCE


class Worker:
    """A function that hears of a topic, and what it saw."""

    def __init__(self) -> None:
        self.records: list[dict[str, Any]] = []
        self.fails: Callable[[str, int], bool] = lambda _message, _attempt: False
        self.lock = threading.Lock()
        self.now, self.most = 0, 0
        self.attempts: dict[str, int] = {}

    def handle(self, record: dict[str, Any]) -> None:
        message = record["Sns"]["Message"]
        with self.lock:
            self.now += 1
            self.most = max(self.most, self.now)
            self.attempts[message] = attempt = self.attempts.get(message, 0) + 1
        try:
            if self.fails(message, attempt):
                raise LookupError(message)
            self.records.append(record["Sns"])
        finally:
            with self.lock:
                self.now -= 1

    @property
    def messages(self) -> list[str]:
        return sorted(record["Message"] for record in self.records)


@pytest.fixture
def worker(aws: EmbeddedAws) -> Iterator[Worker]:
    worker, app = Worker(), Chalice(app_name="fan")

    @app.on_sns_message(topic="work")
    def on_work(event: Any) -> None:
        worker.handle(event.to_dict()["Records"][0])

    aws.client("sqs").create_queue(QueueName="fan-local-dead-letters")
    aws.client("sns").create_topic(Name="work")
    deploy_functions(app, aws, stage="local", retry_delays=(0.001, 0.001))
    yield worker
    wait_idle(30)


@pytest.fixture
def topic(aws: EmbeddedAws) -> str:
    return f"arn:aws:sns:{aws.region}:{aws.account}:work"


def _entries(*messages: str) -> list[dict[str, Any]]:
    return [{"Id": str(number), "Message": message} for number, message in enumerate(messages)]


def _batch(aws: EmbeddedAws, topic: str, entries: list[dict[str, Any]]) -> tuple[list[str], list[str]]:
    answer = aws.client("sns").publish_batch(TopicArn=topic, PublishBatchRequestEntries=entries)
    return [one["Id"] for one in answer["Successful"]], [one["Id"] for one in answer["Failed"]]


# -- batches ------------------------------------------------------------------------------------


def test_ten_messages_are_a_batch(aws: EmbeddedAws, worker: Worker, topic: str) -> None:
    sent = [f"m{number}" for number in range(10)]
    assert _batch(aws, topic, _entries(*sent)) == ([str(number) for number in range(10)], [])
    wait_idle(10)
    assert worker.messages == sent
    assert len({record["MessageId"] for record in worker.records}) == 10


def test_what_of_a_batch_cannot_be_sent_fails_alone(aws: EmbeddedAws, worker: Worker, topic: str) -> None:
    entries = _entries("good", "", "long subject", "fine")
    entries[2]["Subject"] = "x" * 101
    answer = aws.client("sns").publish_batch(TopicArn=topic, PublishBatchRequestEntries=entries)
    wait_idle(10)
    assert [one["Id"] for one in answer["Successful"]] == ["0", "3"]
    assert [(one["Id"], one["Code"], one["SenderFault"]) for one in answer["Failed"]] == [
        ("1", "InvalidParameter", True),
        ("2", "InvalidParameter", True),
    ]
    assert worker.messages == ["fine", "good"]


@pytest.mark.parametrize(
    ("entries", "code"),
    [
        ([], "EmptyBatchRequest"),
        (_entries(*"abcdefghijk"), "TooManyEntriesInBatchRequest"),
        (_entries("a") * 2, "BatchEntryIdsNotDistinct"),
        ([{"Id": "a b", "Message": "m"}], "InvalidBatchEntryId"),
        (_entries("x" * 200_000, "y" * 100_000), "BatchRequestTooLong"),
    ],
    ids=["none", "eleven", "the same id", "an id", "too long"],
)
def test_a_batch_that_aws_would_not_take_is_refused(
    aws: EmbeddedAws, worker: Worker, topic: str, entries: list[dict[str, Any]], code: str
) -> None:
    with pytest.raises(ClientError) as caught:
        _batch(aws, topic, entries)
    wait_idle(10)
    assert caught.value.response["Error"]["Code"] == code
    assert worker.messages == []


# -- attributes ---------------------------------------------------------------------------------

SCAN = {
    "kind": {"DataType": "String", "StringValue": "scan"},
    "n": {"DataType": "Number", "StringValue": "5"},
}


def test_attributes_reach_the_function(aws: EmbeddedAws, worker: Worker, topic: str) -> None:
    aws.client("sns").publish(TopicArn=topic, Message="one", MessageAttributes=SCAN)
    entry = {"Id": "1", "Message": "two", "MessageAttributes": SCAN}
    assert _batch(aws, topic, [entry]) == (["1"], [])
    wait_idle(10)
    assert [record["MessageAttributes"] for record in worker.records] == [
        {"kind": {"Type": "String", "Value": "scan"}, "n": {"Type": "Number", "Value": "5"}}
    ] * 2


@pytest.mark.parametrize(
    ("policy", "passes"),
    [
        ({"kind": ["scan"]}, True),
        ({"kind": ["other"]}, False),
        ({"kind": ["other", {"prefix": "sc"}]}, True),
        ({"kind": [{"anything-but": ["scan"]}]}, False),
        ({"n": [{"numeric": [">", 4]}]}, True),
        ({"n": [{"numeric": [">", 5]}]}, False),
        ({"missing": [{"exists": False}]}, True),
        ({"kind": ["scan"], "missing": ["x"]}, False),
    ],
    ids=["equal", "other", "prefix", "anything but", "numeric", "numeric not", "exists", "both"],
)
def test_a_filter_policy_chooses_by_attributes(
    aws: EmbeddedAws, worker: Worker, topic: str, policy: dict[str, Any], passes: bool
) -> None:
    sns = aws.client("sns")
    (subscription,) = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    sns.set_subscription_attributes(
        SubscriptionArn=subscription["SubscriptionArn"],
        AttributeName="FilterPolicy",
        AttributeValue=json.dumps(policy),
    )
    _batch(aws, topic, [{"Id": "1", "Message": "text", "MessageAttributes": SCAN}])
    wait_idle(10)
    assert worker.messages == (["text"] if passes else [])


# -- many at once -------------------------------------------------------------------------------


def _fan_out(aws: EmbeddedAws, topic: str, count: int) -> list[str]:
    sent = [f"{number:04}" for number in range(count)]
    for start in range(0, count, 10):
        assert _batch(aws, topic, _entries(*sent[start : start + 10]))[1] == []
    return sent


def test_a_thousand_messages_all_arrive_and_are_waited_for(
    aws: EmbeddedAws, worker: Worker, topic: str
) -> None:
    sent = _fan_out(aws, topic, 1000)
    aws.settle()
    wait_idle(60)
    assert worker.messages == sent


def test_only_so_many_are_handled_at_once(
    aws: EmbeddedAws, worker: Worker, topic: str, eventually: Callable[..., Any]
) -> None:
    gate = threading.Event()
    worker.fails = lambda _message, _attempt: not gate.wait(20)
    sent = _fan_out(aws, topic, 5 * EVENTS_AT_ONCE)
    with pytest.raises(TimeoutError, match="fan-local-on_work"):
        wait_idle(0.05)
    eventually(lambda: worker.now == EVENTS_AT_ONCE)
    gate.set()
    wait_idle(30)
    assert worker.most == EVENTS_AT_ONCE
    assert worker.messages == sent


def test_what_waits_when_everything_is_forgotten_never_happens(
    aws: EmbeddedAws, worker: Worker, topic: str, eventually: Callable[..., Any]
) -> None:
    gate = threading.Event()
    worker.fails = lambda _message, _attempt: not gate.wait(20)
    _fan_out(aws, topic, 2 * EVENTS_AT_ONCE)
    eventually(lambda: worker.now == EVENTS_AT_ONCE)
    aws.reset()
    gate.set()
    wait_idle(20)
    assert len(worker.messages) == EVENTS_AT_ONCE


def test_what_fails_is_tried_again_and_then_a_dead_letter(
    aws: EmbeddedAws, worker: Worker, topic: str
) -> None:
    worker.fails = lambda message, attempt: message.endswith("7") and (message == "0007" or attempt < 3)
    sent = _fan_out(aws, topic, 100)
    wait_idle(60)
    assert worker.messages == [message for message in sent if message != "0007"]
    assert {count for message, count in worker.attempts.items() if message.endswith("7")} == {3}
    sqs = aws.client("sqs")
    url = sqs.get_queue_url(QueueName="fan-local-dead-letters")["QueueUrl"]
    (letter,) = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    assert json.loads(letter["Body"])["requestPayload"]["Records"][0]["Sns"]["Message"] == "0007"
