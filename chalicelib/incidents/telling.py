"""What there is to tell about an incident, before it is put into a mail or a document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from chalicelib.incidents.model import Incident, State, TimelineEvent, seconds_between
from chalicelib.incidents.word import is_announced
from chalicelib.redaction import clean_text

UNDOING_VERIFIED = "Verified that everything is as it was before the recovery"
"""The timeline event by which an undoing is known to have worked; without it, nobody may rely on it."""
_TWO_MINUTES = 120
_TWO_HOURS = 7200


@dataclass(frozen=True, kw_only=True)
class Words:
    """How to speak of an incident: a failure is repaired, and a warning is acted on."""

    began: str
    moment: str
    story: str
    do: str
    doing: str
    affects: str
    takes: str


_OF_FAILURES = Words(
    began="Failed",
    moment="the failure",
    story="What happened",
    do="repair it",
    doing="repairing it",
    affects="It affects",
    takes="Until somebody repairs it by hand, it usually takes",
)
_OF_WARNINGS = Words(
    began="Warned",
    moment="the warning",
    story="What was seen",
    do="act on it",
    doing="acting on it",
    affects="It would affect",
    takes="Once it has failed, repairing it by hand usually takes",
)
_OF_ANNOUNCEMENTS = Words(
    began="Told",
    moment="the message",
    story="What AWS says",
    do="act on it",
    doing="acting on it",
    affects="It may affect",
    takes="Dealing with it by hand usually takes",
)


@dataclass(frozen=True, kw_only=True)
class Telling:
    """An incident with its timeline, and how to speak of them. `happened` follows the resource's name."""

    incident: Incident
    timeline: Sequence[TimelineEvent]
    happened: str
    url: str
    """The incident's page; empty where there is none."""
    links: Mapping[str, str] = field(default_factory=dict)
    """Where people may answer, by who may; empty where nobody is asked, or no link could be made."""
    asked: Sequence[str] = ()
    """Who was asked, as far as that is known."""

    @property
    def words(self) -> Words:
        """How to speak of it."""
        if is_announced(self.incident):
            return _OF_ANNOUNCEMENTS
        return _OF_WARNINGS if self.incident.foreseen else _OF_FAILURES

    @property
    def was_begun(self) -> bool:
        """Whether anything may have been changed."""
        return any(str(event.data.get("effect", "")).startswith("do-") for event in self.timeline)

    @property
    def was_undone(self) -> bool:
        """Whether an undoing is proven."""
        return any(event.what == UNDOING_VERIFIED for event in self.timeline)

    @property
    def review_url(self) -> str:
        """The one link of whoever this is for; empty where there is none, or one for each of several."""
        return next(iter(self.links.values())) if len(self.links) == 1 else ""

    @property
    def answer_by(self) -> datetime | None:
        """Until when people may answer, where they were asked."""
        if self.incident.question is not None:
            return self.incident.question.expires_at
        asked = [event for event in self.timeline if event.state is State.AWAITING_APPROVAL]
        limits = [(event.at, event.data.get("seconds")) for event in asked]
        return next((at + timedelta(seconds=n) for at, n in limits if isinstance(n, int)), None)


ON_CALL = "on-call"
"""Who is asked where the policy names nobody."""
CHAT = "chat"
"""Who answers by the buttons in a chat."""


def say_names(names: Sequence[str]) -> str:
    """Who was asked: ``alice and bob``."""
    said = ["whoever is on call" if name == ON_CALL else quote(name, 80) for name in names]
    return f"{', '.join(said[:-1])} and {said[-1]}" if len(said) > 1 else "".join(said)


def quote(text: object, limit: int = 200) -> str:
    """Text from outside, safe to stand in a message: redacted, one line, and with no link to follow."""
    return clean_text(str(text), limit).replace("://", "[:]//")


def sentence(text: object, limit: int = 400) -> str:
    """Text from outside with a full stop. It keeps its first letter, which may be that of a name."""
    told = quote(text, limit)
    return told if not told or told.endswith((".", "!", "?", "…")) else f"{told}."


def capital(text: str) -> str:
    """With its first letter in upper case."""
    return text[:1].upper() + text[1:]


def say_duration(seconds: float) -> str:
    """For people: ``6.2 s``, ``14 min``, ``5.1 h``."""
    if seconds < _TWO_MINUTES:
        return f"{seconds:.1f} s"
    return f"{seconds / 60:.0f} min" if seconds < _TWO_HOURS else f"{seconds / 3600:.1f} h"


def say_time(at: datetime) -> str:
    """To the second, in UTC."""
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def seconds_in(telling: Telling, at: datetime) -> float:
    """Since the failure or the warning; never below zero."""
    return round(seconds_between(telling.incident.failed_at, at), 1)
