"""What is remembered about one resource so that recovery cannot loop, and about an account's load."""

from __future__ import annotations

from datetime import datetime, timedelta

from pydantic import AwareDatetime

from chalicelib.incidents.base import Record
from chalicelib.incidents.model import PastIncident


class Guard(Record):
    """One resource's memory: its open incident, its cooldown, and its recent recoveries."""

    open_incident: str = ""
    last_incident: str = ""
    last_ended_at: AwareDatetime | None = None
    cooldown_until: AwareDatetime | None = None
    cooldown_incident: str = ""
    """The incident that told people of a failure inside this cooldown; later ones join it."""
    recoveries: tuple[AwareDatetime, ...] = ()
    """When recoveries of it began, oldest first, for as long as any limit looks back."""

    def recoveries_within(self, seconds: float, now: datetime) -> int:
        """How many recoveries began in the last so many seconds."""
        return sum(1 for at in self.recoveries if now - at <= timedelta(seconds=seconds))


class Load(Record):
    """How busy an account is: incidents opened and recoveries begun, by resource type."""

    opened: dict[str, int] = {}
    """In the last ten to twenty minutes."""
    recovering: dict[str, int] = {}
    """In this hour of the clock."""


class ServiceIssue(Record):
    """An issue of a whole AWS service in one region, as AWS Health last told of it."""

    service: str
    """As Health names it: ``EC2``."""
    event: str
    told_at: AwareDatetime


class Outcomes(Record):
    """What became of incidents of one signature: what calibration and similarity read."""

    ended: int = 0
    recovered: int = 0
    """Verified recoveries."""
    failed: int = 0
    approved: int = 0
    rejected: int = 0
    dismissed: int = 0
    recent: tuple[PastIncident, ...] = ()
    """Newest first, a few."""
