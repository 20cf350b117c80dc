"""What holds for every route: no body is too long, and Chalice's own refusals are problem documents too."""

from __future__ import annotations

from collections.abc import Callable

from chalice import Response
from chalice.app import Request

from chalicelib.api.answers import HEADERS
from chalicelib.api.bodies import MAX_BYTES
from chalicelib.api.gateway import AUTH, routes
from chalicelib.api.problems import FORBIDDEN, TOO_LARGE, ProblemError, as_response, kind_of_status
from chalicelib.api.scopes import is_allowed


@routes.middleware("http")
def keep_edges(request: Request, get_response: Callable[[Request], Response]) -> Response:
    """Refuse what is too long, and put what Chalice says into the form of all other problems."""
    where = request.context["path"]
    if len(request.raw_body) > MAX_BYTES:
        return as_response(ProblemError(kind=TOO_LARGE, detail=f"At most {MAX_BYTES} bytes."), where, HEADERS)
    if not _may_be_called(request):
        detail = f"The token does not allow {request.method} here."
        return as_response(ProblemError(kind=FORBIDDEN, detail=detail), where, HEADERS)
    response = get_response(request)
    if not _is_chalices(response):
        return response
    allow = {name: value for name, value in response.headers.items() if name == "Allow"}
    return as_response(ProblemError(kind=kind_of_status(response.status_code)), where, {**HEADERS, **allow})


def _may_be_called(request: Request) -> bool:
    """API Gateway has asked already, by a policy that it keeps for a while: here each request is asked."""
    entry = routes.current_app.routes.get(request.path, {}).get(request.method)
    if AUTH == "iam" or entry is None or entry.authorizer is None:
        return True
    return is_allowed(request.method, request.path, request.context)


def _is_chalices(response: Response) -> bool:
    """An error as Chalice itself makes it: with a code and a message, which may repeat what was sent."""
    return isinstance(response.body, dict) and response.body.keys() == {"Code", "Message"}
