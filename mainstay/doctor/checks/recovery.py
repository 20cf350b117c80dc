"""Restore readiness: what recovery would have to go by, for each resource that the policy protects."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from chalicelib.analysis.policy import Protected
from chalicelib.errors import NotFoundError
from chalicelib.incidents.model import Observation, Resource
from chalicelib.resources import RESOURCE_TYPES
from mainstay.doctor.case import Case
from mainstay.doctor.check import Check
from mainstay.doctor.findings import Finding, carefully, failure, fine, unclear, warning
from mainstay.doctor.restoring import READINESS
from mainstay.doctor.restoring.patient import Patient

_POLICY = "edit protected: in chalicelib/policy.yaml, then"


def _examine(case: Case) -> Iterator[Finding]:
    here = [entry for entry in case.policy.protected if _is_here(case, entry)]
    if not here:
        yield warning(
            f"the policy protects nothing in {case.target.region}: no good state is remembered, "
            "and nothing is made anew",
            f"{_POLICY} {case.deploy}",
        )
    for entry in here:
        about = f"{entry.match.type} {entry.match.id}"
        if entry.match.names_one:
            yield from carefully(_entry(case, entry), about)
        else:
            yield unclear(
                f"{about} is a pattern: only resources that are named one by one are looked after by the "
                "sweep, and examined here",
                f"{_POLICY} {case.deploy}",
            )


def _is_here(case: Case, entry: Protected) -> bool:
    """One policy may be about several regions and accounts."""
    target, match = case.target, entry.match
    return fnmatchcase(target.region, match.region) and fnmatchcase(target.account, match.account)


def _entry(case: Case, entry: Protected) -> Iterator[Finding]:
    target, match = case.target, entry.match
    resource = Resource(type=match.type, id=match.id, region=target.region, account=target.account)
    seen = RESOURCE_TYPES[match.type].observe(resource, case.read, case.clock())
    patient = Patient(case, resource, seen, _known_good(case, resource), entry.recreation)
    if not seen.exists:
        yield failure(f"{patient.name} is not there", f"mainstay incidents {case.options}")
    found = list(READINESS[match.type](patient))
    yield from found
    if patient.known_good is None:
        yield warning(
            f"{patient.name}: its good state is not remembered yet, so tampering with it is not noticed",
            f"wait for the next sweep, then: mainstay doctor {case.options}",
        )
    elif not found:
        yield fine(f"{patient.name}: its good state is remembered")


def _known_good(case: Case, resource: Resource) -> Observation | None:
    """None too where there is no table to remember anything in."""
    try:
        return case.memory.known_good(resource)
    except NotFoundError:
        return None


RECOVERY = Check(name="recovery", title="what recovery would go by", examine=_examine, of_stage=False)
