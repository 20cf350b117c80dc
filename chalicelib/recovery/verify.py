"""Verification: the resource, read again, beside the goal of the plan."""

from __future__ import annotations

from datetime import datetime

from chalicelib.incidents.base import Attributes
from chalicelib.incidents.model import Observation
from chalicelib.incidents.plans import Health, Verification
from chalicelib.recovery.plan import agreements, differences


def verify(goal: Attributes, observation: Observation, now: datetime) -> Verification:
    """HEALTHY where everything the goal names is so; DEGRADED where some of it is. No goal is no data."""
    lacking, fine = differences(goal, observation), agreements(goal, observation)
    healthy = bool(goal) and not lacking
    partly = Health.DEGRADED if fine else Health.UNHEALTHY
    health = Health.HEALTHY if healthy else partly
    return Verification(health=health, looked_at=(*lacking, *fine), verified_at=now)
