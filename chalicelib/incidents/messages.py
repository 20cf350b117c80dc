"""What people and machines are told about an incident: a subject, a mail, and a document."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chalicelib.incidents.announced import standing_of_announcement
from chalicelib.incidents.chat_messages import Chat, Link
from chalicelib.incidents.foreseen import standing_of_warning
from chalicelib.incidents.lifecycle import ENDED
from chalicelib.incidents.message_text import render_text
from chalicelib.incidents.model import Evidence, Incident, State, TimelineEvent, seconds_between
from chalicelib.incidents.plans import RecoveryPlan
from chalicelib.incidents.standing import Standing, standing_of
from chalicelib.incidents.telling import Telling, quote, say_duration, say_time, seconds_in
from chalicelib.incidents.word import is_announced
from chalicelib.redaction import inert, redact_value

SCHEMA = "mainstay.incident.v1"
LONGEST_SUBJECT = 100
"""SNS takes no more."""
_MOST_EVENTS, _MOST_EVIDENCE, _MOST_KEYS = 60, 20, 25
_ROOM_FOR_TEXT, _ROOM_FOR_DOCUMENT = 100_000, 140_000
"""Bytes, as JSON in JSON; SNS takes 262,144 for everything."""
_TEXT_LIMITS = (200, 100, 25)
_LONGER = {"reasoning": 5, "problem": 5, "warning": 2}
"""Times as long as other texts."""
_UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class Message:
    """One message in all its forms. It fits into a message of SNS, whatever the incident holds."""

    subject: str
    """ASCII, one line, at most 100 characters."""
    text: str
    """Plain text for mail, wrapped to 76 columns."""
    document: dict[str, Any]
    """For machines. ``schema`` names its form; a key is never taken away or given another meaning."""
    attributes: dict[str, str]
    """By which subscribers filter: type, severity, state, resource_type, classification, decision ..."""
    chat: Chat
    """The same for a chat."""


def render_message(
    incident: Incident, timeline: Sequence[TimelineEvent], *, console_url: str, happened: str = ""
) -> Message:
    """Tell about an incident as its record stands.

    `console_url` is where incidents are looked at, or empty. `happened` is the failure in the words of its
    resource type ("was stopped"); without it the name of the failure stands in.
    """
    telling = Telling(
        incident=incident,
        timeline=timeline,
        happened=_happened(incident, quote(happened or f"was {incident.failure.replace('-', ' ')}")),
        url=f"{console_url.rstrip('/')}/incidents/{incident.incident_id}" if console_url else "",
    )
    standing = _standing(telling)
    subject, attributes = _subject(telling, standing), _attributes(incident)
    return Message(
        subject=subject,
        text=_cut(render_text(telling, standing)),
        document=_fitted(redact_value(_document(telling, standing))) | {"url": telling.url},
        attributes=attributes,
        chat=_chat(telling, standing, attributes),
    )


def _standing(telling: Telling) -> Standing:
    """A word of AWS to people, a warning, or a failure."""
    incident = telling.incident
    if is_announced(incident) and incident.plan is None:
        return standing_of_announcement(telling)
    return standing_of_warning(telling) if incident.foreseen else standing_of(telling)


def _happened(incident: Incident, title: str) -> str:
    """A warning says when: how soon while it is new, until when once nobody acts, and not once it is over."""
    due = incident.expected_at
    if not incident.foreseen:
        return title
    if incident.state is State.COMPLETED:
        return title.replace("is expected", "was expected", 1)
    if due is None:
        return title
    if is_announced(incident):
        return f"{title} on {due:%Y-%m-%d}"
    if incident.state in ENDED:
        return f"{title} by {due:%H:%M} UTC"
    newest = max(signal.occurred_at for signal in incident.signals)
    return f"{title} in {say_duration(seconds_between(newest, due))}"


def _subject(telling: Telling, standing: Standing) -> str:
    """A long name gives way in its middle, so that the end of the line still says where it stands."""
    start, end = "[Mainstay] ", f" {telling.happened}: {standing.short}"
    name = _squeeze(quote(telling.incident.resource.id, 2000), LONGEST_SUBJECT - len(start) - len(end))
    return as_ascii(f"{start}{name}{end}")[:LONGEST_SUBJECT]


def _squeeze(name: str, room: int) -> str:
    if len(name) <= room:
        return name
    half = max(4, (room - 3) // 2)
    return f"{name[:half]}...{name[-half:]}"


def as_ascii(text: str) -> str:
    """What a subject and an attribute may hold."""
    return text.replace("…", "...").encode("ascii", "replace").decode()


def _attributes(incident: Incident) -> dict[str, str]:
    assessment, decision = incident.assessment, incident.decision
    severity = str(assessment.severity) if assessment else ""
    return {
        "type": "incident",
        "severity": severity or _UNKNOWN,
        "severity_number": severity,
        "state": incident.state.value,
        "resource_type": as_ascii(quote(incident.resource.type)) or _UNKNOWN,
        "classification": assessment.classification.value if assessment else _UNKNOWN,
        "decision": decision.verdict.value if decision else _UNKNOWN,
        "escalation": "expired" if incident.state is State.EXPIRED else "",
    }


def _chat(telling: Telling, standing: Standing, attributes: Mapping[str, str]) -> Chat:
    incident = telling.incident
    resource, name = incident.resource, quote(incident.resource.id)
    lives = f"{quote(resource.type)} in {quote(resource.region)}, account {quote(resource.account)}"
    return Chat(
        kind="incident",
        thread=incident.incident_id,
        title=f"{name} {telling.happened}: {standing.short}",
        summary=f"{name} {telling.happened}. {standing.sentences}",
        facts={
            "Resource": lives,
            telling.words.began: say_time(incident.failed_at),
            "Severity": f"{attributes['severity']} of 10" if attributes["severity_number"] else "",
            "Incident": incident.incident_id,
        },
        steps=standing.steps,
        links=[Link(label="Everything about it", url=telling.url)] if telling.url else [],
        resources=(name,),
        keywords=(incident.state.value.lower().replace("_", " "), quote(resource.type)),
        context=attributes,
        needs_people=standing.needs_people,
    )


# -- for machines -------------------------------------------------------------------------------


def _document(telling: Telling, standing: Standing) -> dict[str, Any]:
    incident = telling.incident
    return {
        "schema": SCHEMA,
        "incident_id": incident.incident_id,
        "state": incident.state.value,
        "summary": f"{incident.resource.id} {telling.happened}: {standing.short}",
        "resource": incident.resource.model_dump(),
        "successor": incident.successor,
        "failure": incident.failure,
        "signature": incident.signature,
        "failed_at": incident.failed_at.isoformat(),
        "opened_at": incident.opened_at.isoformat(),
        "ended_at": incident.ended_at.isoformat() if incident.ended_at else None,
        "healthy_seconds": incident.healthy_seconds,
        "assessment": _assessment(incident),
        "decision": _decision(incident),
        "plan": _plan(incident.plan) if incident.plan else None,
        "approval": incident.approval.model_dump(mode="json") if incident.approval else None,
        "verification": _verification(incident),
        "problem": incident.problem,
        "next_steps": list(standing.steps),
        "timeline": [_event(telling, event) for event in telling.timeline[-_MOST_EVENTS:]],
    }


def _assessment(incident: Incident) -> dict[str, Any] | None:
    assessment = incident.assessment
    if assessment is None:
        return None
    return {
        "classification": assessment.classification.value,
        "confidence": assessment.confidence,
        "severity": assessment.severity,
        "intent": assessment.intent.value,
        "judge": assessment.judge.value,
        "reasoning": assessment.reasoning,
        "impact": assessment.impact.model_dump(),
        "evidence": [_evidence(one) for one in assessment.evidence[:_MOST_EVIDENCE]],
    }


def _evidence(one: Evidence) -> dict[str, Any]:
    return {"rule": one.rule, "source": one.source, "fact": one.fact, "weight": one.weight}


def _decision(incident: Incident) -> dict[str, Any] | None:
    decision = incident.decision
    if decision is None:
        return None
    return {
        "verdict": decision.verdict.value,
        "reason": decision.reason,
        "policy_version": decision.policy_version,
    }


def _plan(plan: RecoveryPlan) -> dict[str, Any]:
    return {
        "digest": plan.digest,
        "summary": plan.summary,
        "warning": plan.warning,
        "risk": plan.risk.value,
        "reversible": plan.reversible,
        "automatic": plan.automatic,
        "goal": plan.goal,
        "actions": [{"action": call.action, "parameters": call.parameters} for call in plan.actions],
    }


def _verification(incident: Incident) -> dict[str, Any] | None:
    found = incident.verification
    return found.model_dump(mode="json") if found else None


def _event(telling: Telling, event: TimelineEvent) -> dict[str, Any]:
    return {
        "number": event.number,
        "at": event.at.isoformat(),
        "seconds": seconds_in(telling, event.at),
        "state": event.state.value,
        "what": event.what,
    }


# -- so that SNS takes it -----------------------------------------------------------------------


def _cut(text: str) -> str:
    """The lines that fit: what matters most stands first."""
    lines: list[str] = []
    room = _ROOM_FOR_TEXT
    for line in text.splitlines(keepends=True):
        room -= len(json.dumps(line))
        if room < 0:
            return "".join([*lines, "(There is more than a message can hold.)\n"])
        lines.append(line)
    return text


def _fitted(document: dict[str, Any]) -> dict[str, Any]:
    """As much of every text as there is room for."""
    for limit in _TEXT_LIMITS:
        fitted: dict[str, Any] = _bounded(document, limit)
        if len(json.dumps(json.dumps(fitted))) <= _ROOM_FOR_DOCUMENT:
            break
    return fitted


def _bounded(value: Any, limit: int) -> Any:
    """Every text one line and not too long, and no list or object of any length."""
    if isinstance(value, dict):
        pairs = list(value.items())[:_MOST_KEYS]
        return {inert(key, limit): _bounded(item, limit * _LONGER.get(key, 1)) for key, item in pairs}
    if isinstance(value, list):
        return [_bounded(item, limit) for item in value[:_MOST_EVENTS]]
    return inert(value, limit) if isinstance(value, str) else value
