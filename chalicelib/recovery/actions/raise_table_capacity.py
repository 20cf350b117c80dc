"""Give a table more of the capacity that it is running out of."""

from __future__ import annotations

from datetime import timedelta
from math import ceil

from chalicelib.incidents.base import Attributes
from chalicelib.incidents.model import Resource
from chalicelib.incidents.plans import ActionCall, Risk
from chalicelib.recovery.actions.table_capacity import (
    PERMISSIONS,
    TOO_EARLY,
    Parameters,
    follow_capacity,
    set_capacity,
)
from chalicelib.recovery.model import ActionKind, Proposal, RecoveryAction, Situation
from chalicelib.resources.model import ReadAws

_SHORT, _ROOM, _MOST = 0.6, 0.5, 2.0
"""From this share of its capacity on a table is short of it; then the busiest minutes shall use this share
of what it gets, but at most this many times what it had: what one warning may cost is bounded."""
_LOOKED_BACK = timedelta(hours=1)
_PERIOD_SECONDS = 60


def _propose(situation: Situation, read: ReadAws) -> Proposal | None:
    """Not where something else scales it, which would take it back; nor where it is paid by request."""
    seen = situation.observation.attributes
    if not situation.observation.exists or seen.get("billing_mode") != "PROVISIONED":
        return None
    if _scales_by_itself(situation.resource, read):
        return None
    had = {name: int(seen.get(name) or 0) for name in ("read_units", "write_units")}
    wanted: Attributes = {
        "read_units": _enough(had["read_units"], _busiest("ConsumedReadCapacityUnits", situation, read)),
        "write_units": _enough(had["write_units"], _busiest("ConsumedWriteCapacityUnits", situation, read)),
    }
    if wanted == had:
        return None
    goal = {"exists": True, "status": "ACTIVE", "billing_mode": "PROVISIONED", **wanted}
    return Proposal(parameters=wanted, goal=goal, warning=_warning(seen))


def _scales_by_itself(resource: Resource, read: ReadAws) -> bool:
    answer = read(
        "application-autoscaling",
        "describe_scalable_targets",
        ServiceNamespace="dynamodb",
        ResourceIds=[f"table/{resource.id}"],
    )
    return bool(answer["ScalableTargets"])


def _busiest(metric: str, situation: Situation, read: ReadAws) -> float:
    """Units a second in the busiest minute of the last hour; zero where nothing was used."""
    until = situation.observation.observed_at
    answer = read(
        "cloudwatch",
        "get_metric_statistics",
        Namespace="AWS/DynamoDB",
        MetricName=metric,
        Dimensions=[{"Name": "TableName", "Value": situation.resource.id}],
        StartTime=until - _LOOKED_BACK,
        EndTime=until,
        Period=_PERIOD_SECONDS,
        Statistics=["Sum"],
    )
    return max((point["Sum"] for point in answer["Datapoints"]), default=0.0) / _PERIOD_SECONDS


def _enough(had: int, busiest: float) -> int:
    """What is not short stays as it is."""
    if busiest < had * _SHORT:
        return had
    return max(had + 1, min(ceil(busiest / _ROOM), ceil(had * _MOST)))


def _warning(seen: Attributes) -> str:
    costs = "It costs more from now on, and AWS lets capacity be lowered only a few times a day."
    return f"{costs} Its indexes have capacities of their own, which stay." if seen.get("indexes") else costs


def _undo(_parameters: Parameters, before: Attributes, _handle: Attributes) -> ActionCall:
    former = {name: before[name] for name in ("read_units", "write_units")}
    return ActionCall(action="lower_table_capacity", parameters=former)


RAISE_TABLE_CAPACITY = RecoveryAction(
    name="raise_table_capacity",
    kind=ActionKind.API,
    title="raise the capacity of the table",
    resource_types=("dynamodb.table",),
    failures=("capacity_running_out",),
    parameters=Parameters,
    risk=Risk.LOW,
    automatic=True,
    repeatable=True,
    permissions=PERMISSIONS,
    propose=_propose,
    apply=set_capacity,
    progress=follow_capacity,
    undo=_undo,
    undone_by=("lower_table_capacity",),
    reads=("application-autoscaling:DescribeScalableTargets", "cloudwatch:GetMetricStatistics"),
    too_early=TOO_EARLY,
)
