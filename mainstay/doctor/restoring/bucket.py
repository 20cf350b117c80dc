"""Buckets: closed again by what was known good, made anew by Terraform; their objects by their versions."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.doctor.findings import Finding, fine, warning
from mainstay.doctor.restoring.patient import Patient


def examine_bucket(patient: Patient) -> Iterator[Finding]:
    """Versions of objects, and a recreation."""
    if patient.seen.exists:
        yield _versions(patient)
    yield from patient.recreated()


def _versions(patient: Patient) -> Finding:
    name = patient.resource.id
    found = patient.case.read("s3", "get_bucket_versioning", Bucket=name)
    if found.get("Status") == "Enabled":
        return fine(f"{patient.name}: former versions of its objects are kept")
    return warning(
        f"{patient.name}: an object that is overwritten or deleted is lost, since versioning is off",
        f"aws s3api put-bucket-versioning --bucket {name} --versioning-configuration Status=Enabled",
    )
