"""Logs and metrics. Every line of a task carries the incident's id; metrics are written as EMF.

Metrics go out one line each, and the id is kept per thread of work, since one process serves many
incidents at once when it runs on a laptop.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from logging import StreamHandler
from typing import NamedTuple, TextIO

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.metrics.provider.cloudwatch_emf.cloudwatch import AmazonCloudWatchEMFProvider

NAMESPACE = "Mainstay"


class Metric(NamedTuple):
    """How a metric is counted. Every value has the dimension `Stage`, and exactly these besides."""

    unit: MetricUnit
    dimensions: tuple[str, ...] = ()


METRICS: dict[str, Metric] = {
    "Signals": Metric(MetricUnit.Count, ("Outcome", "ResourceType")),
    "SignalsIgnored": Metric(MetricUnit.Count, ("Code",)),
    "Decisions": Metric(MetricUnit.Count, ("Verdict", "ResourceType")),
    "Judged": Metric(MetricUnit.Count, ("Judge", "Classification")),
    "Ended": Metric(MetricUnit.Count, ("State", "ResourceType")),
    "NotTold": Metric(MetricUnit.Count, ("State",)),
    "Gathered": Metric(MetricUnit.Count, ("State",)),
    "ChatNotTold": Metric(MetricUnit.Count, ("Kind",)),
    "StageSeconds": Metric(MetricUnit.Seconds, ("State",)),
    "OpenSeconds": Metric(MetricUnit.Seconds, ("State",)),
    "HealthySeconds": Metric(MetricUnit.Seconds, ("ResourceType",)),
    "LinesScanned": Metric(MetricUnit.Count, ("Source",)),
    "Alerts": Metric(MetricUnit.Count, ("Detector", "Source")),
    "AlertOutcomes": Metric(MetricUnit.Count, ("Detector", "Outcome")),
    "AlertLeadSeconds": Metric(MetricUnit.Seconds, ("Detector",)),
}
"""Every metric there is. `HealthySeconds` is the time from the failure to verified health, `OpenSeconds`
the age of each incident that is open, as the sweep finds it: as many values as there are incidents."""

_incident: ContextVar[str] = ContextVar("incident", default="")


class Telemetry:
    """Writes to one stream: standard output on Lambda, where CloudWatch reads both kinds of line."""

    def __init__(self, *, stage: str, stream: TextIO = sys.stdout) -> None:
        self._stage = stage
        self._stream = stream
        self._logger = Logger(service=f"mainstay-{stage}", stream=stream, level="INFO", utc=True)
        handler = self._logger.logger_handler
        if isinstance(handler, StreamHandler):  # a second logger of the same name is given that of the first
            handler.stream = stream

    @contextmanager
    def about(self, incident_id: str) -> Iterator[None]:
        """Everything logged inside is about this incident."""
        token = _incident.set(incident_id)
        try:
            yield
        finally:
            _incident.reset(token)

    def log(self, message: str, **facts: object) -> None:
        """One JSON line."""
        self._logger.info(message, extra={**_about(), **facts})

    def warn(self, message: str, **facts: object) -> None:
        """One JSON line about something that somebody may want to look into."""
        self._logger.warning(message, extra={**_about(), **facts})

    def count(self, metric: str, amount: float = 1, **dimensions: str) -> None:
        """One value of one metric; KeyError where `METRICS` does not have it."""
        emf = AmazonCloudWatchEMFProvider(
            namespace=NAMESPACE, metric_set={}, dimension_set={}, metadata_set={}
        )
        emf.add_dimension("Stage", self._stage)
        for name, value in dimensions.items():
            emf.add_dimension(name, value)
        emf.add_metric(name=metric, unit=METRICS[metric].unit, value=amount)
        for name, value in _about().items():
            emf.add_metadata(name, value)
        self._stream.write(json.dumps(emf.serialize_metric_set(), separators=(",", ":")) + "\n")


def _about() -> dict[str, str]:
    incident = _incident.get()
    return {"incident_id": incident} if incident else {}
