"""Many incidents in one message: questions first, by their deadline, then what needs people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from textwrap import TextWrapper

from chalicelib.incidents.chat_messages import Chat, Link
from chalicelib.incidents.foreseen import nobody_answered
from chalicelib.incidents.message_text import WIDTH
from chalicelib.incidents.messages import Message, as_ascii, standing_for
from chalicelib.incidents.model import State
from chalicelib.incidents.telling import Telling, quote, say_time

SCHEMA = "mainstay.incidents.v1"
MOST = 100
"""Incidents in one digest: it fits into a message of SNS, however long their names are."""

_ITEM = TextWrapper(
    width=WIDTH, initial_indent="- ", subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
)
_TEXT = TextWrapper(width=WIDTH, break_long_words=False, break_on_hyphens=False)
_MOST_LINKS = 4
_NEVER = datetime.max.replace(tzinfo=UTC)


def render_incidents(tellings: Sequence[Telling], *, console_url: str, places: int = 1) -> Message:
    """At most `MOST` incidents as they stand. `places` says into how many digests all of them went."""
    ranked = sorted(tellings, key=_urgency)
    attributes, title = _attributes(ranked), _title(ranked)
    opening = (
        f"So much happened at once that it is told together: {len(ranked)} incidents, the most urgent first."
        + (f" There are {places} such messages." if places > 1 else "")
    )
    page = f"{console_url.rstrip('/')}/ui" if console_url else ""
    closing = ["", f"All of them: {page}"] if page else []
    lines = [*_TEXT.wrap(opening), *(line for one in ranked for line in _lines(one)), *closing]
    return Message(
        subject=as_ascii(f"[Mainstay] {title}")[:100],
        text="\n".join(lines) + "\n",
        document={"schema": SCHEMA, "incident_ids": [one.incident.incident_id for one in ranked]},
        attributes=attributes,
        chat=Chat(
            kind="digest",
            thread=f"digest-{ranked[0].incident.incident_id}",
            title=title,
            summary=opening,
            items=[_said(one) for one in ranked],
            links=[*_answers(ranked), *([Link(label="All of them", url=page)] if page else [])],
            resources=[quote(one.incident.resource.id) for one in ranked],
            context=attributes,
            needs_people=any(_needs_people(one) for one in ranked),
        ),
    )


def _urgency(one: Telling) -> tuple[bool, datetime, bool, int, datetime]:
    """Questions first, by their deadline; then what needs people, by severity and age."""
    asked = one.incident.state is State.AWAITING_APPROVAL
    until = one.answer_by if asked and one.answer_by else _NEVER
    return not asked, until, not _needs_people(one), -_severity(one), one.incident.failed_at


def _severity(one: Telling) -> int:
    return one.incident.assessment.severity if one.incident.assessment else 0


def _needs_people(one: Telling) -> bool:
    return standing_for(one).needs_people


def _title(ranked: Sequence[Telling]) -> str:
    asked = sum(one.incident.state is State.AWAITING_APPROVAL for one in ranked)
    needed = sum(_needs_people(one) for one in ranked) - asked
    waiting = [f"{asked} wait{'s' * (asked == 1)} for your answer"] if asked else []
    waiting += [f"{needed} need{'s' * (needed == 1)} you"] if needed > 0 else []
    return f"{len(ranked)} incidents at once" + (f": {', '.join(waiting)}" if waiting else "")


def _said(one: Telling) -> str:
    """One incident in one line."""
    incident, by = one.incident, one.answer_by
    until = f" by {say_time(by)}" if by and incident.state is State.AWAITING_APPROVAL else ""
    severity = f", severity {_severity(one)} of 10" if _severity(one) else ""
    short = standing_for(one).short
    return f"{quote(incident.resource.id)} {one.happened}: {short}{until}{severity} ({incident.incident_id})"


def _lines(one: Telling) -> Iterator[str]:
    """The same for a mail, with addresses on lines of their own."""
    yield from ("", *_ITEM.wrap(_said(one)))
    if one.review_url:
        yield f"  Answer: {one.review_url}"
    if one.url:
        yield f"  Page:   {one.url}"


def _answers(ranked: Sequence[Telling]) -> list[Link]:
    """Buttons for the first few questions."""
    return [
        Link(label=f"Answer for {quote(one.incident.resource.id, 50)}", url=one.review_url, style="primary")
        for one in ranked
        if one.review_url
    ][:_MOST_LINKS]


def _attributes(ranked: Sequence[Telling]) -> dict[str, str]:
    severity = str(max(_severity(one) for one in ranked) or "")
    expired = any(nobody_answered(one.incident) for one in ranked)
    return {
        "type": "digest",
        "severity": severity,
        "severity_number": severity,
        "escalation": "expired" if expired else "",
    }
