"""Chalice handlers as Lambda functions of embedded AWS."""

import json
import sys
import threading
import time
import types
from collections.abc import Iterator
from typing import Any

import pytest
from chalice import Chalice, Rate

from mainstay.embedded.aws import EmbeddedAws
from mainstay.embedded.functions import deploy_functions, wait_idle

PREFIX = "probe-local"


class Probe:
    """What the handlers below saw, and what they are to do."""

    def __init__(self) -> None:
        self.seen: list[Any] = []
        self.contexts: list[Any] = []
        self.failures_left = 0
        self.gate = threading.Event()
        self.gate.set()


def _make_app(probe: Probe) -> Chalice:
    app = Chalice(app_name="probe")

    @app.middleware("all")
    def note(event: Any, get_response: Any) -> Any:
        probe.contexts.append(event.context)
        return get_response(event)

    @app.lambda_function()
    def echo(event: Any, _context: Any) -> Any:
        probe.seen.append(event)
        return {"echo": event}

    @app.lambda_function()
    def work(event: Any, _context: Any) -> Any:
        assert probe.gate.wait(5)
        if event.get("exit"):
            sys.exit(3)
        if probe.failures_left:
            probe.failures_left -= 1
            raise LookupError("not there")
        probe.seen.append(event)
        return {"bad": {1, 2}} if event.get("bad") else {}

    @app.on_cw_event({"source": ["aws.probe"]})
    def on_probe(event: Any) -> Any:
        probe.seen.append(event.to_dict())

    @app.on_sns_message(topic="probe-topic")
    def on_message(event: Any) -> Any:
        probe.seen.append((event.subject, event.message, event.to_dict()["Records"][0]))

    @app.schedule(Rate(5, unit=Rate.MINUTES), description="clean up")
    def sweep(_event: Any) -> Any:
        probe.seen.append("swept")

    return app


@pytest.fixture(scope="module")
def aws() -> Iterator[EmbeddedAws]:
    with EmbeddedAws() as embedded:
        yield embedded


@pytest.fixture
def probe(aws: EmbeddedAws) -> Probe:
    aws.reset()
    probe = Probe()
    aws.client("sqs").create_queue(QueueName=f"{PREFIX}-dead-letters")
    aws.client("sns").create_topic(Name="probe-topic")
    deploy_functions(_make_app(probe), aws, stage="local", retry_delays=(0.01, 0.01))
    return probe


def _invoke(aws: EmbeddedAws, name: str, payload: Any, kind: str = "RequestResponse") -> tuple[Any, Any]:
    response = aws.client("lambda").invoke(
        FunctionName=f"{PREFIX}-{name}", Payload=json.dumps(payload), InvocationType=kind
    )
    body = response["Payload"].read()
    return response.get("FunctionError"), json.loads(body) if body else None


def _dead_letters(aws: EmbeddedAws) -> list[dict[str, Any]]:
    sqs = aws.client("sqs")
    url = sqs.get_queue_url(QueueName=f"{PREFIX}-dead-letters")["QueueUrl"]
    messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    return [json.loads(message["Body"]) for message in messages]


def test_each_handler_is_a_function_with_its_payload_and_answer_in_json(
    aws: EmbeddedAws, probe: Probe
) -> None:
    error, answer = _invoke(aws, "echo", {"a": [1, None]})

    assert (error, answer) == (None, {"echo": {"a": [1, None]}})
    assert probe.seen == [{"a": [1, None]}]
    names = {f["FunctionName"] for f in aws.client("lambda").list_functions()["Functions"]}
    assert names == {f"{PREFIX}-{n}" for n in ("echo", "work", "on_probe", "on_message", "sweep")}


def test_a_handler_runs_behind_the_middleware_with_a_lambda_context(aws: EmbeddedAws, probe: Probe) -> None:
    _invoke(aws, "echo", {})

    (context,) = probe.contexts
    assert context.function_name == f"{PREFIX}-echo"
    assert context.invoked_function_arn == (
        f"arn:aws:lambda:{aws.region}:{aws.account}:function:{PREFIX}-echo"
    )
    assert 0 < context.get_remaining_time_in_millis() <= 60_000
    assert context.log_group_name == f"/aws/lambda/{PREFIX}-echo"


def test_an_exception_becomes_an_error_payload(aws: EmbeddedAws, probe: Probe) -> None:
    probe.failures_left = 1

    error, answer = _invoke(aws, "work", {})

    assert error == "Unhandled"
    assert (answer["errorType"], answer["errorMessage"]) == ("LookupError", "not there")
    assert any("in work" in line for line in answer["stackTrace"])


@pytest.mark.parametrize(
    ("payload", "error_type"),
    [
        pytest.param({"bad": True}, "Runtime.MarshalError", id="answer-is-no-json"),
        pytest.param({"exit": True}, "Runtime.ExitError", id="process-ended"),
    ],
)
@pytest.mark.usefixtures("probe")
def test_what_lambda_calls_a_runtime_error_is_one_here(
    aws: EmbeddedAws, payload: dict[str, Any], error_type: str
) -> None:
    error, answer = _invoke(aws, "work", payload)

    assert (error, answer["errorType"]) == ("Unhandled", error_type)


def test_a_dry_run_runs_nothing(aws: EmbeddedAws, probe: Probe) -> None:
    assert _invoke(aws, "echo", {}, "DryRun") == (None, None)
    assert probe.seen == []


def test_an_asynchronous_invocation_returns_at_once_and_can_be_waited_for(
    aws: EmbeddedAws, probe: Probe
) -> None:
    probe.gate.clear()

    _invoke(aws, "work", {"n": 1}, "Event")

    with pytest.raises(TimeoutError, match=f"{PREFIX}-work"):
        wait_idle(0.05)
    assert probe.seen == []
    probe.gate.set()
    began = time.monotonic()
    wait_idle(20)
    assert time.monotonic() - began < 10  # it was told of the end, and did not just look again
    assert probe.seen == [{"n": 1}]


def test_a_failed_event_is_tried_again_with_the_same_request_id(aws: EmbeddedAws, probe: Probe) -> None:
    probe.failures_left = 2

    _invoke(aws, "work", {"n": 1}, "Event")
    wait_idle(5)

    assert probe.seen == [{"n": 1}]
    assert len(probe.contexts) == 3
    assert len({context.aws_request_id for context in probe.contexts}) == 1
    assert _dead_letters(aws) == []


def test_an_event_that_fails_three_times_is_a_dead_letter(aws: EmbeddedAws, probe: Probe) -> None:
    probe.failures_left = 9

    _invoke(aws, "work", {"n": 1}, "Event")
    wait_idle(5)

    assert probe.failures_left == 6
    (record,) = _dead_letters(aws)
    assert record["version"] == "1.0"
    assert record["timestamp"].endswith("Z")
    assert record["requestContext"] == {
        "requestId": probe.contexts[0].aws_request_id,
        "functionArn": f"arn:aws:lambda:{aws.region}:{aws.account}:function:{PREFIX}-work:$LATEST",
        "condition": "RetriesExhausted",
        "approximateInvokeCount": 3,
    }
    assert record["requestPayload"] == {"n": 1}
    assert record["responsePayload"]["errorType"] == "LookupError"


def test_the_number_of_tries_is_the_function_s_own(aws: EmbeddedAws, probe: Probe) -> None:
    aws.client("lambda").put_function_event_invoke_config(
        FunctionName=f"{PREFIX}-work", MaximumRetryAttempts=0
    )
    probe.failures_left = 9

    _invoke(aws, "work", {}, "Event")
    wait_idle(5)

    assert probe.failures_left == 8
    assert _dead_letters(aws) == []  # the new configuration names no destination


def test_an_event_reaches_the_handler_through_its_rule(aws: EmbeddedAws, probe: Probe) -> None:
    entries = [{"Source": s, "DetailType": "t", "Detail": '{"n": 1}'} for s in ("aws.probe", "aws.other")]

    aws.client("events").put_events(Entries=entries)
    aws.settle()
    wait_idle(5)

    assert [(event["source"], event["detail"]) for event in probe.seen] == [("aws.probe", {"n": 1})]
    rule = aws.client("events").list_targets_by_rule(Rule=f"{PREFIX}-on_probe-event")["Targets"][0]
    assert rule["DeadLetterConfig"]["Arn"].endswith(f":{PREFIX}-dead-letters")


def test_a_schedule_is_made_but_does_not_fire_by_itself(aws: EmbeddedAws, probe: Probe) -> None:
    aws.client("events").put_events(Entries=[{"Source": "aws.other", "DetailType": "t", "Detail": "{}"}])
    aws.settle()
    wait_idle(5)

    rule = aws.client("events").describe_rule(Name=f"{PREFIX}-sweep-event")
    assert (rule["ScheduleExpression"], rule["Description"]) == ("rate(5 minutes)", "clean up")
    assert probe.seen == []


def test_a_message_reaches_the_handler_with_its_own_id_and_time(aws: EmbeddedAws, probe: Probe) -> None:
    topic = f"arn:aws:sns:{aws.region}:{aws.account}:probe-topic"

    message_id = aws.client("sns").publish(TopicArn=topic, Subject="hello", Message="text")["MessageId"]
    wait_idle(5)

    ((subject, message, record),) = probe.seen
    assert (subject, message) == ("hello", "text")
    assert (record["Sns"]["MessageId"], record["Sns"]["TopicArn"]) == (message_id, topic)
    assert not record["Sns"]["Timestamp"].startswith("1970")


def test_publishing_does_not_wait_for_the_handler_nor_fail_with_it(aws: EmbeddedAws, probe: Probe) -> None:
    topic = f"arn:aws:sns:{aws.region}:{aws.account}:probe-topic"
    function = f"arn:aws:lambda:{aws.region}:{aws.account}:function:{PREFIX}-work"
    aws.client("sns").subscribe(TopicArn=topic, Protocol="lambda", Endpoint=function)
    probe.failures_left = 3

    aws.client("sns").publish(TopicArn=topic, Message="text")
    wait_idle(5)

    (record,) = _dead_letters(aws)
    assert record["requestPayload"]["Records"][0]["Sns"]["Message"] == "text"


def test_a_handler_that_its_module_wraps_again_runs_wrapped(
    aws: EmbeddedAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    aws.reset()
    aws.client("sqs").create_queue(QueueName=f"{PREFIX}-dead-letters")
    app = _make_app(Probe())
    module = types.ModuleType("app")
    inner = app.handler_map["echo"]
    module.__dict__.update(app.handler_map, app=app, echo=lambda e, c: {"wrapped": inner(e, c)})
    monkeypatch.setitem(sys.modules, "app", module)
    aws.client("sns").create_topic(Name="probe-topic")

    deploy_functions(app, aws, stage="local")

    assert _invoke(aws, "echo", 1) == (None, {"wrapped": {"echo": 1}})
