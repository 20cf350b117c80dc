"""The page that a signed link opens. The link is all that its holder needs, so nothing else is believed.

Looking changes nothing; an answer is a form that this page made. What is wrong with a link is never said,
and nothing that was sent is repeated.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, NamedTuple

from chalice import Response
from pydantic import ValidationError

from chalicelib.api.forms import FORM_TYPE, read_form
from chalicelib.api.gateway import routes
from chalicelib.api.pages import base_path, html
from chalicelib.api.problems import ProblemError
from chalicelib.collaborators import Collaborators
from chalicelib.errors import (
    ExpiredLinkError,
    MainstayError,
    NotAnApproverError,
    PlanChangedError,
    RetryableError,
    WrongFieldError,
    WrongFormError,
    WrongLinkError,
    WrongStateError,
)
from chalicelib.incidents.model import Incident, State
from chalicelib.services import collaborators

if TYPE_CHECKING:
    from chalicelib.reviewing import Review

MAX_BYTES = 8 * 1024
"""Of a form; a reason of 500 characters is at most 6,000 bytes of it."""


class _Closed(NamedTuple):
    """What a page says on which there is nothing to answer."""

    status: HTTPStatus
    title: str
    detail: str
    tone: str = "warn"


_SEND_AGAIN = "Open the link of the message once more and answer there."
_REFUSED: Mapping[type[MainstayError], _Closed] = {
    WrongLinkError: _Closed(
        HTTPStatus.NOT_FOUND,
        "There is nothing here",
        "This link is not complete, or none of ours. Copy it whole out of the newest message.",
        "idle",
    ),
    ExpiredLinkError: _Closed(
        HTTPStatus.GONE,
        "This link has expired",
        "Its time is over, or people were asked anew since. Nothing was changed by it. Answer by the newest "
        "message, by the incident's page, or by the command line.",
    ),
    WrongFormError: _Closed(
        HTTPStatus.FORBIDDEN,
        "Please open the link again",
        f"This form is too old, or not ours. {_SEND_AGAIN}",
    ),
    WrongFieldError: _Closed(
        HTTPStatus.BAD_REQUEST,
        "That did not fit",
        "To approve a plan that cannot be undone, type the resource's name exactly as it is shown. Nothing "
        f"was changed. {_SEND_AGAIN}",
    ),
    NotAnApproverError: _Closed(
        HTTPStatus.FORBIDDEN,
        "Another person has to agree",
        "This plan cannot be undone, so two people have to agree to it: your answer cannot be the second. "
        "Nothing was changed.",
    ),
    RetryableError: _Closed(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "No answer can be taken now",
        "Something that Mainstay needs cannot be read. Nothing was changed. Try again in a minute, or use "
        "the command line: mainstay approve, mainstay reject.",
        "bad",
    ),
    MainstayError: _Closed(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "Something broke on our side",
        "Nothing is known to have changed. Look at the incident before you answer again.",
        "bad",
    ),
}
"""The first that fits counts."""

_UNREADABLE = _Closed(
    HTTPStatus.BAD_REQUEST, "That form cannot be read", f"Nothing was changed. {_SEND_AGAIN}"
)
_TOO_LONG = _Closed(
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "That was too long", f"Nothing was changed. {_SEND_AGAIN}"
)
_ANSWERED = _Closed(
    HTTPStatus.CONFLICT,
    "This was answered already",
    "An answer counts once. What became of it is below.",
    "idle",
)


@routes.route("/review/{token}", methods=["GET", "HEAD"])
def show_review(token: str) -> Response:
    """Everything that is needed to answer; changes nothing, since mail scanners follow links."""
    from chalicelib import reviewing  # noqa: PLC0415 - only what opens a link needs it

    return _respond(token, lambda team: _shown(reviewing.open_review(token, team)))


@routes.route("/review/{token}", methods=["POST"], content_types=[FORM_TYPE])
def answer_review(token: str) -> Response:
    """The answer, which uses the link up."""
    return _respond(token, lambda team: _taken(token, team))


def _respond(token: str, respond: Callable[[Collaborators], Response]) -> Response:
    team = collaborators()
    try:
        response = _or_what_became(token, respond, team)
    except MainstayError as error:
        response = _refuse(error, team)
    except Exception as error:  # noqa: BLE001 - the reader learns nothing of it, and our log all but secrets
        team.telemetry.warn(f"a review broke: {error}", error=type(error).__name__)
        response = _closed(_REFUSED[MainstayError])
    if routes.current_request.method == "HEAD":
        response.body = ""
    return response


def _or_what_became(
    token: str, respond: Callable[[Collaborators], Response], team: Collaborators
) -> Response:
    from chalicelib import reviewing  # noqa: PLC0415 - as above

    try:
        return respond(team)
    except (PlanChangedError, WrongStateError):
        return _closed(_ANSWERED, reviewing.what_became(token, team))


def _shown(review: Review) -> Response:
    from chalicelib.pages.review_page import render_review  # noqa: PLC0415 - Jinja2 waits for a page

    return html(render_review(review, base=base_path()), guarded=False)


def _taken(token: str, team: Collaborators) -> Response:
    from chalicelib import reviewing  # noqa: PLC0415 - as above

    if len(routes.current_request.raw_body) > MAX_BYTES:
        return _closed(_TOO_LONG)
    try:
        form = reviewing.ReviewAnswer.model_validate(read_form())
    except (ProblemError, ValidationError):
        return _closed(_UNREADABLE)
    return _closed(*_said(reviewing.answer_review(token, form, team)))


def _said(incident: Incident) -> tuple[_Closed, Incident]:
    if incident.state is State.AWAITING_APPROVAL:
        title, detail = "You agreed", "Another person has to agree as well before anything is done."
    elif incident.approval is not None and incident.approval.approved:
        title, detail = "You approved the plan", "Mainstay carries it out, verifies it, and tells you."
    else:
        title, detail = "You rejected the plan", "Nothing is changed."
    return _Closed(HTTPStatus.OK, title, detail, "ok"), incident


def _refuse(error: MainstayError, team: Collaborators) -> Response:
    """What the holder of a link did not cause is logged too: nobody else would see it."""
    closed = next(closed for kind, closed in _REFUSED.items() if isinstance(error, kind))
    if closed.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        team.telemetry.warn(f"a review could not be served: {error}", error=type(error).__name__)
    return _closed(closed)


def _closed(closed: _Closed, incident: Incident | None = None) -> Response:
    from chalicelib.pages.review_page import render_closed  # noqa: PLC0415 - as above

    page = render_closed(closed.title, closed.detail, base=base_path(), tone=closed.tone, incident=incident)
    return html(page, closed.status, guarded=False)
