"""What is ahead, and what that is told by: alerts, the patterns of a log group, and what warnings were worth.

Read only: nothing here changes anything. Whatever leaves is redacted.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field

from chalicelib.alerting import suggestion
from chalicelib.aws.pattern_keys import group_name
from chalicelib.collaborators import Collaborators
from chalicelib.errors import UnknownLogGroupError
from chalicelib.incidents.alert import Alert, AlertOutcome, AlertState, Explanation, Subject, Urgency
from chalicelib.incidents.alert_messages import alert_document
from chalicelib.incidents.base import Record, Share
from chalicelib.prediction.group_watch import GroupWatch
from chalicelib.prediction.scores import Worth, summarize
from chalicelib.prediction.sightings import in_utc
from chalicelib.redaction import clean_text, inert

MOST = 200
_LONGEST_NAME = 512
"""Of a log group, as CloudWatch Logs allows it."""
_LONGEST_TEMPLATE = 400

Limit = Annotated[int, Field(ge=1, le=MOST)]


class ForecastsQuery(Record):
    """Which alerts: those that are looked after, or with ``all=month`` every one of this month."""

    all: Literal["", "month"] = ""
    limit: Limit = 50
    before: Annotated[str, Field(pattern=r"^(al-\d{8}-\d{6}-[0-9a-f]{8})?$")] = ""
    """Those older than this one: `next` of the page before."""


class Forecast(Record):
    """One alert, as it stands."""

    alert_id: str
    state: AlertState
    urgency: Urgency
    summary: str
    subject: Subject
    detectors: tuple[str, ...]
    probability: Share
    score: Share
    severity: int
    horizon_minutes: float | None
    expected_at: AwareDatetime | None
    earliest_at: AwareDatetime | None
    latest_at: AwareDatetime | None
    now: float
    usual: float
    evidence: tuple[str, ...]
    examples: tuple[str, ...]
    rates: tuple[float, ...]
    explanation: Explanation | None
    suggested_action: str
    incident_id: str
    opened_at: AwareDatetime
    updated_at: AwareDatetime
    cleared_at: AwareDatetime | None
    outcome: AlertOutcome | None


class Forecasts(Record):
    """A page of alerts, newest first. `next` is empty on the last page."""

    forecasts: tuple[Forecast, ...]
    next: str = ""


def list_forecasts(query: ForecastsQuery, team: Collaborators) -> Forecasts:
    """A page of alerts."""
    found = _of_month(query, team) if query.all else _live(query, team)
    more = len(found) > query.limit
    shown = found[: query.limit]
    return Forecasts(
        forecasts=tuple(_forecast(alert, team) for alert in shown),
        next=shown[-1].alert_id if more else "",
    )


def _live(query: ForecastsQuery, team: Collaborators) -> list[Alert]:
    """One more than is shown; an id says when an alert was opened."""
    ids = [one for one in team.alerts.live() if not query.before or one < query.before]
    found = (team.alerts.load(one) for one in sorted(ids, reverse=True)[: query.limit + 1])
    return [alert for alert in found if alert is not None]


def _of_month(query: ForecastsQuery, team: Collaborators) -> list[Alert]:
    return team.alerts.in_month(team.clock(), limit=query.limit + 1, before=query.before)


def _forecast(alert: Alert, team: Collaborators) -> Forecast:
    document = alert_document(alert)
    known: dict[str, Any] = {name: document[name] for name in Forecast.model_fields if name in document}
    return Forecast.model_validate(known | {"suggested_action": inert(suggestion(alert, team), 200)})


# -- patterns -----------------------------------------------------------------------------------


class PatternsQuery(Record):
    """Of which log group, and how many of its templates: the most frequent."""

    log_group: Annotated[str, Field(min_length=1, max_length=_LONGEST_NAME)]
    limit: Limit = 50


class Pattern(Record):
    """A template: what lines have in common, with ``<*>`` for each variable."""

    template_id: str
    template: str
    count: int
    share: Share
    """Of all lines that were counted."""
    rates: tuple[float, ...]
    """Lines in five minutes over the last two hours, oldest first: for a sparkline."""
    new: bool
    """Whether it first came within these two hours, when the log group was known already."""


class Patterns(Record):
    """What a log group says, as far as it was read."""

    log_group: str
    scanned_at: AwareDatetime | None
    read_until: AwareDatetime | None
    """Up to which time of ingestion."""
    templates: int
    lines: int
    rates: tuple[float, ...]
    """Of the whole log group."""
    patterns: tuple[Pattern, ...]


def show_patterns(query: PatternsQuery, team: Collaborators) -> Patterns:
    """The templates of a log group; UnknownLogGroupError where it was never scanned."""
    known = team.knowledge.load_whole(group_name(query.log_group))
    if not known.state:
        raise UnknownLogGroupError(f"{inert(query.log_group, 100)} was never scanned")
    watch = GroupWatch.restore(known.state)
    until = float(known.marks.get("until", 0)) / 1000
    templates = list(watch.templates())
    lines = sum(one.count for one in templates)
    return Patterns(
        log_group=query.log_group,
        scanned_at=known.marks.get("scanned_at"),
        read_until=in_utc(until) if until else None,
        templates=len(templates),
        lines=lines,
        rates=watch.sparkline("*", until),
        patterns=tuple(
            Pattern(
                template_id=one.id,
                template=clean_text(one.text, _LONGEST_TEMPLATE),
                count=one.count,
                share=one.count / lines if lines else 0.0,
                rates=watch.sparkline(one.id, until),
                new=watch.is_new(one.id, until),
            )
            for one in templates[: query.limit]
        ),
    )


# -- what warnings were worth -------------------------------------------------------------------


class MetricsQuery(Record):
    """Everything is shown."""


class Metrics(Record):
    """By detector: precision, recall and lead time, this week and ever."""

    week_name: str
    week: tuple[Worth, ...]
    ever: tuple[Worth, ...]


def show_metrics(_query: MetricsQuery, team: Collaborators) -> Metrics:
    """As outcomes were counted; a week begins on Monday, UTC."""
    rows, week_name = team.alerts.scores(), f"{team.clock():%G-W%V}"
    return Metrics(
        week_name=week_name,
        week=summarize(row for row in rows if row["week"] == week_name),
        ever=summarize(rows),
    )
