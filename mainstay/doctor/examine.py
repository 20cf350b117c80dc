"""An examination: every check of the table, one after the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chalicelib.errors import MainstayError
from mainstay.doctor.case import Case
from mainstay.doctor.check import Check
from mainstay.doctor.checks import CHECKS
from mainstay.doctor.findings import Finding, Level, carefully


@dataclass(frozen=True)
class Examined:
    """What one check has found."""

    check: Check
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Examination:
    """What all checks have found, and which had nothing to look at."""

    case: Case
    at: datetime
    checks: tuple[Examined, ...]
    left_out: tuple[Check, ...]

    @property
    def counts(self) -> dict[Level, int]:
        """How many findings there are of each level."""
        counted = Counter(finding.level for one in self.checks for finding in one.findings)
        return {level: counted[level] for level in Level}

    @property
    def fails(self) -> bool:
        """Whether something that is promised would not happen."""
        return self.counts[Level.FAIL] > 0

    def document(self) -> dict[str, Any]:
        """As JSON says it."""
        target = self.case.target
        return {
            "stage": target.stage,
            "region": target.region,
            "account": target.account,
            "examined_at": self.at.isoformat(timespec="seconds"),
            "counts": {level.value: count for level, count in self.counts.items()},
            "fails": self.fails,
            "checks": [
                {"check": one.check.name, "findings": [finding.document() for finding in one.findings]}
                for one in self.checks
            ],
            "left_out": [one.name for one in self.left_out],
        }


def examine(
    case: Case, checks: Iterable[Check] = CHECKS, *, begin: Callable[[Check], object] = lambda _: None
) -> Examination:
    """Examine a stage; what cannot be read is a finding, and stops nothing else.

    `begin` is called with each check before it is made: IAM takes a minute for its simulations.
    """
    table = tuple(checks)
    left_out = tuple(one for one in table if one.of_stage) if _is_missing(case) else ()
    examined: list[Examined] = []
    for check in (one for one in table if one not in left_out):
        begin(check)
        examined.append(Examined(check, tuple(_findings(check, case))))
    return Examination(case, case.clock(), tuple(examined), left_out)


def _findings(check: Check, case: Case) -> Iterator[Finding]:
    return carefully(check.examine(case), f"{check.title} of this stage" if check.of_stage else check.title)


def _is_missing(case: Case) -> bool:
    """Only where CloudFormation says so: a stack that cannot be read may well be there."""
    try:
        return case.infra is None
    except MainstayError:
        return False
