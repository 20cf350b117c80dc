"""What people and machines are told about an incident: a subject, a mail, and a document."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chalicelib.incidents.announced import standing_of_announcement
from chalicelib.incidents.chat_messages import Chat, Link
from chalicelib.incidents.foreseen import nobody_answered, standing_of_warning
from chalicelib.incidents.lifecycle import ENDED
from chalicelib.incidents.message_document import document_of
from chalicelib.incidents.message_text import render_text
from chalicelib.incidents.model import Incident, State, TimelineEvent, seconds_between
from chalicelib.incidents.standing import Standing, standing_of
from chalicelib.incidents.telling import CHAT, Telling, quote, say_duration, say_time
from chalicelib.incidents.word import is_announced

LONGEST_SUBJECT = 100
"""SNS takes no more."""
_ROOM_FOR_TEXT = 100_000
"""Bytes, as JSON in JSON; SNS takes 262,144 for everything."""
_UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class Message:
    """One message in all its forms. It fits into a message of SNS, whatever the incident holds."""

    subject: str
    """ASCII, one line, at most 100 characters."""
    text: str
    """Plain text for mail, wrapped to 76 columns."""
    document: dict[str, Any]
    """For machines. ``schema`` names its form; a key is never taken away or given another meaning."""
    attributes: dict[str, str]
    """By which subscribers filter: type, severity, state, resource_type, classification, decision ..."""
    chat: Chat
    """The same for a chat."""


def render_message(
    incident: Incident,
    timeline: Sequence[TimelineEvent],
    *,
    console_url: str,
    happened: str = "",
    links: Mapping[str, str] = {},
    asked: Sequence[str] = (),
) -> Message:
    """Tell about an incident as its record stands.

    `console_url` is where incidents are looked at, or empty. `happened` is the failure in the words of its
    resource type ("was stopped"); without it the name of the failure stands in. `links` say where people may
    answer, by who may; `asked` names all who were asked.
    """
    telling = tell_of(
        incident, timeline, console_url=console_url, happened=happened, links=links, asked=asked
    )
    standing = standing_for(telling)
    subject, attributes = _subject(telling, standing), _attributes(incident)
    return Message(
        subject=subject,
        text=_cut(render_text(telling, standing)),
        document=document_of(telling, standing),
        attributes=attributes,
        chat=_chat(telling, standing, attributes),
    )


def standing_for(telling: Telling) -> Standing:
    """Where it stands: a word of AWS to people, a warning, or a failure."""
    incident = telling.incident
    if is_announced(incident) and incident.plan is None:
        return standing_of_announcement(telling)
    return standing_of_warning(telling) if incident.foreseen else standing_of(telling)


def tell_of(
    incident: Incident,
    timeline: Sequence[TimelineEvent],
    *,
    console_url: str,
    happened: str = "",
    links: Mapping[str, str] = {},
    asked: Sequence[str] = (),
) -> Telling:
    """What there is to tell, with the arguments of `render_message`."""
    return Telling(
        incident=incident,
        timeline=timeline,
        happened=_happened(incident, quote(happened or f"was {incident.failure.replace('-', ' ')}")),
        url=page_of(incident.incident_id, console_url),
        links=links,
        asked=tuple(asked),
    )


def page_of(incident_id: str, console_url: str) -> str:
    """Where an incident is looked at; empty where there are no pages."""
    return f"{console_url.rstrip('/')}/ui/incidents/{incident_id}" if console_url else ""


def _happened(incident: Incident, title: str) -> str:
    """A warning says when: how soon while it is new, until when once nobody acts, and not once it is over."""
    due = incident.expected_at
    if not incident.foreseen:
        return title
    if incident.state is State.COMPLETED:
        return title.replace("is expected", "was expected", 1)
    if due is None:
        return title
    if is_announced(incident):
        return f"{title} on {due:%Y-%m-%d}"
    if incident.state in ENDED:
        return f"{title} by {due:%H:%M} UTC"
    newest = max(signal.occurred_at for signal in incident.signals)
    return f"{title} in {say_duration(seconds_between(newest, due))}"


def _subject(telling: Telling, standing: Standing) -> str:
    """A long name gives way in its middle, so that the end of the line still says where it stands."""
    start, end = "[Mainstay] ", f" {telling.happened}: {standing.short}"
    name = _squeeze(quote(telling.incident.resource.id, 2000), LONGEST_SUBJECT - len(start) - len(end))
    return as_ascii(f"{start}{name}{end}")[:LONGEST_SUBJECT]


def _squeeze(name: str, room: int) -> str:
    if len(name) <= room:
        return name
    half = max(4, (room - 3) // 2)
    return f"{name[:half]}...{name[-half:]}"


def as_ascii(text: str) -> str:
    """What a subject and an attribute may hold."""
    return text.replace("…", "...").encode("ascii", "replace").decode()


def _attributes(incident: Incident) -> dict[str, str]:
    assessment, decision = incident.assessment, incident.decision
    severity = str(assessment.severity) if assessment else ""
    return {
        "type": "incident",
        "severity": severity or _UNKNOWN,
        "severity_number": severity,
        "state": incident.state.value,
        "resource_type": as_ascii(quote(incident.resource.type)) or _UNKNOWN,
        "classification": assessment.classification.value if assessment else _UNKNOWN,
        "decision": decision.verdict.value if decision else _UNKNOWN,
        "escalation": "expired" if nobody_answered(incident) else "",
    }


def _chat(telling: Telling, standing: Standing, attributes: Mapping[str, str]) -> Chat:
    incident = telling.incident
    resource, name = incident.resource, quote(incident.resource.id)
    lives = f"{quote(resource.type)} in {quote(resource.region)}, account {quote(resource.account)}"
    return Chat(
        kind="incident",
        thread=incident.incident_id,
        title=f"{name} {telling.happened}: {standing.short}",
        summary=f"{name} {telling.happened}. {standing.sentences}",
        facts={
            "Resource": lives,
            telling.words.began: say_time(incident.failed_at),
            "Severity": f"{attributes['severity']} of 10" if attributes["severity_number"] else "",
            "Incident": incident.incident_id,
        },
        steps=standing.steps,
        links=_links(telling),
        resources=(name,),
        keywords=(incident.state.value.lower().replace("_", " "), quote(resource.type)),
        context=attributes,
        needs_people=standing.needs_people,
    )


def _links(telling: Telling) -> list[Link]:
    """Both buttons lead to the page, where the answer is given: a link that is followed changes nothing."""
    answer = telling.links.get(CHAT) or telling.review_url
    buttons = [Link(label="Approve", url=answer, style="primary")] if answer else []
    buttons += [Link(label="Reject", url=answer, style="danger")] if answer else []
    return [*buttons, *([Link(label="Everything about it", url=telling.url)] if telling.url else [])]


def _cut(text: str) -> str:
    """The lines that fit: what matters most stands first."""
    lines: list[str] = []
    room = _ROOM_FOR_TEXT
    for line in text.splitlines(keepends=True):
        room -= len(json.dumps(line))
        if room < 0:
            return "".join([*lines, "(There is more than a message can hold.)\n"])
        lines.append(line)
    return text
