"""The pages, as routes, and what every page is sent with."""

from __future__ import annotations

import re
from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import quote

from chalice import Response
from pydantic import ValidationError

from chalicelib.api.bodies import read_query
from chalicelib.api.forms import FORM_TYPE, read_form
from chalicelib.api.gateway import GUARD, caller, routes
from chalicelib.api.problems import ProblemError, kind_of, wrong_fields
from chalicelib.collaborators import Collaborators
from chalicelib.errors import (
    MainstayError,
    NotAnApproverError,
    PlanChangedError,
    WrongFieldError,
    WrongFormError,
    WrongStateError,
)
from chalicelib.incidents.telling import capital
from chalicelib.services import collaborators

_BASE = re.compile(r"(/[\w.-]{1,128}){1,4}")
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Language": "en",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def html(page: str, status: int = HTTPStatus.OK, *, guarded: bool = True) -> Response:
    """A page with the headers that keep it harmless; one that is not `guarded` may run no script at all."""
    headers = {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": _content_policy(guarded=guarded),
    }
    return Response(body=page, status_code=int(status), headers=_HEADERS | headers)


def base_path() -> str:
    """What every path of this request's API begins with: the stage on API Gateway, nothing elsewhere."""
    context = routes.current_request.context
    above = context["path"].strip("/").split("/")
    below = [part for part in context["resourcePath"].split("/") if part]
    base = "".join(f"/{part}" for part in above[: max(0, len(above) - len(below))] if part)
    return base if _BASE.fullmatch(base) else ""


def see_other(path: str) -> Response:
    """Go on to another page of ours; `path` begins below the base."""
    return Response(
        body="",
        status_code=HTTPStatus.SEE_OTHER.value,
        headers=_HEADERS | {"Location": f"{base_path()}{path}"},
    )


def error_page(status: HTTPStatus, detail: str = "", *, guarded: bool = True) -> Response:
    """A page of ours that says what went wrong, and what to do about it."""
    from chalicelib.pages import render_error  # noqa: PLC0415 - Jinja2 waits for a page

    page = render_error(status, detail, base=base_path(), guarded=guarded)
    return html(page, status, guarded=guarded)


def _content_policy(*, guarded: bool) -> str:
    from chalicelib.pages import style_hash  # noqa: PLC0415 - as above

    scripts = ["script-src 'self'", "connect-src 'self'"] if guarded else []
    rules = [
        "default-src 'none'",
        f"style-src '{style_hash()}'",
        "img-src data:",
        *scripts,
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    ]
    return "; ".join(rules)


def shown(make: Callable[[Collaborators], Response]) -> Response:
    """A page, or one that says why it cannot be shown and what to do."""
    team = collaborators()
    try:
        return make(team)
    except ProblemError as problem:
        return error_page(problem.kind.status, problem.detail)
    except WrongFieldError as error:
        return error_page(HTTPStatus.BAD_REQUEST, f"{error.field}: {error}.")
    except (NotAnApproverError, WrongFormError) as error:
        return error_page(HTTPStatus.FORBIDDEN, f"{error}.")
    except MainstayError as error:
        status = kind_of(error).status
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            team.telemetry.warn(f"a page could not be shown: {error}", error=type(error).__name__)
        return error_page(status, f"{capital(str(error))}.")
    except Exception as error:  # noqa: BLE001 - the reader learns nothing of it, and our log all but secrets
        team.telemetry.warn(f"a page broke: {error}", error=type(error).__name__)
        return error_page(HTTPStatus.INTERNAL_SERVER_ERROR)


def said_of(error: ValidationError) -> str:
    """Which fields do not fit, and why; of what fits no single field, why alone."""
    found = wrong_fields(error, pointers=False)
    return "; ".join(f"{one.field}: {one.message}" if one.field else one.message for one in found)


# -- the routes ---------------------------------------------------------------------------------


@routes.route("/", methods=["GET"], authorizer=GUARD)
def show_start() -> Response:
    """Go to the incidents."""
    return see_other("/ui")


@routes.route("/ui", methods=["GET"], authorizer=GUARD)
def show_overview() -> Response:
    """What is open, and how the latest ones ended."""
    return shown(_overview)


@routes.route("/ui/incidents/{incident_id}", methods=["GET"], authorizer=GUARD)
def show_story(incident_id: str) -> Response:
    """Everything about one incident."""
    return shown(lambda team: _story(incident_id, team))


@routes.route(
    "/ui/incidents/{incident_id}/answer", methods=["POST"], authorizer=GUARD, content_types=[FORM_TYPE]
)
def answer_from_page(incident_id: str) -> Response:
    """Approve or reject, in the name of whoever was shown the form."""
    return shown(lambda team: _answered(incident_id, team))


@routes.route("/ui/assets/{name}", methods=["GET"], authorizer=GUARD)
def show_asset(name: str) -> Response:
    """The script of the pages."""
    return _asset(name)


def _overview(team: Collaborators) -> Response:
    from chalicelib.overview import OverviewQuery, look_over  # noqa: PLC0415 - as above
    from chalicelib.pages.now_page import render_overview  # noqa: PLC0415 - as above

    overview = look_over(read_query(OverviewQuery), team)
    return html(render_overview(overview, base=base_path(), now=team.clock()))


def _story(
    incident_id: str, team: Collaborators, problem: str = "", status: HTTPStatus = HTTPStatus.OK
) -> Response:
    from chalicelib.overview import read_sheet  # noqa: PLC0415 - as above
    from chalicelib.pages.incident_page import render_incident  # noqa: PLC0415 - as above

    sheet = read_sheet(incident_id, team, by=caller())
    return html(render_incident(sheet, base=base_path(), now=team.clock(), problem=problem), status)


def _answered(incident_id: str, team: Collaborators) -> Response:
    """Back to the page, which shows what became of the answer; where it did not count, the page says why."""
    from chalicelib.lookup import known_form  # noqa: PLC0415 - as above
    from chalicelib.reviewing import ReviewAnswer, answer_as  # noqa: PLC0415 - as above

    try:
        answer_as(known_form(incident_id), ReviewAnswer.model_validate(read_form()), team, by=caller())
    except ValidationError as error:
        return error_page(HTTPStatus.BAD_REQUEST, said_of(error))
    except WrongFieldError as error:
        return _story(incident_id, team, str(error), HTTPStatus.BAD_REQUEST)
    except (NotAnApproverError, WrongFormError) as error:
        return _story(incident_id, team, str(error), HTTPStatus.FORBIDDEN)
    except (PlanChangedError, WrongStateError) as error:
        return _story(incident_id, team, str(error), HTTPStatus.CONFLICT)
    return see_other(f"/ui/incidents/{quote(incident_id, safe='')}")


def _asset(name: str) -> Response:
    from chalicelib import pages  # noqa: PLC0415 - as above

    if name != "app.js":
        return error_page(HTTPStatus.NOT_FOUND)
    headers = {"Content-Type": "text/javascript; charset=utf-8"}
    return Response(body=pages.asset(name), status_code=HTTPStatus.OK.value, headers=_HEADERS | headers)
