"""What one scan is asked to look at: one log group, or a batch of metric series."""

from __future__ import annotations

import json
from typing import Annotated, Literal, TypeAlias

from pydantic import Field, TypeAdapter, ValidationError

from chalicelib.errors import InvalidEventError
from chalicelib.incidents.alert import Subject
from chalicelib.incidents.base import Record

MOST_SERIES = 40
"""In one batch: their states, and an alert or two, still go into one transaction."""


class Series(Record):
    """One metric of CloudWatch, and what it means.

    With `per` the values are per cent of that other metric of the same dimensions. `limit` is None where
    none is known.
    """

    subject: Subject
    namespace: str
    name: str
    dimensions: dict[str, str]
    statistic: str
    period_seconds: Annotated[int, Field(ge=60)] = 300
    per: str = ""
    per_statistic: str = "Average"
    limit: float | None = None
    rising: bool = True
    title: str = ""
    unit: str = ""


class LogScan(Record):
    """Scan one log group."""

    kind: Literal["logs"] = "logs"
    subject: Subject
    teach: bool = True
    """False while the resource behind it has an open incident: what is failing now is not usual."""


class MetricScan(Record):
    """Scan these series."""

    kind: Literal["metrics"] = "metrics"
    series: Annotated[tuple[Series, ...], Field(min_length=1, max_length=MOST_SERIES)]


ScanRequest: TypeAlias = LogScan | MetricScan

_REQUESTS: TypeAdapter[ScanRequest] = TypeAdapter(Annotated[ScanRequest, Field(discriminator="kind")])


def read_request(message: object) -> ScanRequest:
    """The request in a message of the scan topic; InvalidEventError where it is none."""
    try:
        return _REQUESTS.validate_python(json.loads(message) if isinstance(message, str) else message)
    except (ValueError, ValidationError, RecursionError) as error:
        raise InvalidEventError(f"this is no scan request: {error}") from error
