"""Where a word of AWS stands, and what that asks of the reader: there is nothing to repair."""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.incidents.lifecycle import ENDED
from chalicelib.incidents.standing import Standing, standing_of
from chalicelib.incidents.telling import Telling
from chalicelib.incidents.word import is_over

_INSTANCE = "ec2.instance"
_STEPS: Mapping[str, tuple[str, ...]] = {
    "issue": (
        "See whether anything of yours is hit, and read in the AWS Health Dashboard how it goes on.",
        "What fails there while it lasts, Mainstay repairs less boldly: it asks you sooner.",
    ),
    "change_planned": ("Do what AWS asks before that day, or see that nothing suffers when AWS does it.",),
    "notice": ("Read what AWS says, and do what it asks for, where it asks for anything.",),
    "exceeded": (
        "See in Cost Explorer what the money goes to.",
        "If it was meant, raise the budget. Otherwise stop what costs it: Mainstay does not.",
    ),
    "forecast": (
        "See in Cost Explorer what the money goes to, while there is time to change it.",
        "If it was meant, raise the budget.",
    ),
    "cost_anomaly": (
        "Look at the anomaly in Cost Anomaly Detection, and tell it there whether this was meant.",
        "If it was not meant, stop what costs it: Mainstay does not.",
    ),
}
"""By the failure."""
_MOVE = (
    "Read what AWS says. Where its hardware goes: stop it and start it again before that day, at a time of "
    "yours. It then runs on other hardware."
)
_MIND = "Mind: instance store is lost by that, and a public address changes unless it is an Elastic IP."
_AGAIN = "See that whatever of yours it touched is well again."


def standing_of_announcement(telling: Telling) -> Standing:
    """Where an incident stands that only tells what AWS said."""
    incident = telling.incident
    if any(is_over(signal) for signal in incident.signals):
        return Standing(
            short="over, says AWS",
            sentences="AWS says that it is over. Mainstay had changed nothing about it.",
            steps=(_AGAIN,),
        )
    if incident.state not in ENDED:
        return standing_of(telling)
    moves = incident.failure == "change_planned" and incident.resource.type == _INSTANCE
    return Standing(
        short="needs you before then" if incident.foreseen and incident.expected_at else "needs you to look",
        sentences="That is what AWS says, and it is not for Mainstay to change: nothing was done about it. "
        "Please read what AWS says, and decide.",
        steps=(_MOVE, _MIND) if moves else _STEPS[incident.failure],
    )
