"""What a month uses: measured use of an incident, a sweep and a scan, times how many there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import ceil

from mainstay.costing.measures import Assumed, Measures
from mainstay.monitoring.alarms import ALARMS
from mainstay.monitoring.template import DASHBOARDS
from mainstay.policies import FUNCTIONS, make_config

HOURS = 730.0
DAYS = HOURS / 24
SWEEP_MINUTES = 5.0
_MILLION, _GB = 1e6, 1e9
_LOOK = 2
"""Calls of one look at a resource."""
_BUILD_MINUTES = 4.0
_BATCH = 10
"""Requests for scans that go out in one call."""
_TRIGGERS = frozenset({"on_resource_event", "on_alarm", "sweep", "start_scan", "on_scan_request"})


@dataclass(frozen=True, kw_only=True)
class Case:
    """A month of somebody's. The defaults are the published case: five log groups, since it names none."""

    incidents: float = 100
    log_gb: float = 5
    log_groups: float = 5
    templates: float = 200
    """Kinds of lines in each."""
    scan_minutes: float = 5
    series: float = 0
    model_share: float = 0
    """Of incidents that a model is asked about."""
    build_share: float = 0.05
    """Of incidents that Terraform recovers."""
    readers: float = 1
    """Who gets mails."""
    keys: float = 1
    dashboards: float = len(DASHBOARDS)

    @property
    def times(self) -> Mapping[str, float]:
        """How often each measured thing happens."""
        scans = HOURS * 60 / self.scan_minutes
        return {
            "incident": self.incidents,
            "sweep": HOURS * 60 / SWEEP_MINUTES,
            "start_scan": scans,
            "scan": scans * self.log_groups,
        }


IDLE = Case(incidents=0, log_gb=0, log_groups=0)


def use(case: Case, measures: Measures, assumed: Assumed) -> dict[str, float]:
    """Amounts of a month by the names of prices, in their units."""
    runs, seconds = _lambda(case, measures, assumed)
    total = _totals(case, measures)
    logs = (total["log_bytes"] + runs * assumed.run_log_bytes) / _GB
    logs += total["workflow_events"] * assumed.event_log_bytes / _GB
    logs += case.incidents * assumed.runs_more * 3 * assumed.event_log_bytes / _GB
    messages = total["call sns Publish"] + case.times["start_scan"] * ceil(case.log_groups / _BATCH)
    stored = (
        case.incidents * measures.per["incident"].get("stored_bytes", 0) * assumed.keeps_days / DAYS / _GB
    )
    return {
        "lambda-requests": runs / _MILLION,
        "lambda-seconds": seconds,
        "dynamodb-writes": total["write_units"] / _MILLION,
        "dynamodb-reads": total["read_units"] / _MILLION,
        "dynamodb-storage": stored,
        "dynamodb-backup": stored,
        "states-transitions": (total["transitions"] + case.incidents * assumed.runs_more) / 1000,
        "sns-publishes": messages / _MILLION,
        "sns-mails": total["call sns Publish"] * case.readers / 1e5,
        "logs-ingested": logs,
        "logs-stored": logs * assumed.keeps_logs_days / DAYS,
        "logs-queried": case.log_gb * assumed.scanned_twice,
        "metric-hours": _metric_months(case, measures),
        "metrics-read": case.series * case.times["start_scan"] / 1000,
        "dashboards": case.dashboards,
        "alarms": sum(one.billed for one in ALARMS if not one.condition or case.model_share),
        "xray-traces": (_triggered(case, measures) + case.incidents) / _MILLION,
        "api-requests": case.incidents * assumed.pages_per_incident / _MILLION,
        "kms-keys": case.keys,
        "kms-requests": (_key_uses(case) + messages) / 1e4,
        "codebuild-minutes": case.incidents * case.build_share * _BUILD_MINUTES,
        "s3-storage": 0.02,
        "events": (case.times["sweep"] + case.times["start_scan"]) / _MILLION,
        "bedrock-in": case.incidents * case.model_share * assumed.tokens_in / _MILLION,
        "bedrock-out": case.incidents * case.model_share * assumed.tokens_out / _MILLION,
    }


def _key_uses(case: Case) -> float:
    """A table's key is asked for once in five minutes by each role that uses it, and there are two tables."""
    scanning = 2 if case.log_groups else 1
    rounds = case.times["sweep"] + scanning * case.times["start_scan"] + len(FUNCTIONS) * case.incidents
    return 2 * rounds


def _totals(case: Case, measures: Measures) -> Mapping[str, float]:
    """Everything that was measured, as often as it happens."""
    total: defaultdict[str, float] = defaultdict(float)
    for what, times in case.times.items():
        used = measures.scan(case.templates) if what == "scan" else measures.per[what]
        for name, count in used.items():
            total[name] += times * count
    return total


# -- functions ----------------------------------------------------------------------------------


def _lambda(case: Case, measures: Measures, assumed: Assumed) -> tuple[float, float]:
    """Runs, and GB-seconds."""
    runs = seconds = 0.0
    for function, times, calls in _runs(case, measures, assumed):
        gb = _memory(function) / 1024
        runs += times
        seconds += times * gb * _seconds(function, calls, assumed)
    return runs, seconds


def _runs(case: Case, measures: Measures, assumed: Assumed) -> Iterator[tuple[str, float, float]]:
    """Function, how often it runs in a month, and calls of one run: as many as the others of its kind."""
    for what, times in case.times.items():
        of_one = dict(measures.runs(what))
        for function, count in of_one.items():
            yield function, times * count, measures.calls(what) / sum(of_one.values())
    yield "verify_recovery", case.incidents * assumed.runs_more, _LOOK
    yield "api_handler", case.incidents * assumed.pages_per_incident, _LOOK


def _seconds(function: str, calls: float, assumed: Assumed) -> float:
    """CPU takes longer on the share of a core that comes with less memory; waiting does not."""
    cpu = (assumed.cold_share * assumed.cold_cpu_ms + assumed.warm_cpu_ms) / 1000
    return cpu * max(1.0, assumed.full_core_mb / _memory(function)) + calls * assumed.call_ms / 1000


def _memory(function: str) -> float:
    config = make_config(["prod"])
    own = config["stages"]["prod"]["lambda_functions"][function]
    return float(own.get("lambda_memory_size", config["lambda_memory_size"]))


def _triggered(case: Case, measures: Measures) -> float:
    """Runs that begin a trace; the workflow of an incident is one more."""
    return sum(
        times * count
        for what, times in case.times.items()
        for function, count in measures.runs(what)
        if function in _TRIGGERS
    )


def _metric_months(case: Case, measures: Measures) -> float:
    """A metric is paid for in the hours in which it has values.

    Each incident is taken to be in an hour of its own, with its age beside what it writes; scans are in all.
    """
    of_incidents = case.incidents * (measures.per["incident"].get("series", 0) + 1) / HOURS
    return of_incidents + (measures.per["scan"].get("series", 0) if case.log_groups else 0)
