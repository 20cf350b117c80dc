"""Parameters: put back from their own history, which holds the last hundred versions."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from chalicelib.resources.answers import paged
from mainstay.doctor.findings import Finding, failure, fine
from mainstay.doctor.restoring.patient import Patient


def examine_parameter(patient: Patient) -> Iterator[Finding]:
    """Whether the version that is known good is still in the history."""
    good = patient.known_good
    if good is None or not patient.seen.exists:
        return
    name, version = patient.resource.id, good.attributes.get("version")
    call = partial(patient.case.read, "ssm", "get_parameter_history", Name=name)
    kept = {one["Version"] for one in paged(call, "Parameters", more="NextToken", asks="NextToken")}
    if version in kept:
        yield fine(f"{patient.name}: version {version}, which is known good, is in its history")
    else:
        yield failure(
            f"{patient.name}: version {version}, which is known good, is no longer in its history",
            f"aws ssm get-parameter-history --name {name} --region {patient.case.target.region}",
        )
