"""The REST API, a few lines for each route: what was asked, one call, an answer as JSON."""

from __future__ import annotations

from functools import partial

from chalice import Response

from chalicelib.api.answers import answer, answer_change, answer_health, if_match, show
from chalicelib.api.gateway import GUARD, caller, routes
from chalicelib.api.pages import base_path


@routes.route("/health", methods=["GET"])
def show_health() -> Response:
    """Whether the API can read what it answers from. Open to all."""
    from chalicelib import lookup  # noqa: PLC0415 - only this function needs it

    return answer_health(lookup.check_health, lookup.UNWELL)


@routes.route("/incidents", methods=["GET"], authorizer=GUARD)
def list_incidents() -> Response:
    """Incidents, newest first, by what the query names."""
    from chalicelib import listing  # noqa: PLC0415 - only this function needs it

    return answer(listing.list_incidents, listing.IncidentsQuery)


@routes.route("/incidents/{incident_id}", methods=["GET"], authorizer=GUARD)
def show_incident(incident_id: str) -> Response:
    """Everything on record about one incident."""
    from chalicelib import lookup  # noqa: PLC0415 - only this function needs it

    return show(partial(lookup.show_incident, incident_id, base_path()))


@routes.route("/incidents/{incident_id}/timeline", methods=["GET"], authorizer=GUARD)
def show_timeline(incident_id: str) -> Response:
    """Its audit trail, and whether it is whole."""
    from chalicelib import lookup  # noqa: PLC0415 - only this function needs it

    return show(partial(lookup.show_timeline, incident_id))


@routes.route("/incidents/{incident_id}/approve", methods=["POST"], authorizer=GUARD)
def approve_plan(incident_id: str) -> Response:
    """Say yes to the plan with this digest."""
    from chalicelib import answering  # noqa: PLC0415 - only this function needs it

    story = partial(answering.answer_plan, incident_id, base_path(), caller(), if_match())
    return answer_change(story, answering.Approve, partial(answering.standing, incident_id))


@routes.route("/incidents/{incident_id}/reject", methods=["POST"], authorizer=GUARD)
def reject_plan(incident_id: str) -> Response:
    """Say no."""
    from chalicelib import answering  # noqa: PLC0415 - only this function needs it

    story = partial(answering.answer_plan, incident_id, base_path(), caller(), if_match())
    return answer_change(story, answering.Reject, partial(answering.standing, incident_id))


@routes.route("/policy", methods=["GET"], authorizer=GUARD)
def show_policy() -> Response:
    """The policy that decisions are made by, and the mode."""
    from chalicelib import steering  # noqa: PLC0415 - only this function needs it

    return show(steering.show_policy)


@routes.route("/mode", methods=["PUT"], authorizer=GUARD)
def put_mode() -> Response:
    """Switch what Mainstay may do at all."""
    from chalicelib import steering, switching  # noqa: PLC0415 - only this function needs them

    story = partial(steering.put_mode, caller(), if_match())
    return answer_change(story, switching.NewMode, steering.standing)


@routes.route("/forecasts", methods=["GET"], authorizer=GUARD)
def list_forecasts() -> Response:
    """Alerts, newest first: those that are looked after, or with ``?all=month`` all of this month."""
    from chalicelib import outlook  # noqa: PLC0415 - only this function needs it

    return answer(outlook.list_forecasts, outlook.ForecastsQuery)


@routes.route("/patterns", methods=["GET"], authorizer=GUARD)
def show_patterns() -> Response:
    """The templates of the log group that ``?log_group=`` names."""
    from chalicelib import outlook  # noqa: PLC0415 - only this function needs it

    return answer(outlook.show_patterns, outlook.PatternsQuery)


@routes.route("/metrics", methods=["GET"], authorizer=GUARD)
def show_metrics() -> Response:
    """What warnings were worth, by detector."""
    from chalicelib import outlook  # noqa: PLC0415 - only this function needs it

    return answer(outlook.show_metrics, outlook.MetricsQuery)


@routes.route("/openapi.json", methods=["GET"], authorizer=GUARD)
def show_openapi() -> Response:
    """What this API takes and answers, as OpenAPI 3.1."""
    from chalicelib.api.openapi import describe_api  # noqa: PLC0415 - only this function needs it

    return show(partial(describe_api, base_path()))
