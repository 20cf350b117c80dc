"""An incident as an item of the table, and back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from chalicelib.aws import items, keys
from chalicelib.incidents.base import Record
from chalicelib.incidents.model import (
    Assessment,
    Bookmark,
    Incident,
    Observation,
    Resource,
    Signal,
    State,
    TimelineEvent,
)
from chalicelib.incidents.plans import Approval, Decision, Question, RecoveryPlan, Verification

SECTIONS: dict[str, type[Record]] = {
    "observation": Observation,
    "assessment": Assessment,
    "plan": RecoveryPlan,
    "decision": Decision,
    "question": Question,
    "approval": Approval,
    "verification": Verification,
}
"""The parts of a record that are written as it moves on, each as one JSON text."""

KEEP_DAYS = 400
"""A record, its timeline and its effects; each part counts from when it was written."""


def write_record(incident: Incident) -> items.Item:
    """The item of a record that is opened."""
    expires = incident.opened_at + timedelta(days=KEEP_DAYS)
    return items.item(
        f"INCIDENT#{incident.incident_id}",
        "RECORD",
        incident_id=incident.incident_id,
        resource=incident.resource,
        failure=incident.failure,
        state=incident.state.value,
        version=incident.bookmark.version,
        head=incident.bookmark.head,
        opened_at=incident.opened_at,
        failed_at=incident.failed_at,
        signals=[signal.model_dump_json() for signal in incident.signals],
        gsi_time_pk=f"{incident.opened_at:%Y-%m}",
        gsi_resource_pk=incident.resource.key,
        gsi_state_pk=incident.state.value,
        gsi_signature_pk=incident.signature,
        gsi_open_pk=keys.OPEN,
        expires_at=int(expires.timestamp()),
    )


def read_incident(item: items.Item) -> Incident:
    """A record as it lies in the table."""
    found = items.plain(item)
    sections: dict[str, Any] = {
        name: kind.model_validate_json(found[name]) for name, kind in SECTIONS.items() if name in found
    }
    return Incident(
        incident_id=found["incident_id"],
        resource=Resource.model_validate_json(found["resource"]),
        failure=found["failure"],
        state=State(found["state"]),
        bookmark=Bookmark(version=found["version"], head=found["head"]),
        opened_at=found["opened_at"],
        failed_at=found["failed_at"],
        ended_at=found.get("ended_at"),
        signals=tuple(Signal.model_validate_json(signal) for signal in found["signals"]),
        successor=found.get("successor", ""),
        problem=found.get("problem", ""),
        **sections,
    )


def read_timeline_event(item: items.Item) -> TimelineEvent:
    """One line of the audit trail."""
    return TimelineEvent.model_validate_json(items.decode(item["event"]))
