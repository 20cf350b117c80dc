"""Who looks, and where."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.doctor.case import Case
from mainstay.doctor.check import Check
from mainstay.doctor.findings import Finding, fine, warning


def _examine(case: Case) -> Iterator[Finding]:
    arn = str(case.read("sts", "get_caller_identity")["Arn"])
    yield fine(f"you are {arn}, in {case.target.region}")
    if arn.endswith(":root"):
        yield warning(
            "these are the credentials of the account's root user, which nothing of this needs",
            "use a role or single sign-on: aws configure sso",
        )


CREDENTIALS = Check(name="credentials", title="credentials", examine=_examine, of_stage=False)
