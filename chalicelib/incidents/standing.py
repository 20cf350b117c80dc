"""Where an incident stands, and what that asks of the reader: one function per state."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from chalicelib.incidents.model import Classification, State
from chalicelib.incidents.telling import Telling, quote, say_duration, say_time


@dataclass(frozen=True, kw_only=True)
class Standing:
    """`short` ends the subject, `sentences` begin the text, `steps` are what to do next."""

    short: str
    sentences: str
    steps: tuple[str, ...]


def standing_of(telling: Telling) -> Standing:
    """Where the incident stands."""
    return _STANDINGS.get(telling.incident.state, _at_work)(telling)


def _completed(telling: Telling) -> Standing:
    later = "Nothing now. Mainstay looks again later whether it stayed well."
    if not telling.was_begun:
        return Standing(
            short="well again before anything was done",
            sentences="It was well again before Mainstay did anything. You need to do nothing.",
            steps=(later,),
        )
    took = say_duration(telling.incident.healthy_seconds or 0.0)
    meant = "If the change was meant: name the resource in the policy, or tag it, so that it is left alone."
    return Standing(
        short=f"repaired and verified in {took}",
        sentences=f"Mainstay repaired it and verified that it is well, {took} after it failed. "
        + _need(telling, "You need to do nothing."),
        steps=(*_successor(telling), later, meant),
    )


def _need(telling: Telling, otherwise: str) -> str:
    return "Please read what to do next: it has a new name." if telling.incident.successor else otherwise


def _successor(telling: Telling) -> tuple[str, ...]:
    """A resource that was made anew may have another id than the one that others know."""
    incident = telling.incident
    if not incident.successor:
        return ()
    place = f"{quote(incident.successor)} took the place of {quote(incident.resource.id)}"
    return (f"{place}: give the new name to whatever still uses the old one.",)


def _awaiting_approval(telling: Telling) -> Standing:
    incident = telling.incident
    by = telling.answer_by
    until = f" Without an answer by {say_time(by)} nothing is changed." if by else ""
    return Standing(
        short="needs your approval",
        sentences="Mainstay knows how to repair it and asks you first. It stays as it is until you answer."
        + until,
        steps=(
            "Read what would be done, below. Your answer holds for this plan alone.",
            f"To approve it:  mainstay approve {incident.incident_id}",
            f'To reject it:   mainstay reject {incident.incident_id} --reason "..."',
            *([f"Or on its page:  {telling.url}"] if telling.url else []),
        ),
    )


def _failed(telling: Telling) -> Standing:
    if not telling.was_begun:
        return Standing(
            short="not repaired, needs you",
            sentences="Mainstay could not repair it, and changed nothing. It needs you.",
            steps=("Repair it by hand: it is as it was when it failed.",),
        )
    if telling.was_undone:
        return Standing(
            short="repair failed and was undone, needs you",
            sentences="The repair failed. What it had changed was put back, and that was verified. "
            "It is still broken, and needs you.",
            steps=("Repair it by hand: it is as it was when it failed.", _AFTER_FAILURE),
        )
    return Standing(
        short="repair failed half-way, needs you now",
        sentences="The repair failed, and it is not certain that what it changed was put back. "
        "Please look at it now.",
        steps=(
            "Look at the resource first: the timeline tells how far the repair came.",
            "Then repair it by hand.",
            _AFTER_FAILURE,
        ),
    )


_AFTER_FAILURE = "Mainstay leaves it in peace for its cooldown, so it will not get in your way."


def _rejected(telling: Telling) -> Standing:
    approval = telling.incident.approval
    who = quote(approval.by) if approval and approval.by else "Somebody"
    why = f": {quote(approval.reason, 300)}" if approval and approval.reason else "."
    return Standing(
        short="repair rejected, left as it is",
        sentences=f"{who} rejected the repair, so nothing was changed{why}",
        steps=("Nothing, if it may stay as it is. Otherwise repair it by hand.",),
    )


def _expired(_telling: Telling) -> Standing:
    return Standing(
        short="nobody answered, not repaired, needs you",
        sentences="Nobody answered in time, so nothing was changed. It is still broken, and needs you.",
        steps=("Repair it by hand: what Mainstay would have done is below.",),
    )


def _cooldown(_telling: Telling) -> Standing:
    return Standing(
        short="failed again too soon, left alone, needs you",
        sentences="It failed again so soon after an earlier incident that Mainstay left it alone, "
        "as the same repair would hardly last. It is still broken, and needs you.",
        steps=(
            "Find out why it keeps failing: its earlier incidents are on its page.",
            "Repair it by hand. Further failures within the cooldown are added to this incident.",
        ),
    )


def _dismissed(telling: Telling) -> Standing:
    assessment = telling.incident.assessment
    if assessment and assessment.classification is Classification.NORMAL:
        return Standing(
            short="meant to be so, left alone",
            sentences="It looks meant, so Mainstay left it alone. You need to do nothing.",
            steps=("Nothing. If it was not meant after all, repair it by hand.",),
        )
    return Standing(
        short="left alone by the policy, not repaired",
        sentences="The policy says to leave it alone, so Mainstay changed nothing. It is still broken: "
        "please decide whether it needs you.",
        steps=("If it should be well, repair it by hand.",),
    )


def _at_work(_telling: Telling) -> Standing:
    return Standing(
        short="being looked into",
        sentences="Mainstay is at work on it. You need to do nothing yet.",
        steps=("Nothing yet: you will be told how it ends.",),
    )


_STANDINGS: Mapping[State, Callable[[Telling], Standing]] = {
    State.COMPLETED: _completed,
    State.AWAITING_APPROVAL: _awaiting_approval,
    State.FAILED: _failed,
    State.REJECTED: _rejected,
    State.EXPIRED: _expired,
    State.COOLDOWN: _cooldown,
    State.DISMISSED: _dismissed,
}
