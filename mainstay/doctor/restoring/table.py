"""Tables: restored from the newest backup. A deletion makes one where point-in-time recovery is on."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.doctor.findings import Finding, failure, fine, warning
from mainstay.doctor.restoring.patient import Patient


def examine_table(patient: Patient) -> Iterator[Finding]:
    """Point-in-time recovery, or else the backup that planning would choose."""
    name, region = patient.resource.id, patient.case.target.region
    if patient.seen.exists and _is_continuous(patient):
        yield fine(f"{patient.name}: a deletion would make a backup of its last second")
        return
    turn_on = (
        f"aws dynamodb update-continuous-backups --table-name {name} --region {region} "
        "--point-in-time-recovery-specification PointInTimeRecoveryEnabled=true"
    )
    plan = patient.plan_if_gone()
    arn = plan.actions[0].parameters.get("backup_arn") if plan else None
    if arn is not None:
        answer = patient.case.read("dynamodb", "describe_backup", BackupArn=arn)
        details = answer["BackupDescription"]["BackupDetails"]
        yield patient.aged("its newest backup", details["BackupCreationDateTime"], turn_on)
    elif plan is not None:
        yield warning(f"{patient.name}: it would be made anew, and empty: it has no backup", turn_on)
    else:
        yield failure(f"{patient.name}: there is no backup to restore it from", turn_on)


def _is_continuous(patient: Patient) -> bool:
    answer = patient.case.read("dynamodb", "describe_continuous_backups", TableName=patient.resource.id)
    found = answer["ContinuousBackupsDescription"].get("PointInTimeRecoveryDescription", {})
    return bool(found.get("PointInTimeRecoveryStatus") == "ENABLED")
