"""Retry and dead letters of the rules that Chalice makes, as a step.

Chalice knows a rule's target by nothing but its function, and CloudFormation cannot change what it has not
made: so they are put with the targets themselves, again after each run of Chalice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.errors import NotFoundError
from mainstay.deploying.target import Target

RETRIES: Mapping[str, dict[str, int]] = {
    "on_resource_event": {"MaximumRetryAttempts": 185, "MaximumEventAgeInSeconds": 21600},
    "sweep": {"MaximumRetryAttempts": 2, "MaximumEventAgeInSeconds": 300},
    "start_scan": {"MaximumRetryAttempts": 2, "MaximumEventAgeInSeconds": 300},
}
"""How long EventBridge goes on where Lambda itself does not take an event. What a schedule starts, the next
run makes up for; what happened to a resource, nothing does, but the sweep."""


@dataclass(frozen=True)
class Targets:
    """The targets of all rules that Chalice has made."""

    target: Target
    title: str = "retries and dead letters of rules"

    def changes(self) -> list[str]:
        """A line for each rule whose target is not so yet."""
        return [f"set retry and dead letters of {name}" for name in RETRIES if self._differing(name)]

    def apply(self) -> None:
        """Put the targets again, with what they had."""
        for name in RETRIES:
            targets = self._differing(name)
            if targets:
                self.target.aws.read("events", "put_targets", Rule=self._rule(name), Targets=targets)

    def _rule(self, function: str) -> str:
        return f"{self.target.prefix}-{function}-event"

    def _differing(self, function: str) -> list[dict[str, Any]]:
        """The targets as they should be, of those that are not; a rule that is not there has none."""
        try:
            found = self.target.aws.read("events", "list_targets_by_rule", Rule=self._rule(function))
        except NotFoundError:
            return []
        queue = self.target.arn("sqs", f"{self.target.prefix}-dead-letters")
        wanted = {"RetryPolicy": RETRIES[function], "DeadLetterConfig": {"Arn": queue}}
        return [{**one, **wanted} for one in found["Targets"] if {**one, **wanted} != one]
