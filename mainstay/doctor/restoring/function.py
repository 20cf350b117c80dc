"""Functions: configuration from what was known good, environment variables from a published version."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.doctor.findings import Finding, fine, warning
from mainstay.doctor.restoring.patient import Patient

_ENVIRONMENT = "environment_sha256"


def examine_function(patient: Patient) -> Iterator[Finding]:
    """A published version with the variables that are known good, and a recreation."""
    good = patient.known_good
    if good is not None and good.exists and good.attributes.get(_ENVIRONMENT) is not None:
        yield _environment(patient)
    yield from patient.recreated()


def _environment(patient: Patient) -> Finding:
    """Planning is asked what it would do if somebody changed the variables alone."""
    good = patient.known_good
    changed = (
        good.model_copy(update={"attributes": {**good.attributes, _ENVIRONMENT: "changed"}})
        if good
        else patient.seen
    )
    plan = patient.plan_if("tampered", changed)
    if plan is not None and _ENVIRONMENT in plan.actions[0].parameters:
        return fine(f"{patient.name}: a published version has its environment variables")
    return warning(
        f"{patient.name}: no published version has its environment variables, so a person must put them back",
        f"aws lambda publish-version --function-name {patient.resource.id} "
        f"--region {patient.case.target.region}",
    )
