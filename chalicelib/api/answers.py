"""How a request becomes a question and a record an answer: JSON, or a problem document (RFC 9457)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, TypeAlias, TypeVar

from chalice import Response

from chalicelib.api.bodies import NoQuery, read_body, read_query
from chalicelib.api.gateway import caller, routes
from chalicelib.api.problems import (
    FORBIDDEN,
    INTERNAL,
    FieldError,
    ProblemError,
    as_response,
    kind_of,
)
from chalicelib.collaborators import Collaborators
from chalicelib.errors import (
    MainstayError,
    PlanChangedError,
    RecordMovedError,
    WrongFieldError,
    WrongStateError,
)
from chalicelib.incidents.base import Record
from chalicelib.services import collaborators

Q = TypeVar("Q", bound=Record)
Answer: TypeAlias = Record | dict[str, Any]
Story: TypeAlias = Callable[[Q, Collaborators], Answer]

HEADERS: Mapping[str, str] = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000",
    "X-Content-Type-Options": "nosniff",
}


def answer(story: Story[Q], query: type[Q]) -> Response:
    """What the story answers to the query of this request."""
    return _answered(lambda team: _found(story(read_query(query), team)))


def show(story: Callable[[Collaborators], Answer]) -> Response:
    """What the story answers where nothing can be asked."""
    return answer(lambda _query, team: story(team), NoQuery)


def answer_change(story: Story[Q], body: type[Q], standing: Callable[[Collaborators], Record]) -> Response:
    """What the story answers to the body of this request; a refusal tells how things stand.

    Nobody changes anything without a name.
    """

    def respond(team: Collaborators) -> Response:
        if not caller():
            raise ProblemError(kind=FORBIDDEN, detail="Nobody is named as the one who asks.")
        try:
            return as_json(story(read_body(body), team))
        except (PlanChangedError, WrongStateError, RecordMovedError) as refused:
            more = standing(team).model_dump(mode="json")
            raise ProblemError(kind=kind_of(refused), detail=str(refused), more=more) from refused

    return _answered(respond)


def answer_health(check: Callable[[Collaborators], Record], unwell: Record) -> Response:
    """What the check says; where it raises, what it is to say then, and nothing of why."""
    try:
        read_query(NoQuery)
        return as_json(check(collaborators()))
    except ProblemError as problem:
        return _told(problem)
    except MainstayError:
        routes.log.warning("the health check failed", exc_info=False)
        return as_json(unwell, HTTPStatus.SERVICE_UNAVAILABLE)


def as_json(found: Answer, status: HTTPStatus = HTTPStatus.OK) -> Response:
    """A record as JSON, with its `etag` as a header where it has one."""
    body = found.model_dump_json() if isinstance(found, Record) else json.dumps(found)
    headers = {**HEADERS, **_etag_of(found), "Content-Type": "application/json"}
    return Response(body=body, status_code=status.value, headers=headers)


def if_match() -> str:
    """The tag that the record must still have; empty where any will do."""
    given = str(routes.current_request.headers.get("if-match", "")).strip()
    return "" if given == "*" else given


def _found(record: Answer) -> Response:
    """The record, or 304 where the caller has it already (RFC 9110, section 13.1.2)."""
    known = str(routes.current_request.headers.get("if-none-match", ""))
    etag = _etag_of(record)
    if etag and etag["ETag"] in {one.strip().removeprefix("W/") for one in known.split(",")}:
        return Response(body="", status_code=HTTPStatus.NOT_MODIFIED.value, headers={**HEADERS, **etag})
    return as_json(record)


def _etag_of(record: Answer) -> dict[str, str]:
    etag = getattr(record, "etag", "")
    return {"ETag": etag} if etag else {}


def _answered(respond: Callable[[Collaborators], Response]) -> Response:
    """The answer, or the problem that was in its way. What the caller did not cause is logged."""
    team = collaborators()
    try:
        return respond(team)
    except ProblemError as problem:
        return _told(problem)
    except MainstayError as error:
        return _told(_as_problem(error, team))
    except Exception as error:  # noqa: BLE001 - the caller learns nothing of it, and our log all but secrets
        team.telemetry.warn(f"a request broke: {error}", error=type(error).__name__)
        return _told(ProblemError(kind=INTERNAL))


def _as_problem(error: MainstayError, team: Collaborators) -> ProblemError:
    """A broken answer of AWS tells of our inside, so that its text stays in the log."""
    kind = kind_of(error)
    if kind.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        team.telemetry.warn(f"a request could not be answered: {error}", error=type(error).__name__)
        return ProblemError(kind=kind)
    wrong = (FieldError(field=error.field, message=str(error)),) if isinstance(error, WrongFieldError) else ()
    detail = f"{error.field}: {error}" if isinstance(error, WrongFieldError) else str(error)
    return ProblemError(kind=kind, detail=detail, errors=wrong)


def _told(problem: ProblemError) -> Response:
    return as_response(problem, routes.current_request.context["path"], HEADERS)
