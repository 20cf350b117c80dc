"""Databases: restored from the newest snapshot."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.doctor.findings import Finding, failure, fine, warning
from mainstay.doctor.restoring.patient import Patient

_AUTOMATIC = "automated"


def examine_database(patient: Patient) -> Iterator[Finding]:
    """The snapshot that planning would choose, how old it is, and whether a deletion would take it away."""
    name, region = patient.resource.id, patient.case.target.region
    create = (
        f"aws rds create-db-snapshot --db-instance-identifier {name} --region {region} "
        f"--db-snapshot-identifier {name}-by-hand"
    )
    plan = patient.plan_if_gone()
    if plan is None:
        yield failure(f"{patient.name}: there is no snapshot to restore it from", create)
        return
    chosen = plan.actions[0].parameters["snapshot"]
    answer = patient.case.read("rds", "describe_db_snapshots", DBSnapshotIdentifier=chosen)
    snapshot = answer["DBSnapshots"][0]
    if snapshot["Status"] == "creating":
        yield fine(f"{patient.name}: a snapshot is being made, {chosen}")
        return
    yield patient.aged(f"its newest snapshot, {chosen},", snapshot["SnapshotCreateTime"], create)
    if snapshot.get("SnapshotType") == _AUTOMATIC:
        yield warning(
            f"{patient.name}: its newest snapshot goes with it when it is deleted without keeping backups",
            create,
        )
