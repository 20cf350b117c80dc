"""A CloudFormation stack as a step: created, updated, left alone, or deleted."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from chalicelib.errors import AwsError
from mainstay.deploying.errors import FailedError, UnusableError
from mainstay.deploying.target import Target
from mainstay.deploying.templates import differences, read_template
from mainstay.infrastructure import LONGEST_TEMPLATE

POLL_SECONDS = 3.0
_USABLE = frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "IMPORT_COMPLETE"})
_REMEDIES = {
    "ROLLBACK_COMPLETE": "its creation failed: delete it and deploy again",
    "ROLLBACK_FAILED": "its creation failed, and so did clearing away: delete it and deploy again",
    "CREATE_FAILED": "its creation failed: delete it and deploy again",
    "DELETE_FAILED": "its deletion failed: delete it again, then deploy",
    "UPDATE_ROLLBACK_FAILED": "an update failed half-way: continue its rollback, then deploy again",
    "IMPORT_ROLLBACK_COMPLETE": "adopting what was kept failed: delete it and deploy again",
    "REVIEW_IN_PROGRESS": "somebody's change set waits for it: delete the stack and deploy again",
}
_COMMANDS = {"UPDATE_ROLLBACK_FAILED": "continue-update-rollback"}

_NOTHING_TO_DO = "No updates are to be performed"
_NOT_THERE = "does not exist"
_BEGINNING = "User Initiated"
"""The reason of a stack's own event when somebody begins to change it."""


@dataclass(frozen=True)
class Stack:
    """One stack, and what should be in it. `parameters` are those that were asked for; others stay."""

    target: Target
    name: str
    template: str
    parameters: Mapping[str, str]
    title: str
    adopt: Callable[[], bool] = lambda: False
    """Make the stack of what an earlier one has kept, where there is something; whether there was."""
    pause: Callable[[float], None] = field(default=time.sleep)

    # -- reading -----------------------------------------------------------------------------

    def describe(self) -> dict[str, Any] | None:
        """What CloudFormation knows of it; None where there is none."""
        try:
            answer = self.target.aws.read("cloudformation", "describe_stacks", StackName=self.name)
        except AwsError as error:
            if error.code == "ValidationError" and _NOT_THERE in str(error):
                return None
            raise
        found: dict[str, Any] = answer["Stacks"][0]
        return found

    def check(self) -> None:
        """UnusableError where the template cannot be sent, or a stack is there that cannot be changed."""
        size = len(self.template.encode())
        if size > LONGEST_TEMPLATE:
            raise UnusableError(
                f"the template of {self.name} has {size} bytes, of {LONGEST_TEMPLATE} allowed"
            )
        unknown = self.parameters.keys() - read_template(self.template).get("Parameters", {}).keys()
        if unknown:
            raise UnusableError(f"the stack {self.name} has no parameter {min(unknown)!r}")
        found = self.describe()
        if found and found["StackStatus"] not in _USABLE:
            raise UnusableError(self._stuck(found["StackStatus"]))

    def _stuck(self, status: str) -> str:
        remedy = _REMEDIES.get(status)
        if remedy is None:
            return f"the stack {self.name} is {status}: wait until that has ended"
        command = f"aws cloudformation {_COMMANDS.get(status, 'delete-stack')} --stack-name {self.name}"
        return f"the stack {self.name} is {status}: {remedy} ({command} --region {self.target.region})"

    def outputs(self) -> dict[str, str]:
        """What the stack says about itself; nothing where there is none."""
        found = self.describe() or {}
        return {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", [])}

    def changes(self) -> list[str]:
        """Resource by resource, by the template alone, and each parameter that gets another value."""
        found = self.describe()
        wanted = read_template(self.template)
        if found is None:
            return list(differences({"Resources": {}}, {"Resources": wanted["Resources"]}))
        answer = self.target.aws.read(
            "cloudformation", "get_template", StackName=self.name, TemplateStage="Original"
        )
        body = answer["TemplateBody"]
        before = read_template(body) if isinstance(body, str) else body
        return [*differences(before, wanted), *self._changed_parameters(found)]

    def _changed_parameters(self, found: Mapping[str, Any]) -> list[str]:
        before = {one["ParameterKey"]: one["ParameterValue"] for one in found.get("Parameters", [])}
        return [
            f"set {name} to {value}" for name, value in self.parameters.items() if before.get(name) != value
        ]

    # -- changing ----------------------------------------------------------------------------

    def apply(self) -> None:
        """Create or update it, and wait until that is done."""
        found = self.describe()
        if found is None and not self.adopt():
            self._send("create_stack", self._given(), "CREATE_COMPLETE")
            return
        if found is None:
            self.wait("IMPORT_COMPLETE")
        found = self.describe() or {}
        kept = [one["ParameterKey"] for one in found.get("Parameters", [])]
        previous = [
            {"ParameterKey": name, "UsePreviousValue": True}
            for name in kept
            if name not in self.parameters and name in read_template(self.template).get("Parameters", {})
        ]
        self._send("update_stack", [*self._given(), *previous], "UPDATE_COMPLETE")

    def _given(self) -> list[dict[str, Any]]:
        return [{"ParameterKey": name, "ParameterValue": value} for name, value in self.parameters.items()]

    def _send(self, operation: str, parameters: list[dict[str, Any]], until: str) -> None:
        try:
            self.target.aws.change(
                "cloudformation",
                operation,
                StackName=self.name,
                TemplateBody=self.template,
                Parameters=parameters,
                Capabilities=["CAPABILITY_NAMED_IAM"],
            )
        except AwsError as error:
            if _NOTHING_TO_DO in str(error):
                return
            raise
        self.wait(until)

    def wait(self, until: str) -> None:
        """Until nothing is under way; FailedError, with the first reason, where it is not as wanted."""
        while (status := (self.describe() or {}).get("StackStatus", "DELETE_COMPLETE")).endswith("_PROGRESS"):
            self.pause(POLL_SECONDS)
        if status != until:
            raise FailedError(f"the stack {self.name} is {status}: {self._reason()}")

    def _reason(self) -> str:
        """Why: the first failure of this operation. Those after it are its consequences."""
        failures = [
            f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason', 'no reason given')}"
            for event in self._latest_events()
            if event["ResourceStatus"].endswith("_FAILED")
        ]
        return failures[-1] if failures else "CloudFormation gives no reason"

    def _latest_events(self) -> Iterator[dict[str, Any]]:
        """Events back to the beginning of the latest operation, the latest first."""
        token: dict[str, str] = {}
        while True:
            page = self.target.aws.read(
                "cloudformation", "describe_stack_events", StackName=self.name, **token
            )
            for event in page["StackEvents"]:
                yield event
                if event.get("ResourceStatusReason") == _BEGINNING:
                    return
            if not page.get("NextToken"):
                return
            token = {"NextToken": page["NextToken"]}

    def delete(self) -> bool:
        """Delete it, but what its template retains; whether there was one."""
        if self.describe() is None:
            return False
        self.target.aws.change("cloudformation", "delete_stack", StackName=self.name)
        self.wait("DELETE_COMPLETE")
        return True
