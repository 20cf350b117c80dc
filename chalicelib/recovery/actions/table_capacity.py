"""What raising and lowering a table's capacity share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.errors import PlanChangedError
from chalicelib.incidents.base import Attributes, Record
from chalicelib.incidents.model import Resource
from chalicelib.recovery.model import Progress, ProgressState, Tools
from chalicelib.resources.model import ReadAws

TOO_EARLY = frozenset({"ResourceInUseException"})
"""The table is being updated already."""

_UNITS = ("ReadCapacityUnits", "WriteCapacityUnits")
_FORMER = "Former"

PERMISSIONS = ("dynamodb:DescribeTable", "dynamodb:UpdateTable")


class Parameters(Record):
    """Capacity units a second."""

    read_units: int
    write_units: int


def set_capacity(resource: Resource, parameters: Parameters, tools: Tools) -> Attributes:
    """Provision this capacity. Where an earlier attempt did so, AWS would refuse to do it again."""
    table = tools.read("dynamodb", "describe_table", TableName=resource.id)["Table"]
    wanted = {"ReadCapacityUnits": parameters.read_units, "WriteCapacityUnits": parameters.write_units}
    former = table.get("ProvisionedThroughput", {})
    if table.get("BillingModeSummary", {}).get("BillingMode") == "PAY_PER_REQUEST":
        raise PlanChangedError(f"{resource.id} is paid by request by now")
    if not _has(table, wanted):
        tools.change("dynamodb", "update_table", TableName=resource.id, ProvisionedThroughput=wanted)
    return {"table": resource.id, **wanted, **{f"{_FORMER}{name}": former.get(name) for name in wanted}}


def _has(table: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    provisioned = table.get("ProvisionedThroughput", {})
    return all(provisioned.get(name) == units for name, units in wanted.items())


def follow_capacity(handle: Attributes, read: ReadAws) -> Progress:
    """Done when the table is active with the new capacity: for some minutes it shows the former one."""
    table = read("dynamodb", "describe_table", TableName=handle["table"])["Table"]
    wanted = {name: handle[name] for name in _UNITS}
    former = {name: handle[f"{_FORMER}{name}"] for name in _UNITS}
    status = table["TableStatus"]
    if status == "ACTIVE" and _has(table, wanted):
        return Progress(state=ProgressState.DONE, note="it has the capacity")
    if status == "UPDATING" or (status == "ACTIVE" and _has(table, former)):
        return Progress(state=ProgressState.RUNNING, note="AWS is still at it")
    if status == "ACTIVE":
        return Progress(state=ProgressState.FAILED, note="somebody else gave it another capacity")
    return Progress(state=ProgressState.FAILED, note=f"AWS put it into the status {status}")
