"""What alerts are made of: their subjects, sights and sightings."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from chalicelib.incidents.alert import Alert, AlertSource, AlertState, Sight, Subject
from chalicelib.incidents.model import Resource
from chalicelib.prediction.requests import Series
from chalicelib.prediction.sightings import Phase, Sighting, alert_id_of

OPENED = datetime(2026, 11, 24, 2, 55, tzinfo=UTC)
DATABASE = Resource(type="rds.db-instance", id="db-orders", region="eu-west-1", account="111122223333")
STORAGE = Subject(
    source=AlertSource.METRIC,
    name="AWS/RDS FreeStorageSpace DBInstanceIdentifier=db-orders",
    resource=DATABASE,
    failure="storage_filling",
)
CHECKOUT = Subject(source=AlertSource.LOGS, name="/app/checkout")
GIB = 1024.0**3


def after(minutes: float) -> datetime:
    return OPENED + timedelta(minutes=minutes)


def a_sight(**changes: Any) -> Sight:
    usual: dict[str, Any] = {
        "what": "free storage of db-orders is 1.2 GiB, likely to reach 0 bytes in 40 minutes",
        "detectors": ("forecast",),
        "score": 0.8,
        "probability": 0.8,
        "severity": 7,
        "now": 1.2 * GIB,
        "usual": 1.9 * GIB,
        "expected_at": after(40),
        "earliest_at": after(25),
        "latest_at": after(70),
        "rates": tuple(GIB * (3.0 - step / 10) for step in range(19)),
    }
    return Sight(**usual | changes)


def a_log_sight(**changes: Any) -> Sight:
    usual: dict[str, Any] = {
        "what": '"payment of <*> declined" comes 9 times as often as usual: 180 times in 5 minutes',
        "detectors": ("rate_spike",),
        "score": 0.9,
        "probability": 0.6,
        "severity": 8,
        "now": 180.0,
        "usual": 20.0,
        "examples": ("payment of order 4711 declined", "payment of order 4712 declined"),
        "rates": (20.0, 22.0, 19.0, 20.0, 180.0),
    }
    return Sight(**usual | changes)


def an_alert(subject: Subject = STORAGE, **changes: Any) -> Alert:
    sight = changes.pop("sight", a_sight() if subject.source is AlertSource.METRIC else a_log_sight())
    usual: dict[str, Any] = {
        "alert_id": alert_id_of(subject, sight.detectors[0], OPENED.timestamp()),
        "subject": subject,
        "state": AlertState.OPEN,
        "opened_at": OPENED,
        "updated_at": OPENED,
        "sight": sight,
        "first": sight,
        "probability": sight.probability,
    }
    return Alert(**usual | changes)


def a_sighting(phase: Phase = Phase.OPENED, **changes: Any) -> Sighting:
    usual: dict[str, Any] = {
        "key": "forecast",
        "opened_at": OPENED.timestamp(),
        "phase": phase,
        "sight": a_sight(),
    }
    return Sighting(**usual | changes)


def a_series(**changes: Any) -> Series:
    usual: dict[str, Any] = {
        "subject": STORAGE,
        "namespace": "AWS/RDS",
        "name": "FreeStorageSpace",
        "dimensions": {"DBInstanceIdentifier": "db-orders"},
        "statistic": "Minimum",
        "limit": 0.0,
        "rising": False,
        "title": "free storage",
        "unit": "bytes",
    }
    return Series(**usual | changes)
