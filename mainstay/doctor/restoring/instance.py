"""Instances: started again where they were stopped, made anew by Terraform where they are gone."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.doctor.findings import Finding
from mainstay.doctor.restoring.patient import Patient


def examine_instance(patient: Patient) -> Iterator[Finding]:
    """A recreation: what starts it needs nothing."""
    yield from patient.recreated("terminated")
