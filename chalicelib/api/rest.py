"""The REST API, a few lines for each route: what was asked, one call, an answer as JSON."""

from __future__ import annotations

from chalice import Response

from chalicelib.api.answers import answer
from chalicelib.api.gateway import GUARD, routes


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
