"""What AWS announces and people are told: nothing of it can be read again, and nothing repaired."""

from __future__ import annotations

from datetime import datetime

from chalicelib.incidents.model import Classification, Observation, Resource
from chalicelib.resources.model import FailureKind, ReadAws

CHANGE_PLANNED = FailureKind(
    name="change_planned",
    title="is expected to be changed by AWS",
    classification=Classification.ANOMALY,
    severity=5,
    downtime_minutes=0,
    blast_radius="whatever uses it while AWS changes it",
)
"""Retirement, maintenance, the end of a version: AWS names the day. What to do is a matter of judgement (a
retired instance moves when it is stopped and started, and loses its instance store), so it is told."""


def observe_announcement(_resource: Resource, _read: ReadAws, now: datetime) -> Observation:
    """What AWS said is all there is: its Health API wants a support plan, and tells the same."""
    return Observation(exists=True, attributes={"status": "known only from what AWS says"}, observed_at=now)


def cannot_be_read(_observation: Observation, _known_good: Observation | None) -> bool | None:
    """For failures of which there is only the word of AWS."""
    return None
