"""Embedded AWS for the tests of this folder: one server for each module, forgotten after each test."""

import io
import time
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from mainstay.embedded.aws import EmbeddedAws
from mainstay.embedded.bus import Event
from mainstay.embedded.insights import Outcome, Source, parse_query, run_query
from mainstay.embedded.invocations import route_to
from mainstay.embedded.logstore import LogStore
from mainstay.embedded.personas import GHOST
from tests.unit.embedded.asking import GROUP, NOON, make_database


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedAws]:
    with EmbeddedAws() as aws:
        yield aws


@pytest.fixture
def aws(server: EmbeddedAws) -> Iterator[EmbeddedAws]:
    yield server
    server.reset()


@pytest.fixture
def events(aws: EmbeddedAws) -> list[Event]:
    """Every event that was put on the default bus."""
    heard: list[Event] = []
    aws.on_event(heard.append)
    return heard


@pytest.fixture
def eventually() -> Callable[..., Any]:
    """Wait until something is true, and answer what it was."""

    def wait(condition: Callable[[], Any], timeout: float = 10) -> Any:
        end = time.monotonic() + timeout
        while not (found := condition()):
            assert time.monotonic() < end, "it never came true"
            time.sleep(0.01)
        return found

    return wait


@pytest.fixture
def queue(aws: EmbeddedAws, eventually: Callable[..., Any]) -> Any:
    """A queue, and a way to take what comes out of it."""
    return Queue(aws, eventually, "probe")


class Queue:
    def __init__(self, aws: EmbeddedAws, eventually: Callable[..., Any], name: str) -> None:
        self._client, self._eventually = aws.client("sqs"), eventually
        self.url = self._client.create_queue(QueueName=name)["QueueUrl"]
        self.arn = f"arn:aws:sqs:{aws.region}:{aws.account}:{name}"

    def now(self) -> list[dict[str, Any]]:
        return self._client.receive_message(
            QueueUrl=self.url, MaxNumberOfMessages=10, MessageAttributeNames=["All"]
        ).get("Messages", [])

    def take(self) -> dict[str, Any]:
        """Take one message off the queue, once there is one."""
        message = self._eventually(self.now)[0]
        self._client.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
        return message


@pytest.fixture
def cloudwatch(aws: EmbeddedAws) -> Any:
    """Metrics at noon."""
    aws.set_clock(lambda: NOON)
    return aws.client("cloudwatch")


@pytest.fixture
def logs(aws: EmbeddedAws) -> Any:
    """A log group with two streams, at noon."""
    aws.set_clock(lambda: NOON)
    client = aws.client("logs")
    client.create_log_group(logGroupName=GROUP, tags={"team": "shop"})
    for stream in ("a", "b"):
        client.create_log_stream(logGroupName=GROUP, logStreamName=stream)
    return client


@pytest.fixture
def rds(aws: EmbeddedAws) -> Any:
    """A database that nobody has heard of yet."""
    client = aws.client("rds", GHOST)
    make_database(client)
    return client


@pytest.fixture
def make_function_in() -> Callable[..., str]:
    """Make a Lambda function of a Python function in some embedded AWS, and answer its ARN."""

    def make(aws: EmbeddedAws, handler: Callable[[Any, Any], Any], name: str = "probe") -> str:
        role = f"{name}-role"
        aws.client("iam").create_role(RoleName=role, AssumeRolePolicyDocument="{}")
        arn = aws.client("lambda").create_function(
            FunctionName=name,
            Runtime="python3.11",
            Role=f"arn:aws:iam::{aws.account}:role/{role}",
            Handler="app.handler",
            Code={"ZipFile": CODE},
        )["FunctionArn"]
        route_to(handler, function_arn=arn, name=name, retry_delays=())
        return str(arn)

    return make


@pytest.fixture
def make_function(aws: EmbeddedAws, make_function_in: Callable[..., str]) -> Callable[..., str]:
    """The same in the embedded AWS of this test."""
    return lambda name, handler: make_function_in(aws, handler, name)


def _make_code() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("app.py", "")
    return buffer.getvalue()


CODE = _make_code()


# -- a small log --------------------------------------------------------------------------------

APP_START = 1_772_452_800_000
"""2026-03-02 12:00 UTC."""

APP_LOG = [
    (0, "a", "ERROR db-1 timeout after 30 ms"),
    (1, "b", "INFO user=ann latency=12 done"),
    (2, "a", "INFO user=bob latency=7 done"),
    (5, "b", '{"level":"ERROR","ms":250,"user":{"name":"ann","tags":["x","y"]},"ok":false}'),
    (6, "a", '{"level":"WARN","ms":80.5,"user":{"name":"bob"},"ok":true,"none":null}'),
    (11, "a", "WARN disk 91% full"),
]
"""Minutes after its start, stream and message."""


@pytest.fixture
def app_lines() -> list[str]:
    """The messages of the log, oldest first."""
    return [message for _, _, message in APP_LOG]


@pytest.fixture
def outcome() -> Callable[..., Outcome]:
    """Run a query of Logs Insights over the log."""

    def run(text: str, limit: int = 10_000) -> Outcome:
        store = LogStore()
        for minute, stream, message in APP_LOG:
            store.write(stream, [(APP_START + minute * 60_000, message)], ingested=APP_START + 3_600_000)
        source = Source("1:app", store, APP_START, APP_START + 3_600_000)
        return run_query(parse_query(text), [source], limit=limit)

    return run


@pytest.fixture
def ask(outcome: Callable[..., Outcome]) -> Callable[[str], list[dict[str, str]]]:
    """Answer a query's rows without the pointers of their events."""
    return lambda text: [{name: value for name, value in row if name != "@ptr"} for row in outcome(text).rows]
