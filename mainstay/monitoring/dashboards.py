"""The two dashboards: what whoever is on call asks first, and what whoever runs Mainstay asks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from chalicelib.aws.incident_table import How
from chalicelib.incidents.alert import AlertOutcome
from chalicelib.incidents.lifecycle import ENDED, OPEN
from chalicelib.incidents.model import Judge, State
from chalicelib.incidents.plans import Verdict
from mainstay.monitoring.alarms import ALARMS
from mainstay.monitoring.series import PREFIX, of_aws, of_function, of_workflow
from mainstay.monitoring.widgets import Widget, alarm_states, each, graph, line, longest, numbers, text, total
from mainstay.policies import FUNCTIONS

_TOPICS = ("people", "scans")
_TABLES = ("incidents", "patterns")
_STARTED = ("on_resource_event", "on_alarm", "sweep", "start_scan", "on_scan_request")
_BUSIEST = ("on_resource_event", "on_scan_request")
_CROWDED = (*_BUSIEST, "on_alarm", "run_action")
"""AWS gives dashboards away while one names at most fifty metrics: what is left out here can be looked up."""

_SLOWEST = "p95"


def on_call() -> Iterator[Widget]:
    """Incidents now, time to verified health, decisions, what was prevented, and what was wrong."""
    yield text(
        "## Mainstay ${Stage}: on call\n"
        "What to do: [runbook](${RunbookUrl}). Stop everything: `mainstay mode off --stage ${Stage}`"
    )
    yield alarm_states("Mainstay itself", (one.arn for one in ALARMS if not one.condition))
    yield graph(
        "Incidents now, by state (seen every five minutes)",
        [total("OpenSeconds", state.value, "SampleCount", State=state.value) for state in _in_order(OPEN)],
        stacked=True,
        width=12,
    )
    yield graph("The oldest open incident (seconds)", [longest("OpenSeconds", "oldest")], width=12)
    yield numbers(
        "How incidents ended",
        [total("Ended", state.value, State=state.value) for state in _in_order(ENDED)],
        width=24,
    )
    yield graph("Time to verified health, median (seconds)", [each("HealthySeconds", "p50")])
    yield graph("Time to verified health, 90 % (seconds)", [each("HealthySeconds", "p90")])
    yield graph(
        "Decisions",
        [total("Decisions", verdict.value, Verdict=verdict.value) for verdict in Verdict],
        stacked=True,
    )
    yield from _warnings()
    yield graph("Signals", [total("Signals", how.value, Outcome=how.value) for how in How], stacked=True)
    yield graph("People", [total("NotTold", "not told"), total("Gathered", "left for one message")])


def _warnings() -> Iterator[Widget]:
    yield numbers("Failures prevented", [_alerts_that("prevented", AlertOutcome.PREVENTED)], width=6)
    yield numbers("Failures foretold", [_alerts_that("foretold", AlertOutcome.FAILED)], width=6)
    yield numbers("False positives", [_alerts_that("wrong", AlertOutcome.WRONG)], width=6)
    yield numbers("Failures missed", [total("AlertOutcomes", "missed", Outcome="missed")], width=6)
    yield graph("Alerts, by detector", [each("Alerts", "Sum")], stacked=True)
    yield graph("From the alert to the failure, median (seconds)", [each("AlertLeadSeconds", "p50")])


def _alerts_that(label: str, outcome: AlertOutcome) -> list[object]:
    return total("AlertOutcomes", label, Outcome=outcome.value)


def _in_order(states: Iterable[State]) -> list[State]:
    return [state for state in State if state in states]


def owner() -> Iterator[Widget]:
    """Latency by stage, errors, dead letters, throttles, and what drives the bill."""
    yield text(
        "## Mainstay ${Stage}: running it\n"
        "What the alarms mean: [runbook](${RunbookUrl}). What it costs: `mainstay cost`"
    )
    yield graph("Seconds in each stage, median", [each("StageSeconds", "p50")], width=12)
    yield graph("Seconds in each stage, 90 %", [each("StageSeconds", "p90")], width=12)
    yield graph("Errors of functions", _of_functions("Errors", FUNCTIONS))
    yield graph("Throttles of functions", _of_functions("Throttles", _CROWDED))
    yield graph("Milliseconds of functions, 95 %", _of_functions("Duration", _BUSIEST, _SLOWEST))
    yield from _troubles()
    yield from _drivers()


def _of_functions(metric: str, functions: Iterable[str], statistic: str = "Sum") -> list[list[object]]:
    return [line(of_function(metric, name), name, statistic) for name in functions]


def _troubles() -> Iterator[Widget]:
    letters = {"QueueName": f"{PREFIX}-dead-letters"}
    yield graph(
        "Dead letters",
        [line(of_aws("AWS/SQS", "ApproximateNumberOfMessagesVisible", **letters), "letters", "Maximum")],
    )
    yield graph(
        "The oldest dead letter (seconds)",
        [line(of_aws("AWS/SQS", "ApproximateAgeOfOldestMessage", **letters), "oldest", "Maximum")],
    )
    yield graph(
        "Workflows",
        [
            line(of_workflow("ExecutionsStarted"), "started"),
            line(of_workflow("ExecutionsFailed"), "failed"),
            line(of_workflow("ExecutionsTimedOut"), "timed out"),
            line(of_workflow("ExecutionThrottled"), "throttled"),
        ],
    )
    api = {"ApiName": "${AppName}", "Stage": "${Stage}"}
    yield graph(
        "REST API and pages",
        [line(of_aws("AWS/ApiGateway", name, **api), name) for name in ("Count", "5XXError")],
    )
    yield graph(
        "REST API and pages, 95 % (milliseconds)",
        [line(of_aws("AWS/ApiGateway", "Latency", **api), "latency", _SLOWEST)],
    )
    failed = [
        line(of_aws("AWS/SNS", "NumberOfNotificationsFailed", TopicName=f"{PREFIX}-{name}"), name)
        for name in _TOPICS
    ]
    yield graph("Could not be delivered", [*failed, total("ChatNotTold", "chat")])
    yield graph("Signals that were left alone, by reason", [each("SignalsIgnored", "Sum")])


def _of_tables(pattern: str) -> Iterator[list[object]]:
    for table in _TABLES:
        for kind in ("Read", "Write"):
            series = of_aws("AWS/DynamoDB", pattern.format(kind), TableName=f"{PREFIX}-{table}")
            yield line(series, f"{table}, {kind.lower()}")


def _drivers() -> Iterator[Widget]:
    """What is paid by use."""
    yield graph("Invocations", _of_functions("Invocations", _STARTED), stacked=True)
    yield graph("Log lines scanned", [each("LinesScanned", "Sum")])
    yield graph("Judged", [total("Judged", judge.value, Judge=judge.value) for judge in Judge], stacked=True)
    yield graph("Units of DynamoDB", list(_of_tables("Consumed{}CapacityUnits")))
    builder = of_aws("AWS/CodeBuild", "Builds", ProjectName=f"{PREFIX}-builder")
    yield graph("Builds (Terraform)", [line(builder, "builds")])
