"""Stacks: there, and in a state from which they can be changed."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.deploying.errors import UnusableError
from mainstay.deploying.stacks import Stack
from mainstay.doctor.case import Case
from mainstay.doctor.check import Check
from mainstay.doctor.findings import Finding, carefully, failure, fine, warning

_BESIDE = {
    "wiring": "events that a function cannot take are lost, with no retry and no dead letter",
    "monitoring": "nobody hears when Mainstay itself fails: there are no alarms and no dashboards",
}
"""What is missing while a stack beside the infra stack is."""


def _examine(case: Case) -> Iterator[Finding]:
    if case.infra is None:
        target = case.target
        yield failure(
            f"the stage {target.stage} is not deployed in {target.region} of account {target.account}",
            case.deploy,
        )
        return
    yield from _state_of(case.stack())
    for last, lacks in _BESIDE.items():
        yield from carefully(_beside(case, last, lacks), f"the stack {case.target.prefix}-{last}")


def _beside(case: Case, last: str, lacks: str) -> Iterator[Finding]:
    stack = case.stack(last)
    if stack.describe() is None:
        yield warning(f"the stack {stack.name} is missing: {lacks}", case.deploy)
    else:
        yield from _state_of(stack)


def _state_of(stack: Stack) -> Iterator[Finding]:
    try:
        stack.check()
    except UnusableError as error:
        yield failure(*_parted(str(error), stack))
        return
    found = stack.describe() or {}
    yield fine(f"the stack {stack.name} is {found.get('StackStatus')}")


def _parted(message: str, stack: Stack) -> tuple[str, str]:
    """What is wrong, and the command, which stands at the end in brackets."""
    says, bracket, command = message.removesuffix(")").partition(" (")
    look = f"aws cloudformation describe-stacks --stack-name {stack.name} --region {stack.target.region}"
    return says, command if bracket else look


STACKS = Check(name="stacks", title="stacks", examine=_examine, of_stage=False)
