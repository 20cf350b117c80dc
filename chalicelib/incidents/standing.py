"""Where an incident stands, and what that asks of the reader: one function per state."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from chalicelib.incidents.model import Classification, State
from chalicelib.incidents.telling import Telling, quote, say_duration, say_names, say_time, sentence


@dataclass(frozen=True, kw_only=True)
class Standing:
    """`short` ends the subject, `sentences` begin the text, `steps` are what to do next."""

    short: str
    sentences: str
    steps: tuple[str, ...]

    @property
    def needs_people(self) -> bool:
        """Whether somebody has to do something."""
        return "needs you" in self.short or self.short.endswith("needs your approval")


def standing_of(telling: Telling) -> Standing:
    """Where the incident stands."""
    return _STANDINGS.get(telling.incident.state, _at_work)(telling)


def _completed(telling: Telling) -> Standing:
    if not telling.was_begun:
        return Standing(
            short="well again before anything was done",
            sentences="It was well again before Mainstay did anything. You need to do nothing.",
            steps=(f"Nothing. {_LATER}",),
        )
    took = say_duration(telling.incident.healthy_seconds or 0.0)
    well = f"Mainstay repaired it and verified that it is well, {took} after it failed."
    if telling.incident.successor:
        return Standing(
            short=f"repaired and verified in {took}, under a new name",
            sentences=f"{well} It has a new name: please read on.",
            steps=(_successor(telling), _LATER),
        )
    return Standing(
        short=f"repaired and verified in {took}",
        sentences=f"{well} You need to do nothing.",
        steps=(f"Nothing. {_LATER}", _MEANT),
    )


_LATER = "Mainstay looks again later whether it stayed well."
_MEANT = "If the change was meant: name the resource in the policy, or tag it, so that it is left alone."


def _successor(telling: Telling) -> str:
    """A resource that was made anew may have another id than the one that others know."""
    new, old = telling.incident.successor, telling.incident.resource.id
    return (
        f"{quote(new)} took the place of {quote(old)}: give the new name to whatever still uses the old one."
    )


def _awaiting_approval(telling: Telling) -> Standing:
    return Standing(
        short="needs your approval", sentences=_approval_text(telling), steps=_approval_steps(telling)
    )


def _approval_text(telling: Telling) -> str:
    """What Mainstay can do, why it asks, and until when."""
    incident, by = telling.incident, telling.answer_by
    can = f"can {quote(incident.plan.summary, 300)}" if incident.plan else "can repair it"
    why = f": {quote(incident.decision.reason, 300)}" if incident.decision else "."
    until = f", nor without an answer by {say_time(by)}" if by else ""
    return f"Mainstay {can}, and asks you first{why} Nothing is changed before you answer{until}."


def _approval_steps(telling: Telling) -> tuple[str, ...]:
    """How to answer."""
    name = telling.incident.incident_id
    return (
        "Read what would be done. Your answer holds for exactly that.",
        f"To approve it:\nmainstay approve {name}",
        f'To reject it:\nmainstay reject {name} --reason "..."',
        *([f"Or on its page:\n{telling.url}"] if telling.url else []),
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
            "It is not repaired, and needs you.",
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


def rejection(telling: Telling) -> tuple[str, str]:
    """Who said no, and the reason as a further sentence; empty where none was given."""
    approval = telling.incident.approval
    who = quote(approval.by) if approval and approval.by else "Somebody"
    why = f" The reason: {sentence(approval.reason)}" if approval and approval.reason else ""
    return who, why


def _rejected(telling: Telling) -> Standing:
    who, why = rejection(telling)
    return Standing(
        short="repair rejected, left as it is",
        sentences=f"{who} rejected the repair, so nothing was changed.{why}",
        steps=("Nothing, if it may stay as it is. Otherwise repair it by hand.",),
    )


def _expired(telling: Telling) -> Standing:
    return Standing(
        short="escalated: no answer, needs you",
        sentences=f"Nobody answered in time, so nothing was changed.{asked_in_vain(telling)} "
        "It is not repaired, and needs you.",
        steps=("Repair it by hand: what Mainstay would have done is below.",),
    )


def asked_in_vain(telling: Telling) -> str:
    """Who did not answer, as a further sentence; empty where nobody knows who was asked."""
    names = say_names(telling.asked)
    return f" Asked {'were' if len(telling.asked) > 1 else 'was'} {names}." if names else ""


def _cooldown(_telling: Telling) -> Standing:
    return Standing(
        short="failed again too soon, left alone, needs you",
        sentences="It failed again so soon after an earlier incident that Mainstay left it alone, "
        "as the same repair would hardly last. It is not repaired, and needs you.",
        steps=(
            "Find out why it keeps failing, then repair it by hand.",
            "Further failures within the cooldown are added to this incident, without another message.",
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
        sentences="The policy says to leave it alone, so Mainstay changed nothing. It is not repaired: "
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
