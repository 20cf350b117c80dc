"""Metrics as dashboards and alarms name them. A metric that does not exist is an error."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from chalicelib.errors import PermanentError
from chalicelib.telemetry import METRICS, NAMESPACE

PREFIX = "${AppName}-${Stage}"
"""What names of a stage begin with: CloudFormation puts it in."""

FIVE_MINUTES = 300


class UnknownMetricError(PermanentError):
    """Nobody writes such a metric, or not with such a dimension."""


class Published(NamedTuple):
    """What AWS publishes in a namespace: each metric, by the dimensions of all of them."""

    dimensions: frozenset[str]
    metrics: frozenset[str]


def _published(dimensions: str, metrics: str) -> Published:
    return Published(frozenset(dimensions.split()), frozenset(metrics.split()))


OF_AWS: Mapping[str, Published] = {
    "AWS/ApiGateway": _published("ApiName Stage", "Count 5XXError Latency"),
    "AWS/Bedrock": _published("ModelId", "Invocations InputTokenCount OutputTokenCount"),
    "AWS/CodeBuild": _published("ProjectName", "Builds FailedBuilds Duration"),
    "AWS/DynamoDB": _published(
        "TableName",
        "ConsumedReadCapacityUnits ConsumedWriteCapacityUnits ReadThrottleEvents WriteThrottleEvents",
    ),
    "AWS/Lambda": _published("FunctionName", "Invocations Errors Throttles Duration"),
    "AWS/SNS": _published("TopicName", "NumberOfMessagesPublished NumberOfNotificationsFailed"),
    "AWS/SQS": _published("QueueName", "ApproximateNumberOfMessagesVisible ApproximateAgeOfOldestMessage"),
    "AWS/States": _published(
        "StateMachineArn",
        "ExecutionsStarted ExecutionsFailed ExecutionsTimedOut ExecutionThrottled ExecutionTime",
    ),
    "AWS/Logs": _published("LogGroupName", "IncomingBytes"),
}
"""Those of AWS that are used here, as the services' own documentation lists them."""


class Series(NamedTuple):
    """One metric of AWS, with every dimension."""

    namespace: str
    metric: str
    dimensions: Mapping[str, str]


def of_aws(namespace: str, metric: str, **dimensions: str) -> Series:
    """A metric of AWS's own; UnknownMetricError where it is none."""
    published = OF_AWS.get(namespace)
    if published is None or metric not in published.metrics or published.dimensions != dimensions.keys():
        raise UnknownMetricError(f"AWS publishes no {namespace} {metric} by {', '.join(sorted(dimensions))}")
    return Series(namespace, metric, dimensions)


def of_function(metric: str, function: str) -> Series:
    """A metric of one of our functions."""
    return of_aws("AWS/Lambda", metric, FunctionName=f"{PREFIX}-{function}")


def of_workflow(metric: str) -> Series:
    """A metric of the recovery workflow."""
    return of_aws("AWS/States", metric, StateMachineArn=f"{arn('states', 'stateMachine')}:{PREFIX}-recovery")


def arn(service: str, *kind: str) -> str:
    """The beginning of names of a service in this account and region: CloudFormation puts them in."""
    return ":".join(("arn", "${AWS::Partition}", service, "${AWS::Region}", "${AWS::AccountId}", *kind))


def search(metric: str, statistic: str, **where: str) -> str:
    """An expression that finds all series of a metric of ours which have these dimensions.

    Dashboards may search; alarms may not, they ask (`query`).
    """
    terms = "".join(f' {name}="{value}"' for name, value in _where(metric, where).items())
    return (
        f"SEARCH('{{{NAMESPACE},{','.join(_schema(metric))}}} MetricName=\"{metric}\"{terms}', '{statistic}')"
    )


def query(function: str, metric: str, *, but: Mapping[str, str] | None = None) -> str:
    """A query of Metrics Insights over all series of a metric of ours: all but some."""
    _where(metric, but or {})
    terms = "".join(f" AND {name} != '{value}'" for name, value in (but or {}).items())
    schema = ", ".join((f'"{NAMESPACE}"', *_schema(metric)))
    return f"SELECT {function}({metric}) FROM SCHEMA({schema}) WHERE Stage = '${{Stage}}'{terms}"  # noqa: S608 - of our own names


def _schema(metric: str) -> tuple[str, ...]:
    return ("Stage", *METRICS[metric].dimensions)


def _where(metric: str, where: Mapping[str, str]) -> dict[str, Any]:
    if metric not in METRICS:
        raise UnknownMetricError(f"nobody writes a metric {metric}")
    for name in where:
        if name not in METRICS[metric].dimensions:
            raise UnknownMetricError(f"{metric} has no dimension {name}")
    return {"Stage": "${Stage}", **where}
