"""How a request becomes a question and a record an answer: JSON, or a problem document (RFC 9457)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import TypeVar

from chalice import Response
from pydantic import ValidationError

from chalicelib.api.gateway import routes
from chalicelib.collaborators import Collaborators
from chalicelib.errors import MainstayError, RetryableError, UnknownLogGroupError
from chalicelib.incidents.base import Record
from chalicelib.redaction import clean_text
from chalicelib.services import collaborators

Q = TypeVar("Q", bound=Record)

_STATUSES: Mapping[type[MainstayError], HTTPStatus] = {
    UnknownLogGroupError: HTTPStatus.NOT_FOUND,
    RetryableError: HTTPStatus.SERVICE_UNAVAILABLE,
    MainstayError: HTTPStatus.INTERNAL_SERVER_ERROR,
}
"""The first that fits counts."""

_LONGEST_DETAIL = 400


def answer(story: Callable[[Q, Collaborators], Record], query: type[Q]) -> Response:
    """What the story answers to the query of this request."""
    team = collaborators()
    try:
        asked = query.model_validate(dict(routes.current_request.query_params or {}))
    except ValidationError as error:
        return _problem(HTTPStatus.BAD_REQUEST, _wrong_fields(error))
    try:
        return _json(HTTPStatus.OK, story(asked, team).model_dump_json(), "application/json")
    except MainstayError as error:
        return _problem(_status_of(error, team), f"{type(error).__name__}: {error}")


def _status_of(error: MainstayError, team: Collaborators) -> HTTPStatus:
    """What the caller did not cause is logged too: nobody else would see it."""
    status = next(status for kind, status in _STATUSES.items() if isinstance(error, kind))
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        team.telemetry.warn(f"a request could not be answered: {error}", error=type(error).__name__)
    return status


def _problem(status: HTTPStatus, detail: str) -> Response:
    document = {
        "type": "about:blank",
        "title": status.phrase,
        "status": status.value,
        "detail": clean_text(detail, _LONGEST_DETAIL),
    }
    return _json(status, json.dumps(document), "application/problem+json")


def _json(status: HTTPStatus, body: str, content_type: str) -> Response:
    headers = {"Content-Type": content_type, "Cache-Control": "no-store"}
    return Response(body=body, status_code=status.value, headers=headers)


def _wrong_fields(error: ValidationError) -> str:
    details = error.errors(include_url=False, include_context=False, include_input=False)
    return "; ".join(
        f"{'.'.join(str(part) for part in detail['loc'])}: {detail['msg']}" for detail in details[:5]
    )
