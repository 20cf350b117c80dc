"""What comes in: a query, or a body of JSON, checked before anything is done with it."""

from __future__ import annotations

import json
from typing import Any, NoReturn, TypeVar

from chalice.app import MultiDict
from pydantic import ValidationError

from chalicelib.api.gateway import routes
from chalicelib.api.problems import INVALID_BODY, INVALID_QUERY, FieldError, Kind, ProblemError, wrong_fields
from chalicelib.incidents.base import Record

MAX_BYTES = 64 * 1024
"""Of a body. What people say about a plan is much shorter."""

Q = TypeVar("Q", bound=Record)


class NoQuery(Record):
    """Nothing can be asked for."""


def read_query(form: type[Q]) -> Q:
    """The query of this request; ProblemError where it has an unknown field, a wrong one, or one twice."""
    given: Any = routes.current_request.query_params or MultiDict({})
    twice = [name for name in given if len(given.getlist(name)) > 1]
    if twice:
        raise ProblemError(
            kind=INVALID_QUERY,
            detail="A field is given more than once.",
            errors=tuple(FieldError(field=name, message="give it once") for name in sorted(twice)[:10]),
        )
    return _checked(form, dict(given.items()), INVALID_QUERY)


def read_body(form: type[Q]) -> Q:
    """The body of this request, whose query has to be empty."""
    if routes.current_request.query_params:
        raise ProblemError(kind=INVALID_QUERY, detail="There is no query here: say it in the body.")
    return _checked(form, parse_json(routes.current_request.raw_body), INVALID_BODY)


def parse_json(body: bytes) -> Any:
    """JSON as RFC 8259 has it: no key twice, no number that is none, no half of a character."""
    try:
        found = json.loads(body.decode(), object_pairs_hook=_once, parse_constant=_refuse)
        json.dumps(found, ensure_ascii=False).encode()
    except RecursionError as error:
        raise ProblemError(kind=INVALID_BODY, detail="The body is nested too deeply.") from error
    except UnicodeError as error:
        raise ProblemError(kind=INVALID_BODY, detail="The body is not UTF-8 throughout.") from error
    except ValueError as error:
        raise ProblemError(kind=INVALID_BODY, detail=f"The body is no JSON: {error}") from error
    return found


def _checked(form: type[Q], given: Any, kind: Kind) -> Q:
    try:
        return form.model_validate(given)
    except ValidationError as error:
        wrong = wrong_fields(error, pointers=kind is INVALID_BODY)
        told = "; ".join(f"{one.field}: {one.message}" if one.field else one.message for one in wrong)
        raise ProblemError(kind=kind, detail=told, errors=wrong) from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key is there twice")
    return found


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number")
