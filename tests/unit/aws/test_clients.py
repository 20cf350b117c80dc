"""What AWS answers becomes one of our errors; reads are tried again, changes never are."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from chalicelib.aws.clients import Aws, TransactionCancelledError
from chalicelib.errors import (
    AwsError,
    DeniedError,
    MainstayError,
    NotFoundError,
    PermanentError,
    RetryableError,
    ThrottledError,
    UnreachableError,
)
from tests.unit.aws.making import REGION


@dataclass
class Endpoint:
    """An AWS that answers what it was told to, one answer after another, the last one for ever."""

    url: str = ""
    answers: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)

    def answer(self, request: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        self.requests.append(request)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def will_answer(self, *answers: tuple[int, dict[str, Any]]) -> None:
        self.answers = list(answers)


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[Endpoint]:
    known = Endpoint()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, answer = known.answer(json.loads(body))
            payload = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/x-amz-json-1.0")
            self.send_header("Content-Length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    known.url = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setenv("AWS_ENDPOINT_URL", known.url)
    yield known
    server.shutdown()
    server.server_close()


def _error(code: str, status: int = 400) -> tuple[int, dict[str, Any]]:
    return status, {"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": "so it is"}


_FINE: tuple[int, dict[str, Any]] = (200, {"TableNames": ["carts"]})


@pytest.mark.parametrize(
    ("code", "status", "error", "retryable"),
    [
        ("ThrottlingException", 400, ThrottledError, True),
        ("ProvisionedThroughputExceededException", 400, ThrottledError, True),
        ("TooManyRequestsException", 429, ThrottledError, True),
        ("RequestLimitExceeded", 503, ThrottledError, True),
        ("InternalServerError", 500, UnreachableError, True),
        ("ServiceUnavailable", 503, UnreachableError, True),
        ("SomethingNew", 502, UnreachableError, True),
        ("ResourceNotFoundException", 400, NotFoundError, False),
        ("InvalidInstanceID.NotFound", 400, NotFoundError, False),
        ("NoSuchBucket", 404, NotFoundError, False),
        ("DBInstanceNotFound", 404, NotFoundError, False),
        ("404", 404, NotFoundError, False),
        ("AccessDeniedException", 400, DeniedError, False),
        ("UnauthorizedOperation", 403, DeniedError, False),
        ("ValidationException", 400, AwsError, False),
        ("ExecutionAlreadyExists", 400, AwsError, False),
    ],
)
def test_an_answer_becomes_the_error_that_says_what_to_do(
    endpoint: Endpoint, code: str, status: int, error: type[MainstayError], retryable: bool
) -> None:
    endpoint.will_answer(_error(code, status))
    with pytest.raises(error, match="dynamodb:list_tables answered") as raised:
        Aws(region=REGION).change("dynamodb", "list_tables")
    assert type(raised.value) is error
    assert isinstance(raised.value, RetryableError if retryable else PermanentError)
    if isinstance(raised.value, AwsError):
        assert (raised.value.code, raised.value.operation) == (code, "dynamodb:list_tables")


def test_a_cancelled_transaction_keeps_its_reasons_in_order(endpoint: Endpoint) -> None:
    status, body = _error("TransactionCanceledException")
    reasons = [
        {"Code": "None"},
        {"Code": "ConditionalCheckFailed", "Item": {"pk": {"S": "a"}}},
        {"Code": "TransactionConflict"},
    ]
    endpoint.will_answer((status, body | {"CancellationReasons": reasons}))
    with pytest.raises(TransactionCancelledError) as raised:
        Aws(region=REGION).read("dynamodb", "transact_write_items", TransactItems=[{"Delete": _A_KEY}])
    refused = raised.value
    assert [refused.failed(position) for position in range(3)] == [False, True, False]
    assert refused.item(1) == {"pk": {"S": "a"}}
    assert refused.item(0) == {}
    assert refused.conflicted


_A_KEY = {"TableName": "carts", "Key": {"pk": {"S": "a"}}}


@pytest.mark.parametrize(
    "answer",
    [_error("InternalServerError", 500), _error("ThrottlingException"), (503, {})],
    ids=["error", "throttle", "nothing"],
)
def test_a_change_is_a_single_attempt(endpoint: Endpoint, answer: tuple[int, dict[str, Any]]) -> None:
    endpoint.will_answer(answer, _FINE)
    with pytest.raises(RetryableError):
        Aws(region=REGION).change("dynamodb", "list_tables")
    assert len(endpoint.requests) == 1


@pytest.mark.parametrize(
    "answer",
    [_error("InternalServerError", 500), _error("ThrottlingException"), (503, {})],
    ids=["error", "throttle", "nothing"],
)
def test_a_read_is_tried_again(endpoint: Endpoint, answer: tuple[int, dict[str, Any]]) -> None:
    endpoint.will_answer(answer, _FINE)
    assert Aws(region=REGION).read("dynamodb", "list_tables")["TableNames"] == ["carts"]
    assert len(endpoint.requests) == 2


def test_what_is_wrong_for_good_is_not_tried_again(endpoint: Endpoint) -> None:
    endpoint.will_answer(_error("ValidationException"))
    with pytest.raises(AwsError):
        Aws(region=REGION).read("dynamodb", "list_tables")
    assert len(endpoint.requests) == 1


def test_a_transaction_that_is_tried_again_carries_the_same_token(endpoint: Endpoint) -> None:
    endpoint.will_answer(_error("InternalServerError", 500), (200, {}))
    Aws(region=REGION).read("dynamodb", "transact_write_items", TransactItems=[{"Delete": _A_KEY}])
    tokens = [request["ClientRequestToken"] for request in endpoint.requests]
    assert len(tokens) == 2
    assert tokens[0] == tokens[1]


def test_nobody_there_means_that_the_effect_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(UnreachableError, match="dynamodb:list_tables"):
        Aws(region=REGION).change("dynamodb", "list_tables")


def test_a_call_that_the_sdk_refuses_is_a_permanent_error(endpoint: Endpoint) -> None:
    endpoint.will_answer(_FINE)
    with pytest.raises(AwsError, match="ParamValidationError"):
        Aws(region=REGION).change("dynamodb", "list_tables", Limit="many")
    assert endpoint.requests == []


def test_clients_are_made_late_and_once(endpoint: Endpoint) -> None:
    endpoint.will_answer(_FINE)
    aws = Aws(region=REGION)
    made: list[str] = []
    aws.session.events.register("creating-client-class", lambda **found: made.append(found["event_name"]))
    assert made == []
    for _ in range(2):
        aws.read("dynamodb", "list_tables")
        aws.change("dynamodb", "list_tables")
    assert made == ["creating-client-class.dynamodb"] * 2
