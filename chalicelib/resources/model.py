"""What a resource type declares, so that everything else can treat all types alike."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from chalicelib.incidents.model import Classification, Observation, Resource


class ReadAws(Protocol):
    """Read something from AWS: ``read("ec2", "describe_instances", InstanceIds=[...])``.

    Answers the parsed response. Raises NotFoundError, DeniedError or another AwsError, and
    ThrottledError or UnreachableError after the SDK's own retries.
    """

    def __call__(self, service: str, operation: str, /, **parameters: Any) -> dict[str, Any]: ...  # noqa: D102


@dataclass(frozen=True, kw_only=True)
class FailureKind:
    """One way in which a resource of this type fails."""

    name: str
    title: str
    """Past tense, to follow the resource's name: "was stopped". Of an anomaly: "is expected to ..."."""
    classification: Classification
    severity: int
    """1 (nobody notices) to 10 (data at risk)."""
    downtime_minutes: float
    """What it usually costs until somebody repairs it by hand."""
    blast_radius: str


@dataclass(frozen=True, kw_only=True)
class ApiCall:
    """A CloudTrail call that signals a failure.

    `resource_ids` reads the ids of all resources that the call named from ``requestParameters`` (and
    never from anything else that the caller could have written freely).
    """

    event_source: str
    event_name: str
    failure: str
    resource_ids: Callable[[Mapping[str, Any]], list[str]]


@dataclass(frozen=True, kw_only=True)
class MetricWatch:
    """A metric of CloudWatch that tells of a failure before it happens.

    With `per`, the series is a percentage of another metric's values: a ``Sum`` beside an ``Average`` counts
    as a rate (the sum divided by `period_seconds`), two alike are compared as they are.
    """

    namespace: str
    name: str
    statistic: str
    """As GetMetricData takes it: ``Average``, ``Sum``, ``Maximum``."""
    dimension: str
    """The dimension that holds the resource's id; ``ClusterName/ServiceName`` where the id has two parts.
    Further dimensions, such as a disk's path, are part of the series' name."""
    limit: float | None
    """The value at which the resource fails, in `unit`. None: no limit is known, so only anomalies tell."""
    rising: bool = True
    """False: it fails below the limit."""
    per: str = ""
    """The metric of the same namespace and dimensions that is the hundred per cent."""
    per_statistic: str = "Average"
    failure: str = ""
    """The failure kind that it foretells; empty: people are told, and nothing is planned."""
    title: str
    """As people say it: "free storage"."""
    unit: str
    """Of the series: bytes, percent, credits, count, milliseconds."""
    period_seconds: int = 300

    def resource_id(self, dimensions: Mapping[str, str]) -> str | None:
        """The id of the resource that a series is about; None where a dimension of it is missing."""
        parts = [dimensions.get(name) for name in self.dimension.split("/")]
        known = [part for part in parts if part]
        return "/".join(known) if len(known) == len(parts) else None


@dataclass(frozen=True, kw_only=True)
class ResourceType:
    """One catalogue entry: what it is called, how it fails, who tells us, and how to read it."""

    name: str
    title: str
    event_source: str
    """Of EventBridge, for example ``aws.ec2``."""
    failures: tuple[FailureKind, ...]
    api_calls: tuple[ApiCall, ...]
    state_changes: Mapping[str, str]
    """The state named by a state-change event, or the id of an RDS event, to the failure it means."""
    observe: Callable[[Resource, ReadAws, datetime], Observation]
    """Read the resource now. A resource that is not there is an answer (`exists` False), not an error."""
    is_failing: Callable[[str, Observation, Observation | None], bool | None]
    """Does this observation show this failure, beside what was known good? None: cannot be told."""
    permissions: tuple[str, ...]
    """Every IAM action that `observe` and `read_tags` need."""
    arns: tuple[str, ...]
    """On what permissions of its service may be used, as patterns of ARNs."""
    alarm_dimension: str = ""
    """The CloudWatch dimension that names such a resource, for example ``InstanceId``."""
    failing_alarm: str = ""
    """The failure that an alarm on such a resource stands for; empty: alarms only join."""
    read_tags: Callable[[Resource, ReadAws], dict[str, str]] | None = None
    """Read the tags where `observe` leaves them empty, as they need a call of their own."""
    metrics: tuple[MetricWatch, ...] = ()
    """What tells of a failure before it happens."""
    announced: tuple[str, ...] = ()
    """The failures that AWS itself tells people of, through Health, Budgets or Cost Anomaly Detection."""
    health_entity: re.Pattern[str] | None = None
    """How AWS Health names such a resource, whole, as the group ``id``: bare, or as the end of an ARN."""

    def failure(self, name: str) -> FailureKind:
        """Raise KeyError where this type does not fail in that way."""
        return next((kind for kind in self.failures if kind.name == name), None) or _unknown(self.name, name)


def _unknown(type_name: str, failure: str) -> FailureKind:
    raise KeyError(f"{type_name} has no failure kind {failure!r}")
