"""Builds: what Terraform recoveries need in order to make anything."""

from __future__ import annotations

from collections.abc import Iterator

from chalicelib.errors import NotFoundError
from mainstay.doctor.case import Case
from mainstay.doctor.check import Check
from mainstay.doctor.findings import Finding, carefully, failure, fine
from mainstay.infrastructure import SOURCE_KEY


def _examine(case: Case) -> Iterator[Finding]:
    yield from carefully(_source(case), "the source of recovery builds")
    yield from carefully(_builder(case), f"the builder {case.settings.builder}")
    if any(entry.recreation for entry in case.policy.protected):
        yield from _powers(case)


def _source(case: Case) -> Iterator[Finding]:
    try:
        case.read("s3", "head_object", Bucket=case.target.bucket, Key=SOURCE_KEY)
    except NotFoundError:
        yield failure(
            f"there is no s3://{case.target.bucket}/{SOURCE_KEY}: no Terraform recovery can start",
            case.deploy,
        )
    else:
        yield fine("the source of recovery builds is there")


def _builder(case: Case) -> Iterator[Finding]:
    name = case.settings.builder
    if case.read("codebuild", "batch_get_projects", names=[name])["projects"]:
        yield fine(f"the builder {name} is there")
    else:
        yield failure(f"the builder {name} is missing: no Terraform recovery can start", case.deploy)


def _powers(case: Case) -> Iterator[Finding]:
    """Without policies of the owner's, builds may do nothing but keep their state."""
    given = {
        one["ParameterKey"]: one.get("ParameterValue", "") for one in (case.infra or {}).get("Parameters", ())
    }
    if not given.get("RecoveryPolicyArns"):
        yield failure(
            "the policy lets Terraform make resources anew, and its builds may make nothing",
            f"{case.deploy} --parameter RecoveryPolicyArns=ARN",
        )


BUILDS = Check(name="builds", title="recovery builds", examine=_examine)
