"""Planning: the first action of the catalogue that fits, as data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from chalicelib.incidents.base import Attributes, Scalar
from chalicelib.incidents.model import Observation
from chalicelib.incidents.plans import ActionCall, RecoveryPlan
from chalicelib.recovery.model import Proposal, RecoveryAction, Situation
from chalicelib.resources.model import ReadAws

OTHER_THAN = "_other_than"
"""Ends the name of a goal that any value but one fulfils: what is made anew has a name that nobody knows."""


def candidates(resource_type: str, failure: str, actions: Mapping[str, RecoveryAction]) -> tuple[str, ...]:
    """The names of the actions that may answer such a failure, the preferred one first."""
    return tuple(
        name
        for name, action in actions.items()
        if resource_type in action.resource_types and failure in action.failures
    )


def make_plan(
    situation: Situation, *, actions: Mapping[str, RecoveryAction], read: ReadAws, preferred: str = ""
) -> RecoveryPlan | None:
    """The plan of the first action that fits, or None where the catalogue has no answer.

    `preferred` only changes which candidate is tried first.
    """
    names = candidates(situation.resource.type, situation.failure, actions)
    for name in sorted(names, key=lambda name: name != preferred):
        proposal = actions[name].propose(situation, read)
        if proposal is not None:
            return _plan_of(actions[name], proposal, situation)
    return None


def _plan_of(action: RecoveryAction, proposal: Proposal, situation: Situation) -> RecoveryPlan:
    return RecoveryPlan(
        actions=(ActionCall(action=action.name, parameters=proposal.parameters),),
        goal=proposal.goal,
        observed_digest=situation.observation.digest,
        risk=action.risk,
        automatic=action.automatic and proposal.automatic,
        reversible=action.undo is not None,
        summary=f"{action.title}: {situation.resource.id}",
        warning=proposal.warning,
    )


def differences(goal: Attributes, observation: Observation) -> tuple[str, ...]:
    """What a resource still lacks of a goal, one line each; empty where it has everything."""
    return tuple(
        f"{_describe(name, found)}, but should be {_wanted(name, required)}"
        for name, required, found in _compared(goal, observation)
        if not _agrees(name, required, found)
    )


def agreements(goal: Attributes, observation: Observation) -> tuple[str, ...]:
    """What a resource has of a goal, one line each."""
    compared = _compared(goal, observation)
    return tuple(
        _describe(name, found) for name, required, found in compared if _agrees(name, required, found)
    )


def describe_changes(goal: Attributes, observation: Observation) -> tuple[tuple[str, str, str], ...]:
    """What a goal changes of a resource: each attribute as people say it, what it is and what it is to be."""
    return tuple(
        (_plain(name), _value(name, found), _wanted(name, required))
        for name, required, found in _compared(goal, observation)
        if not _agrees(name, required, found)
    )


def _compared(goal: Attributes, observation: Observation) -> Iterable[tuple[str, Scalar, Scalar]]:
    known: Attributes = {**observation.attributes, "exists": observation.exists}
    for name, required in sorted(goal.items()):
        yield name, required, known.get(name.removesuffix(OTHER_THAN))


def _agrees(name: str, required: Scalar, found: Scalar) -> bool:
    """Something that is not set at all is no other value: no data is never healthy."""
    if name.endswith(OTHER_THAN):
        return found not in (required, None, "")
    return found == required


def _describe(name: str, value: Scalar) -> str:
    """An attribute as people say it."""
    if name == "exists":
        return "it is there" if value else "it is not there"
    return f"{_plain(name)} is {_value(name, value)}"


def _plain(name: str) -> str:
    return name.removesuffix("_sha256").removesuffix(OTHER_THAN).replace("_", " ")


def _wanted(name: str, required: Scalar) -> str:
    return f"another than {required}" if name.endswith(OTHER_THAN) else _value(name, required)


def _value(name: str, value: Scalar) -> str:
    """A digest says nothing but whether it is the same one: eight digits do."""
    if name == "exists":
        return "there" if value else "gone"
    if value is None:
        return "not set"
    return f"the one with digest {str(value)[:8]}" if name.endswith("_sha256") else str(value)
