"""What machines are told about an incident: a document that fits into a message."""

from __future__ import annotations

import json
from typing import Any

from chalicelib.incidents.model import Evidence, Incident, TimelineEvent
from chalicelib.incidents.plans import RecoveryPlan
from chalicelib.incidents.standing import Standing
from chalicelib.incidents.telling import Telling, seconds_in
from chalicelib.redaction import inert, redact_value

SCHEMA = "mainstay.incident.v1"
_MOST_EVENTS, _MOST_EVIDENCE, _MOST_KEYS = 60, 20, 25
_ROOM_FOR_DOCUMENT = 140_000
"""Bytes, as JSON in JSON; SNS takes 262,144 for everything."""
_TEXT_LIMITS = (200, 100, 25)
_LONGER = {"reasoning": 5, "problem": 5, "warning": 2}
"""Times as long as other texts."""


def document_of(telling: Telling, standing: Standing) -> dict[str, Any]:
    """Redacted, and bounded in every part of it."""
    return _fitted(redact_value(_document(telling, standing))) | {"url": telling.url}


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
