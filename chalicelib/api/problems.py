"""What can be wrong with a request, each with a name that stays: problem documents by RFC 9457."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import quote, unquote

from chalice import Response
from pydantic import Field, ValidationError

from chalicelib.errors import (
    ConflictError,
    MainstayError,
    NotAnApproverError,
    PlanChangedError,
    RecordMovedError,
    RetryableError,
    UnknownIncidentError,
    UnknownLogGroupError,
    WrongFieldError,
    WrongStateError,
)
from chalicelib.incidents.base import Record
from chalicelib.redaction import clean_text

CONTENT_TYPE = "application/problem+json"
PREFIX = "urn:mainstay:problem:"
_LONGEST_DETAIL = 400
_MOST_FIELDS = 10


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of problem: the last part of its `type`, its status and its title never change."""

    name: str
    status: HTTPStatus
    title: str

    @property
    def uri(self) -> str:
        """Its `type`; docs/api.md says what to do about it."""
        return f"{PREFIX}{self.name}"


INVALID_QUERY = Kind(name="invalid-query", status=HTTPStatus.BAD_REQUEST, title="The query cannot be used")
INVALID_BODY = Kind(name="invalid-body", status=HTTPStatus.BAD_REQUEST, title="The body cannot be used")
FORBIDDEN = Kind(name="forbidden", status=HTTPStatus.FORBIDDEN, title="The caller may not do this")
UNKNOWN_INCIDENT = Kind(
    name="unknown-incident", status=HTTPStatus.NOT_FOUND, title="There is no such incident"
)
UNKNOWN_LOG_GROUP = Kind(
    name="unknown-log-group", status=HTTPStatus.NOT_FOUND, title="Nothing is known of this log group"
)
METHOD_NOT_ALLOWED = Kind(
    name="method-not-allowed", status=HTTPStatus.METHOD_NOT_ALLOWED, title="This method is not there"
)
PLAN_CHANGED = Kind(
    name="plan-changed", status=HTTPStatus.CONFLICT, title="The plan is not the one that was answered about"
)
NOT_WAITING = Kind(name="not-waiting", status=HTTPStatus.CONFLICT, title="No answer is waited for")
BUSY = Kind(name="busy", status=HTTPStatus.CONFLICT, title="Somebody else was there at the same moment")
RECORD_MOVED = Kind(
    name="record-moved",
    status=HTTPStatus.PRECONDITION_FAILED,
    title="The record is not the one that was seen",
)
TOO_LARGE = Kind(name="too-large", status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE, title="The body is too long")
UNSUPPORTED_MEDIA_TYPE = Kind(
    name="unsupported-media-type",
    status=HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    title="The body has to be JSON",
)
INTERNAL = Kind(name="internal", status=HTTPStatus.INTERNAL_SERVER_ERROR, title="Something broke on our side")
UNAVAILABLE = Kind(
    name="unavailable", status=HTTPStatus.SERVICE_UNAVAILABLE, title="AWS does not answer at the moment"
)

KINDS = (
    INVALID_QUERY,
    INVALID_BODY,
    FORBIDDEN,
    UNKNOWN_INCIDENT,
    UNKNOWN_LOG_GROUP,
    METHOD_NOT_ALLOWED,
    PLAN_CHANGED,
    NOT_WAITING,
    BUSY,
    RECORD_MOVED,
    TOO_LARGE,
    UNSUPPORTED_MEDIA_TYPE,
    INTERNAL,
    UNAVAILABLE,
)

_OF_ERRORS: Mapping[type[MainstayError], Kind] = {
    UnknownIncidentError: UNKNOWN_INCIDENT,
    UnknownLogGroupError: UNKNOWN_LOG_GROUP,
    WrongFieldError: INVALID_QUERY,
    NotAnApproverError: FORBIDDEN,
    PlanChangedError: PLAN_CHANGED,
    WrongStateError: NOT_WAITING,
    RecordMovedError: RECORD_MOVED,
    ConflictError: BUSY,
    RetryableError: UNAVAILABLE,
    MainstayError: INTERNAL,
}
"""The first that fits counts."""

_OF_CHALICE: Mapping[int, Kind] = {
    400: INVALID_BODY,
    403: FORBIDDEN,
    405: METHOD_NOT_ALLOWED,
    415: UNSUPPORTED_MEDIA_TYPE,
}


class FieldError(Record):
    """One field at fault: the name in the query, or the JSON pointer into the body."""

    field: str
    message: str


class ProblemDocument(Record):
    """What went wrong, as RFC 9457 writes it."""

    type: Annotated[str, Field(description="Stable: what programs decide by.")]
    title: str
    status: int
    detail: Annotated[str, Field(description="For people; may be worded in another way some day.")]
    instance: Annotated[str, Field(description="The path that was asked for.")]
    errors: Annotated[tuple[FieldError, ...], Field(description="The fields at fault, where some are.")] = ()


@dataclass(kw_only=True, eq=False)
class ProblemError(Exception):
    """A request that ends here, with what its caller is told."""

    kind: Kind
    detail: str = ""
    errors: tuple[FieldError, ...] = ()
    more: Mapping[str, Any] = field(default_factory=dict)
    """Further members of the document: the new plan, the state."""


def kind_of(error: MainstayError) -> Kind:
    """Which kind of problem an error is for whoever asked."""
    return next(kind for known, kind in _OF_ERRORS.items() if isinstance(error, known))


def kind_of_status(status: int) -> Kind:
    """Which kind of problem it is that Chalice itself has answered."""
    return _OF_CHALICE.get(status, INTERNAL)


def wrong_fields(error: ValidationError, *, pointers: bool) -> tuple[FieldError, ...]:
    """Which fields of a query, or with `pointers` of a body, do not fit, and why."""
    details = error.errors(include_url=False, include_context=False, include_input=False)
    return tuple(
        FieldError(field=_place(detail["loc"], pointers=pointers), message=_told(detail["msg"]))
        for detail in details[:_MOST_FIELDS]
    )


def _told(message: str) -> str:
    return clean_text(message.removeprefix("Value error, "), 200)


def _place(parts: Iterable[int | str], *, pointers: bool) -> str:
    """Names come from outside as well: whoever sends an unknown field chooses its name."""
    names = [clean_text(str(part), 100) for part in parts]
    if not pointers:
        return names[0] if names else ""
    return "".join(f"/{name.replace('~', '~0').replace('/', '~1')}" for name in names)


def as_document(problem: ProblemError, instance: str) -> dict[str, Any]:
    """The problem document of the request to this path."""
    document = ProblemDocument(
        type=problem.kind.uri,
        title=problem.kind.title,
        status=problem.kind.status.value,
        detail=clean_text(problem.detail or problem.kind.title, _LONGEST_DETAIL),
        instance=quote(clean_text(unquote(instance), _LONGEST_DETAIL)),
        errors=problem.errors,
    )
    return {**document.model_dump(mode="json"), **problem.more}


def as_response(problem: ProblemError, instance: str, headers: Mapping[str, str]) -> Response:
    """The same as an answer."""
    return Response(
        body=json.dumps(as_document(problem, instance)),
        status_code=problem.kind.status.value,
        headers={**headers, "Content-Type": CONTENT_TYPE},
    )
