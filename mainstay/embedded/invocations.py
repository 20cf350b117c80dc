"""What Lambda does around a handler, for handlers that run in this process.

Payload and answer pass through JSON, errors become payloads, and an asynchronous event is tried again
before it goes to the function's on-failure destination.
"""

from __future__ import annotations

import json
import threading
import time
import traceback
import uuid
from collections import Counter, defaultdict, deque
from collections.abc import Callable, MutableMapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from itertools import chain
from typing import Any, TypeAlias

from moto.awslambda.models import LambdaFunction, lambda_backends
from moto.sqs.models import sqs_backends
from moto.utilities.arns import parse_arn

from mainstay.embedded.calls import invocation
from mainstay.embedded.repairs import sns

Handler: TypeAlias = Callable[[Any, Any], Any]


def route_to(handler: Handler, *, function_arn: str, name: str, retry_delays: Sequence[float]) -> None:
    """Let every invocation of a function of embedded AWS call this handler.

    `name` is what the call log knows the function by. An asynchronous event is tried again after each
    of the delays, in seconds.
    """
    _install()
    arn = parse_arn(function_arn)
    function = lambda_backends[arn.account][arn.region].get_function(function_arn)
    # moto's own object remembers the way, so that moto's reset forgets it.
    function.in_process = _Route(name, handler, tuple(retry_delays))


def wait_idle(timeout: float) -> None:
    """Wait until no asynchronous invocation is running or about to be tried again.

    Raise TimeoutError, naming what still runs, after so many seconds.
    """
    with _CHANGED:
        if not _CHANGED.wait_for(lambda: not _RUNNING, timeout):
            raise TimeoutError(
                f"after {timeout} s still running: {', '.join(sorted(set(_RUNNING.values())))}"
            )


def forget_what_waits() -> None:
    """Handle none of the events that wait for room. What runs already goes on."""
    with _CHANGED:
        for _, _, request_id in chain.from_iterable(_WAITING.values()):
            del _RUNNING[request_id]
        _WAITING.clear()
        _CHANGED.notify_all()


def on_answer(listener: Callable[[str], None]) -> None:
    """Call `listener` with the name of each function that has answered, whatever it answered."""
    _LISTENERS.append(listener)


def forget_listeners() -> None:
    """Call nobody any more."""
    _LISTENERS.clear()


_LISTENERS: list[Callable[[str], None]] = []


@dataclass(frozen=True)
class LambdaContext:
    """What Lambda tells a handler about its invocation."""

    function_name: str
    invoked_function_arn: str
    memory_limit_in_mb: str
    timeout_seconds: float
    aws_request_id: str
    log_stream_name: str
    began: float = field(default_factory=time.monotonic)
    function_version: str = "$LATEST"
    client_context: None = None
    identity: None = None

    @property
    def log_group_name(self) -> str:
        """Where Lambda would write the log."""
        return f"/aws/lambda/{self.function_name}"

    def get_remaining_time_in_millis(self) -> int:
        """Until Lambda would end the function."""
        return max(0, round((self.began + self.timeout_seconds - time.monotonic()) * 1000))


# -- one try ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Result:
    """A JSON text, and whether it describes an error."""

    text: str
    failed: bool = False


@dataclass(frozen=True)
class _Route:
    name: str
    handler: Handler
    retry_delays: tuple[float, ...]

    def run(self, payload: str, context: LambdaContext) -> _Result:
        """Run the handler once, and say that it has answered."""
        try:
            return self._run(payload, context)
        finally:
            for listener in _LISTENERS.copy():
                listener(self.name)

    def _run(self, payload: str, context: LambdaContext) -> _Result:
        event = json.loads(payload)
        try:
            with invocation(self.name, event) as current:
                answer = self.handler(event, context)
                current.answered(answer)
        except Exception as error:  # noqa: BLE001 - Lambda too reports whatever a handler raises
            return _failure(type(error).__name__, str(error), error)
        except BaseException as error:  # noqa: BLE001 - a handler that ends its process fails alone
            exited = f"RequestId: {context.aws_request_id} Error: Runtime exited: {error!r}"
            return _failure("Runtime.ExitError", exited, error)
        return _marshal(answer)


def _marshal(answer: Any) -> _Result:
    try:
        return _Result(json.dumps(answer))
    except (TypeError, ValueError) as error:
        return _failure("Runtime.MarshalError", f"Unable to marshal response: {error}", error)


def _failure(error_type: str, message: str, error: BaseException) -> _Result:
    trace = traceback.format_tb(error.__traceback__)
    payload = {"errorMessage": message, "errorType": error_type, "stackTrace": trace}
    return _Result(json.dumps(payload), failed=True)


def _context(function: LambdaFunction, request_id: str) -> LambdaContext:
    return LambdaContext(
        function_name=function.function_name,
        invoked_function_arn=function.function_arn,
        memory_limit_in_mb=str(function.memory_size),
        timeout_seconds=function.timeout,
        aws_request_id=request_id,
        log_stream_name=f"{datetime.now(UTC):%Y/%m/%d}/[$LATEST]{uuid.uuid4().hex}",
    )


# -- asynchronous invocations -------------------------------------------------------------------

EVENTS_AT_ONCE = 16
"""So many asynchronous events of one function are handled at once; more wait, as behind its concurrency."""

_CHANGED = threading.Condition()
_RUNNING: dict[str, str] = {}
"""Request id to function name, of asynchronous invocations that have not ended."""

_BUSY: Counter[str] = Counter()
"""How many events of each function are being handled, by its ARN."""

_WAITING: dict[str, deque[tuple[LambdaFunction, str, str]]] = defaultdict(deque)
"""Function, payload and request id of those that wait, by the function's ARN."""


def _begin_event(function: LambdaFunction, payload: str) -> None:
    request_id = str(uuid.uuid4())
    with _CHANGED:
        _RUNNING[request_id] = function.function_name
        _WAITING[function.function_arn].append((function, payload, request_id))
    _start_next(function.function_arn)


def _start_next(function_arn: str) -> None:
    """Handle the event that waits longest, if one does and there is room."""
    with _CHANGED:
        if not _WAITING[function_arn] or _BUSY[function_arn] >= EVENTS_AT_ONCE:
            return
        _BUSY[function_arn] += 1
        function, payload, request_id = _WAITING[function_arn].popleft()
    name = f"{function.function_name}-{request_id}"
    threading.Thread(
        target=_handle_event, args=(function, payload, request_id), name=name, daemon=True
    ).start()


def _handle_event(function: LambdaFunction, payload: str, request_id: str) -> None:
    try:
        tries, result = _try_event(function, payload, request_id)
        if result.failed:
            _send_to_destination(function, _failure_record(function, payload, request_id, tries, result))
    finally:
        with _CHANGED:
            del _RUNNING[request_id]
            _BUSY[function.function_arn] -= 1
            _CHANGED.notify_all()
        _start_next(function.function_arn)


def _try_event(function: LambdaFunction, payload: str, request_id: str) -> tuple[int, _Result]:
    """Answer how often it was tried, and the last result."""
    route: _Route = function.in_process
    delays = route.retry_delays[: _event_config(function).get("MaximumRetryAttempts", 2)]
    tries, result = 1, route.run(payload, _context(function, request_id))
    for delay in delays:
        if not result.failed:
            break
        time.sleep(delay)
        tries, result = tries + 1, route.run(payload, _context(function, request_id))
    return tries, result


def _event_config(function: LambdaFunction) -> dict[str, Any]:
    """What was put last: moto appends where AWS replaces."""
    return dict(function.event_invoke_config[-1].config) if function.event_invoke_config else {}


def _failure_record(
    function: LambdaFunction, payload: str, request_id: str, tries: int, result: _Result
) -> dict[str, Any]:
    """In the form of Lambda's destinations.

    https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
    """
    return {
        "version": "1.0",
        "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "requestContext": {
            "requestId": request_id,
            "functionArn": f"{function.function_arn}:$LATEST",
            "condition": "RetriesExhausted",
            "approximateInvokeCount": tries,
        },
        "requestPayload": json.loads(payload),
        "responseContext": {
            "statusCode": 200,
            "executedVersion": "$LATEST",
            "functionError": "Unhandled",
        },
        "responsePayload": json.loads(result.text),
    }


def _send_to_destination(function: LambdaFunction, record: dict[str, Any]) -> None:
    """Put the record into the function's on-failure queue; without one it is lost, as on AWS."""
    destination = _event_config(function).get("DestinationConfig", {}).get("OnFailure", {})
    if destination.get("Destination"):
        arn = parse_arn(destination["Destination"])
        sqs_backends[arn.account][arn.region].send_message(arn.resource_id, json.dumps(record))


# -- what is changed in moto --------------------------------------------------------------------


@cache
def _install() -> None:
    """Run routed functions here. moto would start a container for each invocation."""
    invoke_as_moto_does = LambdaFunction.invoke

    def invoke(
        function: LambdaFunction, body: Any, headers: Any, response_headers: MutableMapping[str, str]
    ) -> Any:
        if not hasattr(function, "in_process"):
            return invoke_as_moto_does(function, body, headers, response_headers)
        payload = (body.decode() if isinstance(body, bytes) else body) or "{}"
        return _invoke(function, payload, headers.get("X-Amz-Invocation-Type", ""), response_headers)

    LambdaFunction.invoke = invoke
    sns.install()


def _invoke(
    function: LambdaFunction, payload: str, kind: str, response_headers: MutableMapping[str, str]
) -> bytes:
    if kind == "DryRun":
        return b""
    if kind == "Event":
        _begin_event(function, payload)
        return b""
    result = function.in_process.run(payload, _context(function, str(uuid.uuid4())))
    if result.failed:
        response_headers["x-amz-function-error"] = "Unhandled"
    return bytes(result.text, "utf-8")
