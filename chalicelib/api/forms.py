"""What forms of pages send: names and values, each once."""

from __future__ import annotations

from urllib.parse import parse_qsl

from chalicelib.api.gateway import routes
from chalicelib.api.problems import INVALID_BODY, ProblemError

FORM_TYPE = "application/x-www-form-urlencoded"
_MOST_FIELDS = 20


def read_form() -> dict[str, str]:
    """The fields of this request's form; ProblemError where it is none, or has a field twice."""
    try:
        text = routes.current_request.raw_body.decode()
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict")
    except ValueError as error:
        raise ProblemError(kind=INVALID_BODY, detail="This is no form of ours.") from error
    if len(dict(pairs)) < len(pairs):
        raise ProblemError(kind=INVALID_BODY, detail="A field is given more than once.")
    return dict(pairs)
