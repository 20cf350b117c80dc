"""A day of one thing that is watched: what it writes, hour by hour, and how that has to end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from chalicelib.incidents.alert import Alert
from mainstay.world import World


@dataclass(frozen=True, kw_only=True)
class Subject:
    """One log group or resource of a day, and what is told of it.

    `write` writes what happened from one time up to another: log lines, or values of metrics; its last
    argument says whether what goes wrong on the day goes wrong, or nothing as on the days before. `expect`
    answers what is wrong with its alerts at the end of the day.
    """

    title: str
    make: Callable[[World], str]
    write: Callable[[World, str, datetime, datetime, bool], None]
    expect: Callable[[World, str, list[Alert]], str]
    resource_type: str = ""
    """Of a resource; empty of a log group."""
    limits: Mapping[str, Any] = field(default_factory=dict)
    """What the policy says of it beside the defaults."""
    approve: bool = False
    """Whether a person agrees to what Mainstay would do about it."""

    def scan_entry(self, name: str) -> tuple[str, dict[str, str]]:
        """What the policy's section ``scan`` says, so that it is read: the option, and its entry."""
        if self.resource_type:
            return "resources", {"type": self.resource_type, "id": name}
        return "log_groups", {"name": name}


@dataclass(frozen=True, kw_only=True)
class Day:
    """What belongs together; all days of the demo are the same simulated day."""

    name: str
    title: str
    subjects: tuple[Subject, ...]


def hour_of(moment: datetime) -> float:
    """Hours since midnight, with fractions."""
    return moment.hour + moment.minute / 60 + moment.second / 3600


def happened(alerts: list[Alert], begins: float, ends: float) -> str:
    """What is wrong where exactly one alert should have come, within these hours of the day, and passed."""
    if len(alerts) != 1:
        return f"{len(alerts)} alerts, not one"
    opened = hour_of(alerts[0].opened_at)
    if not begins <= opened <= ends:
        return f"the alert came at {opened:.1f} h"
    return "" if alerts[0].cleared_at else "the alert was never taken back"
