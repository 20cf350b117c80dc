"""Alarms of a log group as sightings: the form in which all problems are looked after."""

from __future__ import annotations

from chalicelib.incidents.alert import Sight
from chalicelib.prediction.alarms import LogAlarm
from chalicelib.prediction.sightings import Phase, Sighting


def sighting_of(alarm: LogAlarm) -> Sighting:
    """The same problem keeps its key for as long as it lasts."""
    return Sighting(
        key=alarm.alarm_id,
        opened_at=alarm.opened_at,
        phase=Phase(alarm.status),
        sight=Sight(
            what=alarm.what,
            detectors=alarm.detectors,
            score=alarm.score,
            probability=alarm.probability,
            severity=alarm.severity,
            now=alarm.now,
            usual=alarm.usual,
            examples=alarm.examples,
            rates=alarm.rates,
        ),
    )
