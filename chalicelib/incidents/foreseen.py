"""Where a warning stands, and what that asks of the reader: nothing has failed yet."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from chalicelib.incidents.model import Classification, Incident, State
from chalicelib.incidents.standing import Standing, asked_in_vain, rejection, standing_of
from chalicelib.incidents.telling import Telling, say_duration, sentence

GAVE_WAY = "it failed before anybody answered"
"""Why a warning ends when its resource fails while people are asked."""
_NOT_YET = "As far as Mainstay knows it has not failed yet"
_WATCHED = "Mainstay goes on watching it, and warns again where it has to."


def nobody_answered(incident: Incident) -> bool:
    """Whether a question ended without an answer; where it was withdrawn, nobody was waited for."""
    return incident.state is State.EXPIRED and incident.problem != GAVE_WAY


def standing_of_warning(telling: Telling) -> Standing:
    """Where an incident stands that a forecast opened."""
    return _STANDINGS.get(telling.incident.state, standing_of)(telling)


def _completed(telling: Telling) -> Standing:
    if not telling.was_begun:
        return Standing(
            short="nothing had to be done",
            sentences="It was as it should be before Mainstay did anything. You need to do nothing.",
            steps=(f"Nothing. {_WATCHED}",),
        )
    took = say_duration(telling.incident.healthy_seconds or 0.0)
    return Standing(
        short=f"acted on, verified in {took}",
        sentences=f"It has not failed: Mainstay acted, and verified that it took effect, {took} after the "
        "warning. You need to do nothing now.",
        steps=(f"Nothing at once. {_WATCHED}", "Find out why it came to this: the cause may still be there."),
    )


def _failed(telling: Telling) -> Standing:
    if not telling.was_begun:
        return Standing(
            short="not prevented, needs you",
            sentences=f"{_NOT_YET}, but Mainstay can do nothing about it, and changed nothing. It needs you.",
            steps=("Prevent it by hand while there is time.",),
        )
    if telling.was_undone:
        return Standing(
            short="undone, needs you",
            sentences="What Mainstay did about it did not work. It was put back, and that was verified. "
            f"{_NOT_YET}, and it needs you.",
            steps=("Prevent it by hand while there is time.",),
        )
    return Standing(
        short="needs you now",
        sentences="What Mainstay did about it did not work, and it is not certain how far it came. "
        "Please look at it now.",
        steps=(
            "Look at the resource first: the timeline tells how far it came.",
            "Then prevent it by hand while there is time.",
        ),
    )


def _rejected(telling: Telling) -> Standing:
    who, why = rejection(telling)
    return Standing(
        short="rejected, left as it is",
        sentences=f"{who} decided that nothing is done about it, so nothing was changed.{why}",
        steps=("Nothing, if the warning may stand. Otherwise prevent it by hand.",),
    )


def _expired(telling: Telling) -> Standing:
    if telling.incident.problem == GAVE_WAY:
        return Standing(
            short="it failed first",
            sentences="It failed before anybody answered, so there is nothing left to prevent. The failure "
            "is an incident of its own.",
            steps=("Look at the incident of the failure. The warning may still be worth heeding later.",),
        )
    return Standing(
        short="escalated: needs you",
        sentences=f"Nobody answered in time, so nothing was changed.{asked_in_vain(telling)} "
        "The warning stands.",
        steps=("Prevent it by hand while there is time: what Mainstay would have done is below.",),
    )


def _cooldown(_telling: Telling) -> Standing:
    return Standing(
        short="warned again too soon",
        sentences="The warning came so soon after an earlier incident that Mainstay left it alone, as more "
        "of the same would hardly help.",
        steps=(
            "Find out what uses it up so fast, and prevent the failure by hand while there is time.",
            "Further warnings within the cooldown are added to this incident, without another message.",
        ),
    )


def _dismissed(telling: Telling) -> Standing:
    assessment, decision = telling.incident.assessment, telling.incident.decision
    if assessment and assessment.classification is Classification.NORMAL:
        return Standing(
            short="no cause to act",
            sentences="There is no cause to act, so Mainstay left it alone. You need to do nothing.",
            steps=(f"Nothing. {_WATCHED}",),
        )
    why = f": {sentence(decision.reason)}" if decision else "."
    return Standing(
        short="left alone by the policy",
        sentences=f"Mainstay changed nothing{why} Please decide whether it needs you.",
        steps=("If it should not fail, prevent it by hand while there is time.", _WATCHED),
    )


_STANDINGS: Mapping[State, Callable[[Telling], Standing]] = {
    State.COMPLETED: _completed,
    State.FAILED: _failed,
    State.REJECTED: _rejected,
    State.EXPIRED: _expired,
    State.COOLDOWN: _cooldown,
    State.DISMISSED: _dismissed,
}
