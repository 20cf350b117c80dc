"""What people were last told about an incident, so that nothing is said twice and what follows joins it."""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib.incidents.base import Record
from chalicelib.incidents.lifecycle import ENDED
from chalicelib.incidents.model import Incident, State, TimelineEvent

TOLD = "Told people"
"""The timeline event of an ended incident that people were told of."""


class Place(Record):
    """Where a chat keeps the message about an incident."""

    channel: str = ""
    ts: str


class Said(Record):
    """Of one incident, in all channels for people."""

    news: str = ""
    """What was last said; see `news_of`."""
    waiting: str = ""
    """What is still to be said, by the sweep; empty where nothing is."""
    told: tuple[str, ...] = ()
    """The ids of the messages by which it was."""
    asked: tuple[str, ...] = ()
    """Who was asked, where somebody was."""
    place: Place | None = None
    chat_problem: str = ""
    """Why the chat was not told last time."""


NOTHING = Said()


def news_of(incident: Incident, timeline: Sequence[TimelineEvent]) -> str:
    """Names what there is to say: the state, the event that led into it, and the plan that is asked about.

    The same however often a task is repeated, and another where a question is asked again.
    """
    came = 0
    for event in reversed(timeline):
        if event.state is not incident.state:
            break
        came = event.number
    plan = incident.plan.digest[:8] if incident.plan and incident.state is State.AWAITING_APPROVAL else ""
    return f"{incident.state.value}#{came}#{plan}"


def is_to_be_told(incident: Incident) -> bool:
    """Whether there is anything to say now: a question, or an end."""
    return incident.state is State.AWAITING_APPROVAL or incident.state in ENDED


def was_told(incident: Incident, timeline: Sequence[TimelineEvent], said: Said) -> bool:
    """Whether people know already, or the sweep is to tell them."""
    news = news_of(incident, timeline)
    noted = incident.state in ENDED and any(event.what == TOLD for event in timeline)
    return noted or news in (said.news, said.waiting)
