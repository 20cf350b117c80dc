"""How much Mainstay may do by itself about each kind of failure, why no more, and what would change that.

The policy says how far it may come at most; how sure it is, by what became of earlier incidents, says
where it stands. What holds for one incident alone (its actor, tags, cooldown, a change window) is asked
again for each: a step here never allows anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from statistics import median

from chalicelib.analysis.calibration import calibrate, prior_of
from chalicelib.analysis.policy import Limits, Prevent
from chalicelib.aws.incident_index import Entry
from chalicelib.collaborators import Collaborators
from chalicelib.incidents.base import Record, Share
from chalicelib.incidents.guard import Outcomes
from chalicelib.incidents.model import Classification, Resource, State, signature_of
from chalicelib.incidents.plans import Risk, Verdict
from chalicelib.recovery.model import RecoveryAction
from chalicelib.resources.model import FailureKind, ResourceType

_LATEST = 9
"""So many incidents say how sure one usually is of a signature."""
_MOST_NEEDED = 200
"""Outcomes beyond which one more changes nothing worth waiting for."""
_RISING = tuple(Risk)


class Autonomy(StrEnum):
    """What is done about a failure, the least first."""

    OFF = "off"
    OBSERVE = "observe"
    ASK = "ask"
    AUTOMATIC = "automatic"


STEPS = tuple(Autonomy)


class Rung(Record):
    """Where one signature stands, for a resource that no rule of the policy names by its id or tags."""

    signature: str
    resource_type: str
    title: str
    """Of the failure, to follow the resource's name: "was stopped"."""
    outcomes: Outcomes
    confidence: Share | None
    """How sure one would be of a usual incident of it now; None where there was none of late."""
    threshold: Share
    most: Autonomy
    """As far as the policy lets it come."""
    step: Autonomy | None
    """None: it may be automatic, and its first incident will show whether its evidence is enough."""
    why: tuple[str, ...]
    """Why no more, in sentences."""
    needed: int | None = None
    """Good outcomes in a row that would make it automatic; None where none are missing, or none help."""


def every_signature(types: Mapping[str, ResourceType]) -> tuple[str, ...]:
    """Of everything that we know how to notice, but for what AWS announces: there is nothing to repair."""
    return tuple(signature_of(kind.name, failure.name) for kind, failure in _climbing(types))


def climb(
    outcomes: Mapping[str, Outcomes], entries: Sequence[Entry], mode: str | None, team: Collaborators
) -> tuple[Rung, ...]:
    """A rung for each signature. `entries` are the latest incidents, newest first."""
    return tuple(
        _rung(kind, failure, outcomes[signature_of(kind.name, failure.name)], entries, (mode, team))
        for kind, failure in _climbing(team.types)
    )


def _climbing(types: Mapping[str, ResourceType]) -> Iterator[tuple[ResourceType, FailureKind]]:
    for kind in types.values():
        yield from ((kind, failure) for failure in kind.failures if failure.name not in kind.announced)


def _rung(
    kind: ResourceType,
    failure: FailureKind,
    outcomes: Outcomes,
    entries: Sequence[Entry],
    state: tuple[str | None, Collaborators],
) -> Rung:
    mode, team = state
    limits = team.limits(_any_of(kind.name, team))
    caps = [*_by_mode(mode), *_by_policy(failure, limits), *_by_actions(kind.name, failure, limits, team)]
    most = min((cap for cap, _ in caps), key=STEPS.index, default=Autonomy.AUTOMATIC)
    signature = signature_of(kind.name, failure.name)
    prior = usual_prior([one for one in entries if _signature(one) == signature], outcomes)
    confidence = None if prior is None else calibrate(prior, outcomes)
    needed = None if prior is None else outcomes_needed(prior, outcomes, limits.threshold)
    step = _step(most, confidence, limits.threshold)
    return Rung(
        signature=signature,
        resource_type=kind.name,
        title=failure.title,
        outcomes=outcomes,
        confidence=confidence,
        threshold=limits.threshold,
        most=most,
        step=step,
        why=tuple(why for cap, why in caps if cap is most) or _by_confidence(confidence, needed, limits),
        needed=needed if step is Autonomy.ASK and most is Autonomy.AUTOMATIC else None,
    )


def _any_of(type_name: str, team: Collaborators) -> Resource:
    """A resource of a type, of which nothing else is known."""
    return Resource(type=type_name, id="", region=team.settings.region, account=team.settings.account)


def _signature(entry: Entry) -> str:
    return signature_of(entry.resource.type, entry.failure)


def _step(most: Autonomy, confidence: float | None, threshold: float) -> Autonomy | None:
    if most is not Autonomy.AUTOMATIC:
        return most
    if confidence is None:
        return None
    return Autonomy.AUTOMATIC if confidence >= threshold else Autonomy.ASK


# -- how far it may come ------------------------------------------------------------------------

_MODES: Mapping[str | None, tuple[Autonomy, str]] = {
    None: (Autonomy.OFF, "The mode cannot be read, so nothing is changed."),
    "off": (Autonomy.OFF, "The mode is off."),
    "observe": (Autonomy.OBSERVE, "The mode is observe."),
    "approve": (Autonomy.ASK, "The mode is approve: a person agrees to every recovery."),
}


def _by_mode(mode: str | None) -> Iterator[tuple[Autonomy, str]]:
    if mode != "auto":
        yield _MODES.get(mode, _MODES[None])


def _by_policy(failure: FailureKind, limits: Limits) -> Iterator[tuple[Autonomy, str]]:
    if limits.leave_alone:
        yield Autonomy.OBSERVE, "A rule of the policy leaves it alone."
    if failure.classification is Classification.ANOMALY and limits.prevent is Prevent.OBSERVE:
        yield Autonomy.OBSERVE, "It is a warning, and the policy only observes those."
    if failure.classification is Classification.ANOMALY and limits.prevent is Prevent.ASK:
        yield Autonomy.ASK, "It is a warning, and the policy asks before it prevents."
    if 0 in (limits.recoveries_per_day, limits.circuit_recoveries):
        yield Autonomy.ASK, "The policy allows no recovery without a person."


def _by_actions(
    type_name: str, failure: FailureKind, limits: Limits, team: Collaborators
) -> Iterator[tuple[Autonomy, str]]:
    answering = [
        action
        for action in team.actions.values()
        if type_name in action.resource_types and failure.name in action.failures
    ]
    if not answering:
        yield Autonomy.OBSERVE, "Mainstay knows no action for it: people are told."
        return
    held = [_held_back(action, limits) for action in answering]
    if all(held):
        yield Autonomy.ASK, held[0]


def _held_back(action: RecoveryAction, limits: Limits) -> str:
    """Why an action needs a person; empty where it does not."""
    if not action.automatic:
        return f"A person always agrees before Mainstay may {action.title}."
    if action.undo is None:
        return f"Nothing takes back to {action.title}, so a person agrees first."
    if _RISING.index(action.risk) > _RISING.index(limits.max_risk):
        return f"The risk is {action.risk.value}, and the policy takes {limits.max_risk.value} at most."
    return ""


# -- how sure it is -----------------------------------------------------------------------------


def usual_prior(entries: Sequence[Entry], outcomes: Outcomes) -> float | None:
    """How sure judges are of incidents of one signature before outcomes are heard: the middle of the latest.

    What each record says was calibrated on the outcomes of its time: those of now, without what ended
    since. None where none was judged to be anything.
    """
    judged = [one for one in entries if one.confidence is not None and one.classification != "NORMAL"]
    priors = [
        prior_of(one.confidence, _before(one, entries, outcomes))
        for one in judged[:_LATEST]
        if one.confidence is not None
    ]
    return median(priors) if priors else None


def outcomes_needed(prior: float, outcomes: Outcomes, threshold: float) -> int | None:
    """Good outcomes in a row that lift the confidence to the threshold; 0 where it is there.

    A person approves each of them, since that is the step it stands on, and an approval counts too.
    """
    for more in range(_MOST_NEEDED):
        if calibrate(prior, _with_good(outcomes, more)) >= threshold:
            return more
    return None


def _with_good(outcomes: Outcomes, more: int) -> Outcomes:
    lifted = {"recovered": outcomes.recovered + more, "approved": outcomes.approved + more}
    return outcomes.model_copy(update=lifted)


def _before(entry: Entry, entries: Iterable[Entry], outcomes: Outcomes) -> Outcomes:
    """The outcomes as they were when an incident was judged."""
    since = [one for one in entries if one.ended_at is not None and one.ended_at >= entry.opened_at]
    ended = [one.state for one in since]
    approved = sum(one.state is State.COMPLETED and one.verdict == Verdict.REVIEW for one in since)
    return Outcomes(
        recovered=max(0, outcomes.recovered - ended.count(State.COMPLETED)),
        approved=max(0, outcomes.approved - approved),
        failed=max(0, outcomes.failed - ended.count(State.FAILED)),
        rejected=max(0, outcomes.rejected - ended.count(State.REJECTED)),
    )


def _by_confidence(confidence: float | None, needed: int | None, limits: Limits) -> tuple[str, ...]:
    if confidence is None:
        return ("There was none of late: how sure the next one is follows from its evidence.",)
    if confidence >= limits.threshold:
        return ()
    said = f"It is {confidence:.0%} sure, and {limits.threshold:.0%} are needed"
    return (f"{said}.",) if needed is not None else (f"{said}; good outcomes alone cannot lift it there.",)
