"""Alarms on Mainstay itself: each says what it means, where the runbook speaks of it, and what silence is.

Few, since each metric of an alarm is paid for: every function's failure ends in one of these. What events
start ends as a dead letter; a task of the workflow as a failed incident or a failed execution; what serves
the API as a 5xx; and what the clock starts is missed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from chalicelib.incidents.model import State
from mainstay.monitoring.series import (
    FIVE_MINUTES,
    PREFIX,
    Series,
    arn,
    of_aws,
    of_function,
    of_workflow,
    query,
)

DAY = 86_400


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """One alarm. `watches` is a query, or metrics that are added up; on while the sum is `compared` so.

    It is on when `among` of the last `periods` periods were so. `silence` says what a period without any
    value is: well for what only says that something went wrong, wrong for what should always be heard.
    """

    name: str
    means: str
    section: str
    """Of the runbook, as an anchor."""
    watches: str | Sequence[Series]
    compared: Literal["at least", "above", "below"] = "at least"
    threshold: float | dict[str, str] = 1
    statistic: str = "Sum"
    seconds: int = FIVE_MINUTES
    periods: int = 1
    among: int = 1
    silence: Literal["notBreaching", "breaching"] = "notBreaching"
    condition: str = ""

    @property
    def arn(self) -> str:
        """With the stage left to CloudFormation."""
        return f"{arn('cloudwatch', 'alarm')}:{PREFIX}-{self.name}"

    @property
    def billed(self) -> int:
        """Metrics that are paid for each month: of a query at least one."""
        return 1 if isinstance(self.watches, str) else len(self.watches)


ALARMS: tuple[Alarm, ...] = (
    Alarm(
        name="dead-letters",
        means="events that no function could take: what they told of may not be healed",
        section="dead-letters",
        watches=[of_aws("AWS/SQS", "ApproximateNumberOfMessagesVisible", QueueName=f"{PREFIX}-dead-letters")],
        statistic="Maximum",
    ),
    Alarm(
        name="workflow-failed",
        means="a recovery's workflow ended without ending its incident; the sweep will, and tell people",
        section="alarms-on-mainstay-itself",
        watches=[of_workflow("ExecutionsFailed"), of_workflow("ExecutionsTimedOut")],
    ),
    Alarm(
        name="events-failing",
        means="taking in events fails again and again; AWS tries each three times, then it is a dead letter",
        section="alarms-on-mainstay-itself",
        watches=[of_function("Errors", "on_resource_event"), of_function("Errors", "on_alarm")],
        periods=3,
        among=2,
    ),
    Alarm(
        name="events-throttled",
        means="the account has no room to run functions: healing begins late",
        section="alarms-on-mainstay-itself",
        watches=[of_function("Throttles", "on_resource_event"), of_function("Throttles", "on_alarm")],
        periods=3,
        among=2,
    ),
    Alarm(
        name="api-failing",
        means="a request to the API or a page met an error of ours: an approval may be among them",
        section="alarms-on-mainstay-itself",
        watches=[of_aws("AWS/ApiGateway", "5XXError", ApiName="${AppName}", Stage="${Stage}")],
    ),
    Alarm(
        name="stuck-incidents",
        means="an incident has been open for long, and no person is being waited for",
        section="alarms-on-mainstay-itself",
        watches=query("MAX", "OpenSeconds", but={"State": State.AWAITING_APPROVAL.value}),
        compared="above",
        threshold={"Ref": "StuckAfterSeconds"},
        periods=2,
        among=2,
    ),
    Alarm(
        name="not-told",
        means="an incident ended, or has a question, and people could not be told",
        section="nobody-was-told",
        watches=query("SUM", "NotTold"),
    ),
    Alarm(
        name="scans-missed",
        means="nobody has asked for scans for a quarter of an hour: nothing is foreseen",
        section="alarms-on-mainstay-itself",
        watches=[of_function("Invocations", "start_scan")],
        compared="below",
        periods=3,
        among=3,
        silence="breaching",
    ),
    Alarm(
        name="sweep-missed",
        means="the sweep has not run for a quarter of an hour: what events miss is not found",
        section="the-sweep",
        watches=[of_function("Invocations", "sweep")],
        compared="below",
        periods=3,
        among=3,
        silence="breaching",
    ),
    Alarm(
        name="model-budget",
        means="the model was asked more often today than was meant to be paid for",
        section="alarms-on-mainstay-itself",
        watches=[of_aws("AWS/Bedrock", "Invocations", ModelId="${Model}")],
        compared="above",
        threshold={"Ref": "ModelCallsPerDay"},
        seconds=DAY,
        condition="HasModel",
    ),
)

_COMPARISONS = {
    "at least": "GreaterThanOrEqualToThreshold",
    "above": "GreaterThanThreshold",
    "below": "LessThanThreshold",
}


def resource_of(alarm: Alarm) -> dict[str, Any]:
    """As CloudFormation takes it."""
    described = f"Mainstay ${{Stage}}: {alarm.means}. What to do: ${{RunbookUrl}}#{alarm.section}"
    properties = {
        "AlarmName": {"Fn::Sub": f"{PREFIX}-{alarm.name}"},
        "AlarmDescription": {"Fn::Sub": described},
        "AlarmActions": [_TOPIC],
        "OKActions": [_TOPIC],
        "ComparisonOperator": _COMPARISONS[alarm.compared],
        "Threshold": alarm.threshold,
        "EvaluationPeriods": alarm.periods,
        "DatapointsToAlarm": alarm.among,
        "TreatMissingData": alarm.silence,
        **_watched(alarm),
    }
    condition = {"Condition": alarm.condition} if alarm.condition else {}
    return {"Type": "AWS::CloudWatch::Alarm", **condition, "Properties": properties}


_TOPIC = {"Fn::If": ["HasTopic", {"Ref": "TopicArn"}, {"Fn::Sub": f"{arn('sns')}:{PREFIX}-people"}]}


def _watched(alarm: Alarm) -> dict[str, Any]:
    if isinstance(alarm.watches, str):
        asked = {"Id": "asked", "Expression": {"Fn::Sub": alarm.watches}, "Period": alarm.seconds}
        return {"Metrics": [{**asked, "ReturnData": True}]}
    if len(alarm.watches) == 1:
        period = {"Statistic": alarm.statistic, "Period": alarm.seconds}
        return {**_metric(alarm.watches[0]), **period}
    names = [f"m{place}" for place in range(1, len(alarm.watches) + 1)]
    added = " + ".join(f"FILL({name}, 0)" for name in names)
    parts = [
        {
            "Id": name,
            "MetricStat": {"Metric": _metric(one), "Stat": alarm.statistic, "Period": alarm.seconds},
            "ReturnData": False,
        }
        for name, one in zip(names, alarm.watches, strict=True)
    ]
    return {"Metrics": [{"Id": "sum", "Expression": added, "ReturnData": True}, *parts]}


def _metric(series: Series) -> dict[str, Any]:
    return {
        "Namespace": series.namespace,
        "MetricName": series.metric,
        "Dimensions": [
            {"Name": name, "Value": {"Fn::Sub": value}} for name, value in series.dimensions.items()
        ],
    }
