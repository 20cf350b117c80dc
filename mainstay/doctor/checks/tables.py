"""Tables: there, with their indexes, and with what brings them back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from chalicelib.errors import NotFoundError
from mainstay.deploying.templates import read_template
from mainstay.doctor.case import Case
from mainstay.doctor.check import Check
from mainstay.doctor.findings import Finding, carefully, failure, fine, warning
from mainstay.infrastructure import TEMPLATE, render_template

PROTECTED_STAGE = "prod"
"""The one stage whose tables the infra stack protects from deletion."""

_LOGICAL_IDS = ("IncidentsTable", "PatternsTable")


def _examine(case: Case) -> Iterator[Finding]:
    resources = read_template(render_template(TEMPLATE))["Resources"]
    for name, logical_id in zip(case.target.tables, _LOGICAL_IDS, strict=True):
        declared = resources[logical_id]["Properties"]
        yield from carefully(_table(case, name, declared), f"the table {name}")


def _table(case: Case, name: str, declared: Mapping[str, Any]) -> Iterator[Finding]:
    try:
        table = case.read("dynamodb", "describe_table", TableName=name)["Table"]
    except NotFoundError:
        yield failure(f"the table {name} is missing", case.deploy)
        return
    found = [
        *_status(case, table),
        *_indexes(case, table, declared),
        *carefully(_point_in_time(case, name), f"point-in-time recovery of {name}"),
        *carefully(_time_to_live(case, name), f"time to live of {name}"),
        *_protection(case, table),
    ]
    yield from found or [fine(f"the table {name} is whole, and can be brought back to any second")]


def _status(case: Case, table: Mapping[str, Any]) -> Iterator[Finding]:
    name, status = table["TableName"], table["TableStatus"]
    if status not in {"ACTIVE", "UPDATING"}:
        look = f"aws dynamodb describe-table --table-name {name} --region {case.target.region}"
        yield failure(f"the table {name} is {status}", look)


def _indexes(case: Case, table: Mapping[str, Any], declared: Mapping[str, Any]) -> Iterator[Finding]:
    """Those that the template declares: a list that needs a missing one is an error."""
    name = table["TableName"]
    there = {
        one["IndexName"]: one.get("IndexStatus", "ACTIVE")
        for one in table.get("GlobalSecondaryIndexes") or ()
    }
    for wanted in (one["IndexName"] for one in declared.get("GlobalSecondaryIndexes", ())):
        if wanted not in there:
            yield failure(f"the table {name} has no index {wanted}", case.deploy)
        elif there[wanted] not in {"ACTIVE", "UPDATING"}:
            yield failure(
                f"the index {wanted} of {name} is {there[wanted]}",
                f"wait, then: mainstay doctor {case.options}",
            )


def _point_in_time(case: Case, name: str) -> Iterator[Finding]:
    answer = case.read("dynamodb", "describe_continuous_backups", TableName=name)
    description = answer["ContinuousBackupsDescription"].get("PointInTimeRecoveryDescription", {})
    if description.get("PointInTimeRecoveryStatus") != "ENABLED":
        yield failure(
            f"point-in-time recovery of {name} is off: what is lost there cannot be brought back",
            f"aws dynamodb update-continuous-backups --table-name {name} --region {case.target.region} "
            "--point-in-time-recovery-specification PointInTimeRecoveryEnabled=true",
        )


def _time_to_live(case: Case, name: str) -> Iterator[Finding]:
    found = case.read("dynamodb", "describe_time_to_live", TableName=name).get("TimeToLiveDescription", {})
    if found.get("TimeToLiveStatus") not in {"ENABLED", "ENABLING"}:
        yield warning(
            f"time to live of {name} is off: nothing in it ever goes, and it costs more every month",
            f"aws dynamodb update-time-to-live --table-name {name} --region {case.target.region} "
            "--time-to-live-specification Enabled=true,AttributeName=expires_at",
        )


def _protection(case: Case, table: Mapping[str, Any]) -> Iterator[Finding]:
    name = table["TableName"]
    if case.target.stage == PROTECTED_STAGE and not table.get("DeletionProtectionEnabled"):
        yield failure(
            f"the table {name} can be deleted by one call",
            f"aws dynamodb update-table --table-name {name} --region {case.target.region} "
            "--deletion-protection-enabled",
        )


TABLES = Check(name="tables", title="tables", examine=_examine)
