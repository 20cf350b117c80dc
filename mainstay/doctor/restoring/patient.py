"""A protected resource, and what planning itself would do if it broke now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.incidents.model import Observation, Resource
from chalicelib.incidents.plans import RecoveryPlan
from chalicelib.recovery.actions import ACTIONS
from chalicelib.recovery.model import Recreation, Situation
from chalicelib.recovery.plan import make_plan
from mainstay.doctor.case import Case
from mainstay.doctor.findings import Finding, failure, fine, warning
from mainstay.infrastructure import PROJECT
from mainstay.show import age_of

OLD = timedelta(days=2)
"""A backup that is older is told of: daily ones are the rule."""


@dataclass(frozen=True)
class Patient:
    """One resource as it is, as it was known good, and as the policy would make it anew."""

    case: Case
    resource: Resource
    seen: Observation
    known_good: Observation | None
    recreation: Recreation | None

    @property
    def name(self) -> str:
        """What sentences about it begin with."""
        return f"{self.resource.type} {self.resource.id}"

    def plan_if(self, failure_kind: str, seen: Observation) -> RecoveryPlan | None:
        """The plan that would be made for such a failure; None where the catalogue has no answer."""
        situation = Situation(
            resource=self.resource,
            failure=failure_kind,
            observation=seen,
            known_good=self.known_good,
            recreation=self.recreation,
        )
        return make_plan(situation, actions=ACTIONS, read=self.case.read)

    def plan_if_gone(self, failure_kind: str = "deleted") -> RecoveryPlan | None:
        """The plan that would be made if it were not there."""
        gone = Observation(exists=False, observed_at=self.case.clock())
        return self.plan_if(failure_kind, gone)

    def aged(self, what: str, made_at: datetime, todo: str) -> Finding:
        """Fine, or a warning, by how old something is; what was written since then would be lost."""
        now = self.case.clock()
        says = f"{self.name}: {what} is {age_of(made_at, now)} old"
        if now - made_at > OLD:
            return warning(f"{says}, and what was written since is not in it", todo)
        return fine(says)

    def recreated(self, failure_kind: str = "deleted") -> Iterator[Finding]:
        """Whether Terraform could make it anew, where it is gone."""
        if self.recreation is None:
            yield warning(
                f"{self.name}: once it is gone it stays gone, since the policy names no recreation",
                f"give it a recreation: under protected: in chalicelib/policy.yaml, then {self.case.deploy}",
            )
        elif not (PROJECT / "terraform" / "modules" / self.recreation.module).is_dir():
            yield failure(
                f"{self.name}: there is no module {self.recreation.module!r} to make it anew by",
                "put the module under terraform/modules, then " + self.case.deploy,
            )
        elif self.plan_if_gone(failure_kind) is not None:
            yield fine(f"{self.name}: Terraform can make it anew")
