"""The pages of figures: outcomes, forecasts, patterns, and the policy with its switch."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from chalice import Response
from pydantic import ValidationError

from chalicelib.api.gateway import GUARD, caller, routes
from chalicelib.api.pages import base_path, error_page, html
from chalicelib.api.problems import kind_of, wrong_fields
from chalicelib.collaborators import Collaborators
from chalicelib.errors import MainstayError, UnknownLogGroupError
from chalicelib.services import collaborators


@routes.route("/ui/outcomes", methods=["GET"], authorizer=GUARD)
def show_outcomes() -> Response:
    """What healing was worth."""
    return _shown(_outcomes)


@routes.route("/ui/forecasts", methods=["GET"], authorizer=GUARD)
def show_ahead() -> Response:
    """What lies ahead."""
    return _shown(_forecasts)


@routes.route("/ui/patterns", methods=["GET"], authorizer=GUARD)
def show_log_group() -> Response:
    """What the log group says that ``?log_group=`` names."""
    return _shown(_patterns)


@routes.route("/ui/policy", methods=["GET"], authorizer=GUARD)
def show_rulebook() -> Response:
    """What Mainstay may do."""
    return _shown(_policy)


def _shown(make: Callable[[Collaborators], Response]) -> Response:
    """A page, or one that says why it cannot be shown."""
    team = collaborators()
    try:
        return make(team)
    except ValidationError as error:
        told = "; ".join(f"{one.field}: {one.message}" for one in wrong_fields(error, pointers=False))
        return error_page(HTTPStatus.BAD_REQUEST, told)
    except MainstayError as error:
        status = kind_of(error).status
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            team.telemetry.warn(f"a page could not be shown: {error}", error=type(error).__name__)
        return error_page(status, f"{type(error).__name__}: {error}")


def _outcomes(team: Collaborators) -> Response:
    from chalicelib.pages.outcomes import render_outcomes  # noqa: PLC0415 - Jinja2 waits for a page
    from chalicelib.reliability import measure_reliability  # noqa: PLC0415 - as above

    return html(render_outcomes(measure_reliability(team), base=base_path()))


def _forecasts(team: Collaborators) -> Response:
    from chalicelib.ahead import look_ahead  # noqa: PLC0415 - as above
    from chalicelib.pages.ahead import render_forecasts  # noqa: PLC0415 - as above

    return html(render_forecasts(look_ahead(team), team.clock(), base=base_path()))


def _patterns(team: Collaborators) -> Response:
    """Of a log group that nothing is known of, the page says so and shows what there is instead."""
    from chalicelib.ahead import known_log_groups  # noqa: PLC0415 - as above
    from chalicelib.outlook import MOST, PatternsQuery, show_patterns  # noqa: PLC0415 - as above
    from chalicelib.pages.ahead import PatternsView, render_patterns  # noqa: PLC0415 - as above

    view = PatternsView.model_validate(dict(routes.current_request.query_params or {}))
    groups, found, problem, status = known_log_groups(team), None, "", HTTPStatus.OK
    try:
        if view.log_group:
            found = show_patterns(PatternsQuery(log_group=view.log_group, limit=MOST), team)
    except UnknownLogGroupError as unknown:
        problem, status = f"{unknown}.", HTTPStatus.NOT_FOUND
    return html(render_patterns(view, found, groups, base=base_path(), problem=problem), status)


def _policy(_team: Collaborators) -> Response:
    return _policy_page()


def _policy_page(problem: str = "", status: HTTPStatus = HTTPStatus.OK) -> Response:
    from chalicelib.pages.policy import render_policy  # noqa: PLC0415 - as above
    from chalicelib.rulebook import read_rulebook  # noqa: PLC0415 - as above
    from chalicelib.switching import read_switch  # noqa: PLC0415 - as above

    team = collaborators()
    book, switch = read_rulebook(team), read_switch(team)
    page = render_policy(book, switch, base=base_path(), by=caller(), nonce="", problem=problem)
    return html(page, status)
