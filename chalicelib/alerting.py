"""What follows from an alert: people are told, an incident is opened, and later the outcome is written.

Every alert is on record before anything follows from it. Each step is done by one at a time, under a lease;
whatever was not done, or not noted, is done by the next run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import cache, partial
from typing import TypeAlias

from chalicelib.analysis.alert_model import explain_alert, heard
from chalicelib.analysis.policy import Prevent
from chalicelib.collaborators import Collaborators
from chalicelib.errors import MainstayError, ModelAnswerError, ModelUnavailableError, StaleRecordError
from chalicelib.incidents.alert import Alert, AlertSource, AlertState, Urgency
from chalicelib.incidents.alert_messages import render_alert, render_digest
from chalicelib.incidents.model import Classification, Incident, Signal, SignalSource
from chalicelib.intake import open_incident
from chalicelib.prediction.scores import Worth, calibrated, judge_alert, summarize
from chalicelib.recovery.plan import candidates
from chalicelib.telling_people import tell_everybody
from chalicelib.weekly import tell_week

Worths: TypeAlias = Callable[[], Mapping[str, Worth]]

CLEARED = "cleared"
FORGOTTEN_AFTER = timedelta(hours=24)
"""An open alert that no scan has seen for so long is about something that is watched no more."""

_PRESSING_MINUTES = 20
"""With less than that to go it is time to ask somebody."""

_CALM_FIRST = (Urgency.SOON, Urgency.TODAY, Urgency.NOW)


def look_after_alerts(team: Collaborators) -> dict[str, int]:
    """Every alert that is open or not scored yet; one alert's error stops no other."""
    counts: Counter[str] = Counter({"alerts": 0, "told": 0, "scored": 0, "errors": 0})
    waiting: list[Alert] = []
    worths = cache(partial(_worths, team))
    for alert_id in team.alerts.live():
        try:
            counts["alerts"] += 1
            counts.update(_counted(look_after_alert(alert_id, team, worths, waiting)))
        except MainstayError as error:
            counts["errors"] += 1
            team.telemetry.warn(f"an alert could not be looked after: {error}", alert_id=alert_id)
    counts["told"] += _tell_together(waiting, team)
    tell_week(team)
    return dict(counts)


def look_after_alert(
    alert_id: str, team: Collaborators, worths: Worths | None = None, waiting: list[Alert] | None = None
) -> str:
    """Do whatever is due for one alert; answer the last thing that was done, or nothing.

    `worths` is what detectors' alerts were worth so far, where the caller has that for many alerts. Alerts
    that may not be told now, since too many were, are added to `waiting`; whoever looks after many of them
    has no time to ask the model.
    """
    now = team.clock()
    alert = team.alerts.take_on(alert_id, now)
    if alert is None:
        return ""
    if _is_forgotten(alert, now):
        team.alerts.keep(alert, state=AlertState.CLEARED.value, cleared_at=now)
        alert = alert.model_copy(update={"state": AlertState.CLEARED, "cleared_at": now})
    if alert.state is AlertState.OPEN:
        explained = _explain(alert, team) if waiting is None else alert
        alert = _act(_understand(explained, worths or partial(_worths, team), team), team)
    done = _tell(alert, team, waiting)
    return _settle(alert, team) or done


def _is_forgotten(alert: Alert, now: datetime) -> bool:
    return alert.state is AlertState.OPEN and now - alert.updated_at > FORGOTTEN_AFTER


def _counted(done: str) -> Counter[str]:
    return Counter({done: 1} if done else {})


# -- what it means ------------------------------------------------------------------------------


def _worths(team: Collaborators) -> dict[str, Worth]:
    return {one.detector: one for one in summarize(team.alerts.scores())}


def _understand(alert: Alert, worths: Worths, team: Collaborators) -> Alert:
    """The detector's number, moved by what became of its alerts, and by what the model says."""
    worth = worths()
    told_by = next((worth[name] for name in alert.sight.detectors if name in worth), None)
    probability = round(heard(calibrated(alert.sight.probability, told_by), alert.explanation), 3)
    return alert if probability == alert.probability else team.alerts.keep(alert, probability=probability)


def _explain(alert: Alert, team: Collaborators) -> Alert:
    """Ask the model, once; the alert stands without it."""
    if team.converse is None or alert.explanation is not None or alert.told:
        return alert
    try:
        found = explain_alert(alert, converse=team.converse, nonce=team.new_nonce())
    except (ModelUnavailableError, ModelAnswerError) as error:
        team.telemetry.warn(f"the model did not explain an alert: {error}", alert_id=alert.alert_id)
        return alert
    return team.alerts.keep(alert, explanation=found)


# -- what is done about it ----------------------------------------------------------------------


def suggestion(alert: Alert, team: Collaborators) -> str:
    """What Mainstay's catalogue has for it, in words; empty where it has nothing."""
    resource = alert.subject.resource
    if resource is None or not alert.subject.failure:
        return ""
    names = candidates(resource.type, alert.subject.failure, team.actions)
    return team.actions[names[0]].title if names else ""


def _act(alert: Alert, team: Collaborators) -> Alert:
    """Whatever keeps an incident from being opened, people are told; the next run tries again."""
    try:
        return _open_incident(alert, team)
    except MainstayError as error:
        team.telemetry.warn(f"no incident could be opened for an alert: {error}", alert_id=alert.alert_id)
        return alert


def _open_incident(alert: Alert, team: Collaborators) -> Alert:
    """For an alert of a failure that an action can prevent: plan and policy decide from there."""
    if alert.incident_id or not suggestion(alert, team) or not _leads_somewhere(alert, team):
        return alert
    opening = open_incident(_signal(alert, team), team)
    if opening.incident_id:
        team.alerts.keep(alert, incident_id=opening.incident_id)
    return alert.model_copy(update={"incident_id": opening.incident_id})


def _leads_somewhere(alert: Alert, team: Collaborators) -> bool:
    """A value that is only unusual says nothing of where it leads."""
    foretold = alert.sight.expected_at is not None or alert.subject.source is AlertSource.LOGS
    return foretold and alert.probability >= _sure_enough(alert, team)


def _sure_enough(alert: Alert, team: Collaborators) -> float:
    """What is done without a person waits until it is as sure as that needs, while there is time to wait."""
    asked_from = team.policy.scan.act_from
    if alert.subject.resource is None:
        return asked_from
    limits, minutes = team.limits(alert.subject.resource), alert.horizon_minutes
    can_wait = limits.prevent is Prevent.DO and minutes is not None and minutes > _PRESSING_MINUTES
    return max(asked_from, limits.threshold) if can_wait else asked_from


def _signal(alert: Alert, team: Collaborators) -> Signal:
    resource, sight = alert.subject.resource, alert.sight
    if resource is None:
        raise ValueError(f"{alert.alert_id} is about no resource")
    horizon = alert.horizon_minutes
    return Signal(
        signal_id=f"forecast:{alert.alert_id}",
        source=SignalSource.FORECAST,
        resource=resource,
        failure=alert.subject.failure,
        event_name=alert.alert_id,
        occurred_at=team.clock(),
        details={
            "alert_id": alert.alert_id,
            "detector": sight.detectors[0],
            "metric": alert.subject.name,
            "probability": alert.probability,
            "value": sight.now,
            "horizon_minutes": None if horizon is None else round(horizon, 1),
            "expected_at": sight.expected_at.isoformat() if sight.expected_at else None,
            "evidence": sight.what,
        },
    )


# -- telling ------------------------------------------------------------------------------------


def _tell(alert: Alert, team: Collaborators, waiting: list[Alert] | None) -> str:
    """Where people do not know yet how things stand; never more messages than the policy allows."""
    news = _news(alert)
    if not news:
        team.alerts.let_go(alert)
        return ""
    now = team.clock()
    if not team.alerts.count_message(now, team.policy.scan.alerts_per_scan):
        team.alerts.let_go(alert)
        if waiting is not None:
            waiting.append(alert)
        return ""
    action = suggestion(alert, team)
    tell_everybody(render_alert(alert, action=action, console_url=team.settings.console_url), team)
    team.alerts.let_go(alert, told=news, told_at=now)
    return "told"


def _news(alert: Alert) -> str:
    """What people would be told now: an urgency that is higher than what they know, or that it has passed."""
    if alert.state is AlertState.CLEARED:
        return CLEARED if alert.told not in {"", CLEARED} else ""
    known = [urgency.value for urgency in _CALM_FIRST]
    rank = known.index(alert.told) if alert.told in known else -1
    return alert.urgency.value if _CALM_FIRST.index(alert.urgency) > rank else ""


def _tell_together(alerts: list[Alert], team: Collaborators) -> int:
    """What was above the rate, in one message."""
    if not alerts:
        return 0
    tell_everybody(render_digest(alerts, console_url=team.settings.console_url), team)
    for alert in alerts:
        action = suggestion(alert, team)
        team.notifier.to_machines(render_alert(alert, action=action, console_url=team.settings.console_url))
        team.alerts.let_go(alert, told=_news(alert), told_at=team.clock())
    return len(alerts)


# -- what became of it --------------------------------------------------------------------------


def _settle(alert: Alert, team: Collaborators) -> str:
    """Write the outcome once it can be told."""
    if alert.outcome is not None:
        return _let_rest(alert, team)
    own = team.incidents.load(alert.incident_id) if alert.incident_id else None
    now = team.clock()
    score = judge_alert(alert, own=own, failed_at=_failed_at(alert, own, team), now=now)
    if score is None:
        return ""
    try:
        team.alerts.settle(alert, score, now)
    except StaleRecordError as other:
        team.telemetry.log(f"somebody else has scored it: {other}")
        return ""
    for detector in score.detectors:
        team.telemetry.count("AlertOutcomes", Detector=detector, Outcome=score.counted_as)
        if score.lead_minutes:
            team.telemetry.count("AlertLeadSeconds", score.lead_minutes * 60, Detector=detector)
    return "scored"


def _let_rest(alert: Alert, team: Collaborators) -> str:
    """What is scored is looked after until it has passed and people know that."""
    if alert.state is AlertState.CLEARED and not _news(alert):
        team.alerts.let_rest(alert.alert_id)
    return ""


def _failed_at(alert: Alert, own: Incident | None, team: Collaborators) -> datetime | None:
    """When the limit was crossed, or the resource failed in another way than by what we did about it."""
    if alert.failed_at is not None or alert.subject.resource is None:
        return alert.failed_at
    entries = team.index.of_resource(alert.subject.resource.key, limit=20).entries
    failed = [
        entry.failed_at
        for entry in entries
        if entry.failed_at >= alert.opened_at
        and entry.classification == Classification.FAILURE
        and (own is None or entry.incident_id != own.incident_id)
    ]
    return min(failed, default=None)
