"""What is scanned, and what may follow from it: the policy's section ``scan``."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from chalicelib.incidents.base import Record, Share

Name = Annotated[str, Field(min_length=1, max_length=512)]


class Stands(Record):
    """The resource behind a log group or a metric, and the failure of its type that it foretells."""

    type: Name
    id: Name
    failure: str = ""


class WatchedGroups(Record):
    """Log groups by name, shell-style, or by tags; and what stands behind them."""

    name: Name = "*"
    tags: dict[str, str] = {}
    stands_for: Stands | None = None

    @model_validator(mode="after")
    def _says_which(self) -> Self:
        """Every log group of an account is a bill that nobody meant to pay."""
        if self.name == "*" and not self.tags:
            raise ValueError("say which log groups: a name, a pattern of names, or tags")
        return self

    @property
    def prefix(self) -> str:
        """What the names of all of them begin with."""
        ends = [place for place in map(self.name.find, "*?[") if place >= 0]
        return self.name[: min(ends, default=len(self.name))]

    def fits(self, name: str) -> bool:
        """By name alone."""
        return fnmatchcase(name, self.name)


class WatchedResources(Record):
    """Resources whose type's own metrics are watched."""

    type: Name
    id: Name = "*"

    def fits(self, name: str) -> bool:
        """By id alone."""
        return fnmatchcase(name, self.id)


class WatchedMetric(Record):
    """A metric that no resource type declares. Without a limit only what is unusual is told."""

    namespace: Name
    name: Name
    dimensions: dict[str, str] = {}
    statistic: Annotated[str, Field(pattern=r"^(Average|Sum|Minimum|Maximum|p\d{1,2}(\.\d+)?)$")] = "Average"
    limit: float | None = None
    fails: Literal["above", "below"] = "above"
    title: str = ""
    unit: str = ""
    stands_for: Stands | None = None


class ScanPolicy(Record):
    """The whole section."""

    log_groups: tuple[WatchedGroups, ...] = ()
    resources: tuple[WatchedResources, ...] = ()
    metrics: tuple[WatchedMetric, ...] = ()
    most_lines: Annotated[int, Field(ge=1000)] = 50_000
    """Lines of one log group that a scan reads one by one; beyond that it samples, and says so."""
    late_seconds: Annotated[int, Field(ge=0, le=3600)] = 120
    """How late an event may come into CloudWatch Logs, after its own time stamp, and still be counted."""
    alerts_per_scan: Annotated[int, Field(ge=1)] = 10
    """Messages about alerts in five minutes; what is above that comes as one digest."""
    act_from: Share = 0.25
    """The probability from which an alert opens an incident, where an action can prevent the failure."""
