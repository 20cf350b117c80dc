"""What holds for every route: no body is too long, and Chalice's own refusals look as ours do."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from chalice import Response
from chalice.app import Request

from chalicelib.api.answers import HEADERS
from chalicelib.api.bodies import MAX_BYTES
from chalicelib.api.gateway import AUTH, routes
from chalicelib.api.pages import error_page
from chalicelib.api.problems import FORBIDDEN, TOO_LARGE, ProblemError, as_response, kind_of_status
from chalicelib.api.scopes import is_allowed

_OPEN = "/review/"
_PAGES = ("/ui", _OPEN)


@routes.middleware("http")
def keep_edges(request: Request, get_response: Callable[[Request], Response]) -> Response:
    """Refuse what is too long, and put what Chalice says into the form of all other problems."""
    if len(request.raw_body) > MAX_BYTES:
        return _told(ProblemError(kind=TOO_LARGE, detail=f"At most {MAX_BYTES} bytes."), request)
    if not _may_be_called(request):
        detail = f"The token does not allow {request.method} here."
        return _told(ProblemError(kind=FORBIDDEN, detail=detail), request)
    response = get_response(request)
    if not _is_chalices(response):
        return response
    allow = {name: value for name, value in response.headers.items() if name == "Allow"}
    return _told(ProblemError(kind=kind_of_status(response.status_code)), request, allow)


def _told(problem: ProblemError, request: Request, headers: Mapping[str, str] = {}) -> Response:
    """A problem document, or a page where somebody looks at one."""
    if not request.path.startswith(_PAGES) and request.path != "/":
        return as_response(problem, request.context["path"], {**HEADERS, **headers})
    response = error_page(problem.kind.status, problem.detail, guarded=not request.path.startswith(_OPEN))
    response.headers |= headers
    return response


def _may_be_called(request: Request) -> bool:
    """API Gateway has asked already, by a policy that it keeps for a while: here each request is asked."""
    entry = routes.current_app.routes.get(request.path, {}).get(request.method)
    if AUTH == "iam" or entry is None or entry.authorizer is None:
        return True
    return is_allowed(request.method, request.path, request.context)


def _is_chalices(response: Response) -> bool:
    """An error as Chalice itself makes it: with a code and a message, which may repeat what was sent."""
    return isinstance(response.body, dict) and response.body.keys() == {"Code", "Message"}
