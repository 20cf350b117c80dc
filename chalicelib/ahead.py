"""What lies ahead, for people: each warning with the limit that it heads for, and what warnings were worth.

Read only. What leaves was redacted by `outlook`.
"""

from __future__ import annotations

from collections.abc import Iterator

from chalicelib.collaborators import Collaborators
from chalicelib.incidents.alert import AlertSource, AlertState, Subject
from chalicelib.incidents.base import Record
from chalicelib.outlook import Forecast, ForecastsQuery, list_forecasts
from chalicelib.prediction.log_limits import FULL
from chalicelib.prediction.scores import Worth, summarize

MOST = 30
"""Warnings that are shown one by one."""


class Bound(Record):
    """The value at which what a warning is about fails, and in what it is measured."""

    value: float | None
    unit: str


class Warned(Record):
    """A warning with its bound."""

    forecast: Forecast
    bound: Bound


class Ahead(Record):
    """What is open, what became of others this month, and what each detector's warnings were worth, ever."""

    open: tuple[Warned, ...]
    more: bool
    """Whether more are open than are shown."""
    recent: tuple[Forecast, ...]
    worth: tuple[Worth, ...]


def look_ahead(team: Collaborators) -> Ahead:
    """The newest first."""
    live = list_forecasts(ForecastsQuery(limit=MOST), team)
    month = list_forecasts(ForecastsQuery(all="month", limit=MOST), team)
    return Ahead(
        open=tuple(
            Warned(forecast=one, bound=bound_of(one, team))
            for one in live.forecasts
            if one.state is AlertState.OPEN
        ),
        more=bool(live.next),
        recent=tuple(one for one in month.forecasts if one.state is not AlertState.OPEN),
        worth=summarize(team.alerts.scores()),
    )


def bound_of(forecast: Forecast, team: Collaborators) -> Bound:
    """What the catalogue or the policy says of the metric; what lines say heads for full is in percent."""
    if forecast.subject.source is AlertSource.METRIC:
        return next(_declared(forecast.subject, team), Bound(value=None, unit=""))
    heads_for_full = "forecast" in forecast.detectors
    return Bound(value=FULL, unit="percent") if heads_for_full else Bound(value=None, unit="lines")


def _declared(subject: Subject, team: Collaborators) -> Iterator[Bound]:
    """By the metric's name, with which the name of a series begins."""
    begins = f"{subject.name} "
    kind = team.types.get(subject.resource.type) if subject.resource else None
    for metric in kind.metrics if kind else ():
        if begins.startswith(f"{metric.namespace} {metric.name} "):
            yield Bound(value=metric.limit, unit=metric.unit)
    for watched in team.policy.scan.metrics:
        if begins.startswith(f"{watched.namespace} {watched.name} "):
            yield Bound(value=watched.limit, unit=watched.unit)


def known_log_groups(team: Collaborators) -> tuple[str, ...]:
    """Those that the policy names in full, and those that this month's warnings were about, by name."""
    named = {one.name for one in team.policy.scan.log_groups if one.name == one.prefix}
    month = list_forecasts(ForecastsQuery(all="month", limit=200), team)
    warned = {one.subject.name for one in month.forecasts if one.subject.source is AlertSource.LOGS}
    return tuple(sorted(named | warned))
