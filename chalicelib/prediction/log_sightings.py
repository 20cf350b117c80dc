"""Alarms of a log group as sightings: the form in which all problems are looked after."""

from __future__ import annotations

from chalicelib.incidents.alert import Sight
from chalicelib.prediction.alarms import LogAlarm
from chalicelib.prediction.sightings import Phase, Sighting

_GRAVEST = 10


def sighting_of(alarm: LogAlarm) -> Sighting:
    """The same problem keeps its key for as long as it lasts.

    An alarm's own probability is that it is no chance. Few of those that are none become failures, the
    grave ones more often: until outcomes say better, by their severity.
    """
    return Sighting(
        key=alarm.alarm_id,
        opened_at=alarm.opened_at,
        phase=Phase(alarm.status),
        sight=Sight(
            what=alarm.what,
            detectors=alarm.detectors,
            score=alarm.score,
            probability=round(alarm.probability * alarm.severity / _GRAVEST, 3),
            severity=alarm.severity,
            now=alarm.now,
            usual=alarm.usual,
            examples=alarm.examples,
            rates=alarm.rates,
            adopted=alarm.adopted,
        ),
    )
