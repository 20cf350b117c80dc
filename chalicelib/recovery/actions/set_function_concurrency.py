"""Give a throttled function back how many executions it may have at once."""

from __future__ import annotations

from chalicelib.incidents.base import Attributes, Record
from chalicelib.incidents.model import Resource
from chalicelib.incidents.plans import ActionCall, Risk
from chalicelib.recovery.model import ActionKind, Proposal, RecoveryAction, Situation, Tools
from chalicelib.resources.model import ReadAws


class Parameters(Record):
    """How many executions are reserved; None: it shares those of the account."""

    reserved_concurrency: int | None


def _propose(situation: Situation, _read: ReadAws) -> Proposal | None:
    """Without a known good state the limit is lifted, if a person agrees: it may be meant."""
    good, seen = situation.known_good, situation.observation
    known = good is not None and good.exists
    wanted: Attributes = {
        "reserved_concurrency": good.attributes.get("reserved_concurrency") if good is not None else None
    }
    if not seen.exists or seen.attributes.get("reserved_concurrency") == wanted["reserved_concurrency"]:
        return None
    return Proposal(
        parameters=wanted,
        goal={"exists": True, **wanted},
        automatic=known,
        warning="" if known else "Its former limit was never recorded: it will have none.",
    )


def _apply(resource: Resource, parameters: Parameters, tools: Tools) -> Attributes:
    reserved = parameters.reserved_concurrency
    if reserved is None:
        tools.change("lambda", "delete_function_concurrency", FunctionName=resource.id)
    else:
        tools.change(
            "lambda",
            "put_function_concurrency",
            FunctionName=resource.id,
            ReservedConcurrentExecutions=reserved,
        )
    return {}


def _undo(_parameters: Parameters, before: Attributes, _handle: Attributes) -> ActionCall:
    return ActionCall(
        action="set_function_concurrency",
        parameters={"reserved_concurrency": before["reserved_concurrency"]},
    )


SET_FUNCTION_CONCURRENCY = RecoveryAction(
    name="set_function_concurrency",
    kind=ActionKind.API,
    title="put back the concurrency of the function",
    resource_types=("lambda.function",),
    failures=("throttled",),
    parameters=Parameters,
    risk=Risk.LOW,
    automatic=True,
    repeatable=True,
    permissions=("lambda:DeleteFunctionConcurrency", "lambda:PutFunctionConcurrency"),
    propose=_propose,
    apply=_apply,
    undo=_undo,
    undone_by=("set_function_concurrency",),
    too_early=frozenset({"ResourceConflictException"}),
)
