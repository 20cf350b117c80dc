"""The pages of figures: outcomes, forecasts, patterns, and the policy with its switch."""

from __future__ import annotations

from http import HTTPStatus

from chalice import Response
from pydantic import ValidationError

from chalicelib.api.bodies import read_query
from chalicelib.api.forms import FORM_TYPE, read_form
from chalicelib.api.gateway import GUARD, caller, routes
from chalicelib.api.pages import base_path, html, said_of, see_other, shown
from chalicelib.collaborators import Collaborators
from chalicelib.errors import SecretsUnreadableError, UnknownLogGroupError, WrongFormError


@routes.route("/ui/outcomes", methods=["GET"], authorizer=GUARD)
def show_outcomes() -> Response:
    """What healing was worth."""
    return shown(_outcomes)


@routes.route("/ui/forecasts", methods=["GET"], authorizer=GUARD)
def show_ahead() -> Response:
    """What lies ahead."""
    return shown(_forecasts)


@routes.route("/ui/patterns", methods=["GET"], authorizer=GUARD)
def show_log_group() -> Response:
    """What the log group says that ``?log_group=`` names."""
    return shown(_patterns)


@routes.route("/ui/policy", methods=["GET"], authorizer=GUARD)
def show_rulebook() -> Response:
    """What Mainstay may do."""
    return shown(_policy)


@routes.route("/ui/mode", methods=["POST"], authorizer=GUARD, content_types=[FORM_TYPE])
def switch_from_page() -> Response:
    """Set the mode, in the name of whoever was shown the form."""
    return shown(_switch)


def _outcomes(team: Collaborators) -> Response:
    from chalicelib.pages.outcomes import render_outcomes  # noqa: PLC0415 - Jinja2 waits for a page
    from chalicelib.reliability import measure_reliability  # noqa: PLC0415 - as above

    return html(render_outcomes(measure_reliability(team), base=base_path()))


def _forecasts(team: Collaborators) -> Response:
    from chalicelib.ahead import look_ahead  # noqa: PLC0415 - as above
    from chalicelib.pages.ahead import render_forecasts  # noqa: PLC0415 - as above

    ahead, mode = look_ahead(team), team.memory.mode()
    return html(render_forecasts(ahead, team.clock(), base=base_path(), mode=mode))


def _patterns(team: Collaborators) -> Response:
    """Of a log group that nothing is known of, the page says so and shows what there is instead."""
    from chalicelib.ahead import known_log_groups  # noqa: PLC0415 - as above
    from chalicelib.outlook import MOST, PatternsQuery, show_patterns  # noqa: PLC0415 - as above
    from chalicelib.pages.ahead import PatternsView, render_patterns  # noqa: PLC0415 - as above

    view, groups = read_query(PatternsView), known_log_groups(team)
    found, problem, status = None, "", HTTPStatus.OK
    try:
        if view.log_group:
            found = show_patterns(PatternsQuery(log_group=view.log_group, limit=MOST), team)
    except UnknownLogGroupError as unknown:
        problem, status = f"{unknown}.", HTTPStatus.NOT_FOUND
    mode = team.memory.mode()
    page = render_patterns(view, found, groups, base=base_path(), mode=mode, problem=problem)
    return html(page, status)


def _policy(team: Collaborators, problem: str = "", status: HTTPStatus = HTTPStatus.OK) -> Response:
    from chalicelib.pages.policy import render_policy  # noqa: PLC0415 - as above
    from chalicelib.rulebook import read_rulebook  # noqa: PLC0415 - as above
    from chalicelib.switching import read_switch  # noqa: PLC0415 - as above

    book, switch, by = read_rulebook(team), read_switch(team), caller()
    page = render_policy(book, switch, base=base_path(), by=by, nonce=_nonce(by, team), problem=problem)
    return html(page, status)


def _nonce(by: str, team: Collaborators) -> str:
    """For the forms of the page; none for nobody, nor where there are no keys: then the page says so."""
    from chalicelib.incidents.links import sign_form  # noqa: PLC0415 - only pages with forms need it

    try:
        return sign_form(_purpose(by), team.link_keys(), team.clock()) if by else ""
    except SecretsUnreadableError as error:
        team.telemetry.warn(f"the policy's page has no form: {error}")
        return ""


def _purpose(by: str) -> str:
    return f"mode:{by}"


def _switch(team: Collaborators) -> Response:
    """Nothing is read of a form that was not made for whoever sends it."""
    from chalicelib.incidents.links import check_form  # noqa: PLC0415 - as above
    from chalicelib.switching import ExplainedMode, switch_mode  # noqa: PLC0415 - only this function needs it

    by, form = caller(), read_form()
    if not by:
        raise WrongFormError("nobody is named as the one who asks")
    check_form(form.pop("nonce", ""), _purpose(by), team.link_keys(), team.clock())
    try:
        asked = ExplainedMode.model_validate(form)
    except ValidationError as error:
        return _policy(team, said_of(error), HTTPStatus.BAD_REQUEST)
    switch_mode(asked, team, by=by)
    return see_other("/ui/policy")
