"""CloudTrail: each recorded call, whether it succeeded or not, becomes an event on the default bus.

It stands in front of the server and reads requests and answers in their wire formats, so that what it says
is what was really asked and answered. Who called is told by the access key of the signature; a key that no
persona has leaves no event.
"""

from __future__ import annotations

import io
import json
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from botocore.parsers import create_parser
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import Request, determine_request_protocol
from moto.core.routing import NotFound, get_service_router
from moto.core.utils import get_service_model

from mainstay.embedded.bus import BUS, Event, make_event
from mainstay.embedded.cloudtrail_calls import RECORDED_CALLS, RecordedCall
from mainstay.embedded.personas import ACCOUNT, PERSONA_BY_KEY, Persona

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
App = Callable[[Environ, StartResponse], Iterable[bytes]]

_SERVICES = frozenset(service for service, _ in RECORDED_CALLS)


@dataclass(frozen=True)
class _Call:
    """One recorded call that is being made."""

    persona: Persona
    service: str
    region: str
    operation: Any
    protocol: str
    parameters: Mapping[str, Any]

    @property
    def recorded(self) -> RecordedCall:
        """How CloudTrail writes it."""
        return RECORDED_CALLS[self.service, self.operation.name]


@dataclass(frozen=True)
class _Answer:
    status: int
    headers: dict[str, str]
    body: bytes


class CloudTrail:
    """A WSGI application around another: passes everything on, and records some of it."""

    def __init__(self, app: App) -> None:
        self._app = app

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer what the application around which it stands answers."""
        call = _read_call(environ)
        if call is None:
            return self._app(environ, start_response)
        answer = _Recorder(start_response)
        body = b"".join(self._app(environ, answer.start))
        BUS.put(_make_record(call, _Answer(answer.status, answer.headers, body)))
        return [body]


class _Recorder:
    """Remembers the head of an answer while it passes."""

    def __init__(self, start_response: StartResponse) -> None:
        self._start_response = start_response
        self.status = 0
        self.headers: dict[str, str] = {}

    def start(self, status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
        """Stand in for WSGI's start_response."""
        self.status = int(status.partition(" ")[0])
        self.headers = {name.lower(): value for name, value in headers}
        return self._start_response(status, headers, *rest)


# -- what is asked ------------------------------------------------------------------------------


def _read_call(environ: Environ) -> _Call | None:
    """None: a call that is not recorded."""
    persona, region, service = _read_signature(environ.get("HTTP_AUTHORIZATION", ""))
    if persona is None or not persona.on_trail or service not in _SERVICES:
        return None
    if environ["REQUEST_METHOD"] in ("GET", "HEAD"):
        return None
    request = Request({**environ, "wsgi.input": io.BytesIO(_read_body(environ))})
    try:
        operation, path_parameters = get_service_router(service).match(request)
    except NotFound:
        return None
    if (service, operation.name) not in RECORDED_CALLS:
        return None
    protocol = determine_request_protocol(get_service_model(service), request.content_type)
    parameters = _read_parameters(request, operation, protocol, path_parameters)
    return _Call(persona, service, region, operation, protocol, parameters)


def _read_signature(authorization: str) -> tuple[Persona | None, str, str]:
    """Who, region and service, from ``... Credential=KEY/20260105/us-east-1/ec2/aws4_request, ...``."""
    scope = authorization.partition("Credential=")[2].partition(",")[0].split("/")
    if len(scope) != 5:  # noqa: PLR2004 - the parts of a credential scope
        return None, "", ""
    return PERSONA_BY_KEY.get(scope[0]), scope[2], scope[3]


def _read_body(environ: Environ) -> bytes:
    """Read what was sent, and leave it to be read again."""
    length = environ.get("CONTENT_LENGTH")
    stream = environ["wsgi.input"]
    body: bytes = stream.read() if environ.get("wsgi.input_terminated") else stream.read(int(length or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    return body


def _read_parameters(
    request: Any, operation: Any, protocol: str, path_parameters: dict[str, Any]
) -> dict[str, Any]:
    wire = {
        "method": request.method,
        "values": request.values,
        "headers": request.headers,
        "body": request.data,
        "url_path": request.path,
        "url_params": path_parameters,
    }
    return dict(PROTOCOL_PARSERS[protocol](operation).parse(wire))


# -- what is recorded ---------------------------------------------------------------------------


def _make_record(call: _Call, answer: _Answer) -> Event:
    """Make the event in EventBridge's envelope."""
    now = datetime.now(UTC)
    parsed = _parse_answer(call, answer)
    detail = {
        "eventVersion": "1.11",
        "userIdentity": call.persona.user_identity,
        "eventTime": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "eventSource": f"{call.service}.amazonaws.com",
        "eventName": call.recorded.event_name,
        "awsRegion": call.region,
        "sourceIPAddress": call.persona.source_ip,
        "userAgent": call.persona.user_agent,
        **_outcome(call, parsed),
        "requestID": parsed.get("ResponseMetadata", {}).get("RequestId") or str(uuid.uuid4()),
        "eventID": str(uuid.uuid4()),
        "readOnly": False,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": call.persona.user_identity.get("accountId", ACCOUNT),
        "eventCategory": "Management",
    }
    return make_event(
        f"aws.{call.service}", "AWS API Call via CloudTrail", _as_json(detail), region=call.region, at=now
    )


def _parse_answer(call: _Call, answer: _Answer) -> dict[str, Any]:
    wire = {"status_code": answer.status, "headers": answer.headers, "body": answer.body}
    parsed: dict[str, Any] = create_parser(call.protocol).parse(wire, call.operation.output_shape)
    return parsed


def _outcome(call: _Call, parsed: dict[str, Any]) -> dict[str, Any]:
    """EC2's error codes carry the side that is at fault, those of other services do not."""
    request = {"requestParameters": call.recorded.request(call.parameters)}
    if "Error" not in parsed:
        answer = {name: part for name, part in parsed.items() if name != "ResponseMetadata"}
        return {**request, "responseElements": call.recorded.response(answer)}
    code, message = parsed["Error"].get("Code", ""), parsed["Error"].get("Message", "")
    return {
        "errorCode": f"Client.{code}" if call.service == "ec2" else code,
        "errorMessage": message,
        **request,
        "responseElements": None,
    }


def _as_json(detail: dict[str, Any]) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(json.dumps(detail, default=_as_text))
    return plain


def _as_text(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else str(value)
