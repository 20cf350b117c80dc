"""What API Gateway does for one Chalice app: HTTP requests become proxy events, and its answers HTTP.

Chalice has a gateway of its own, which lets everybody through where AWS would ask IAM, and says so in a
warning on each request. Here IAM routes need a known user, and all others that nobody is let in by are
refused with the words of API Gateway.
"""

from __future__ import annotations

import base64
import json
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from chalice import Chalice
from chalice.local import LocalChalice

from mainstay.serving.admission import admit, check_authorizers
from mainstay.serving.exchange import Answer, Request, end_to_end, refusal

MAX_REQUEST_BYTES = 10 * 1024 * 1024
"""Of API Gateway; a longer body never reaches the app."""
MAX_RESPONSE_BYTES = 6 * 1024 * 1024
"""Of Lambda; a longer answer never reaches the caller."""
TIMEOUT_SECONDS = 29.0
"""After which API Gateway would give up; told to the app as the time that it has left."""

NO_ROUTE = refusal(
    403, "Missing Authentication Token", {"x-amzn-ErrorType": "MissingAuthenticationTokenException"}
)
_TOO_LONG = refusal(413, "Request Too Long")
_BROKEN = refusal(502, "Internal server error")


@dataclass(frozen=True)
class _Context:
    """What Lambda tells a handler about its invocation."""

    function_name: str
    aws_request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    function_version: str = "$LATEST"
    memory_limit_in_mb: str = "256"
    invoked_function_arn: str = ""
    log_group_name: str = ""
    log_stream_name: str = ""
    identity: None = None
    client_context: None = None
    _began: float = field(default_factory=time.monotonic)

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until API Gateway would give up."""
        return max(0, int((TIMEOUT_SECONDS - (time.monotonic() - self._began)) * 1000))


class Gateway:
    """Answers requests by one app, in the threads that ask. `user` is the ARN of who calls; None: nobody.

    With a `stage` everything lies below ``/stage``, as on API Gateway's own domain. Raises TypeError for
    an app with an authorizer of a kind that cannot be asked here.
    """

    def __init__(self, app: Chalice, *, user: str | None, stage: str = "", account: str = "1" * 12) -> None:
        check_authorizers(app.routes)
        self._app = _per_thread(app)
        self._user, self._stage = user, stage
        self._arn = f"arn:aws:execute-api:us-east-1:{account}:{app.app_name}/{stage or 'local'}"

    def answer(self, request: Request) -> Answer:
        """Find the route, ask its authorizer, and let the app answer."""
        if len(request.body) > MAX_REQUEST_BYTES:
            return _TOO_LONG
        path = self._path_of(request)
        found = find_route(path, self._app.routes)
        if found is None or request.method not in self._app.routes[found[0]]:
            return NO_ROUTE
        event = self._event(request, path, *found)
        context = _Context(self._app.app_name)
        entry = self._app.routes[found[0]][request.method]
        arn = f"{self._arn}/{request.method}{path}"
        admitted = admit(entry.authorizer, event, context, user=self._user, method_arn=arn)
        if isinstance(admitted, Answer):
            return admitted
        return _as_http(self._app(_through_json(admitted), context))

    def _path_of(self, request: Request) -> str:
        """The path below the stage, without a slash at its end."""
        prefix = f"/{self._stage}" if self._stage else ""
        if request.path != prefix and not request.path.startswith(f"{prefix}/"):
            return ""
        return request.path.removeprefix(prefix).rstrip("/") or "/"

    def _event(self, request: Request, path: str, resource: str, parts: dict[str, str]) -> dict[str, Any]:
        query = parse_qs(request.query, keep_blank_values=True)
        headers = _grouped(end_to_end(request.headers))
        return {
            "resource": resource,
            "path": path,
            "httpMethod": request.method,
            "headers": {name: values[-1] for name, values in headers.items()},
            "multiValueHeaders": headers,
            "queryStringParameters": {name: values[-1] for name, values in query.items()} or None,
            "multiValueQueryStringParameters": query or None,
            "pathParameters": parts or None,
            "stageVariables": None,
            "requestContext": {
                "resourcePath": resource,
                "httpMethod": request.method,
                "path": request.path,
                "stage": self._stage or "local",
                "protocol": "HTTP/1.1",
                "requestId": str(uuid.uuid4()),
                "identity": {
                    "sourceIp": request.source_ip,
                    "userAgent": request.header("User-Agent"),
                    "userArn": None,
                },
            },
            **self._body(request),
        }

    def _body(self, request: Request) -> dict[str, Any]:
        kind = request.header("Content-Type").partition(";")[0].strip().lower()
        if request.body and kind in self._app.api.binary_types:
            return {"body": base64.b64encode(request.body).decode(), "isBase64Encoded": True}
        return {"body": request.body.decode(errors="replace") or None, "isBase64Encoded": False}


def find_route(path: str, templates: Iterable[str]) -> tuple[str, dict[str, str]] | None:
    """The template that fits a path, and what stands for its parameters; names win over parameters."""
    parts = path.split("/")
    for template in sorted(templates):
        wanted = template.split("/")
        if len(wanted) == len(parts) and all(map(_fits, wanted, parts)):
            pairs = zip(wanted, parts, strict=True)
            return template, {name[1:-1]: value for name, value in pairs if _is_parameter(name)}
    return None


def _fits(wanted: str, part: str) -> bool:
    return bool(part) if _is_parameter(wanted) else wanted == part


def _is_parameter(name: str) -> bool:
    return name.startswith("{") and name.endswith("}")


def _per_thread(app: Chalice) -> Chalice:
    """The same app, which from now on knows one current request for each thread instead of one in all."""
    if not isinstance(app, LocalChalice):
        app.__class__ = type("ThreadedChalice", (LocalChalice, app.__class__), {})
    return app


def _grouped(headers: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """All values of each header; names that differ in case only are one."""
    found: dict[str, tuple[str, list[str]]] = {}
    for name, value in headers:
        found.setdefault(name.lower(), (name, []))[1].append(value)
    return dict(found.values())


def _through_json(event: Mapping[str, Any]) -> Any:
    """What arrives has been JSON: nothing of this process comes along."""
    return json.loads(json.dumps(event))


def _as_http(answered: Any) -> Answer:
    """The app's answer in HTTP; 502 where it is of no form that API Gateway takes."""
    if not isinstance(answered, dict) or "statusCode" not in answered:
        return _BROKEN
    body = answered.get("body") or ""
    if len(body) > MAX_RESPONSE_BYTES:
        return _BROKEN
    headers = tuple(_answered_headers(answered))
    if not any(name.lower() == "content-type" for name, _ in headers):
        headers = (("Content-Type", "application/json"), *headers)
    data = base64.b64decode(body) if answered.get("isBase64Encoded") else body.encode()
    return Answer(status=int(answered["statusCode"]), headers=end_to_end(headers), body=data)


def _answered_headers(answered: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Single and repeated ones; of a name that is in both, the repeated ones count."""
    repeated = answered.get("multiValueHeaders") or {}
    for name, value in (answered.get("headers") or {}).items():
        if name not in repeated:
            yield name, str(value)
    for name, values in repeated.items():
        for value in values:
            yield name, str(value)
