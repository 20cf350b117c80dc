"""What people are told in a chat, and its form for Amazon Q Developer in chat applications.

The form is that of its custom notifications, version 1.0: one to 250 characters of title and one to 8000 of
description; what has one ``threadId`` stands in one thread.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from chalicelib.incidents.chat_text import in_block, in_markdown
from chalicelib.redaction import inert

LONGEST_TITLE = 250
LONGEST_DESCRIPTION = 8000
_LONGEST_STEP, _LONGEST_WORD, _MOST = 350, 100, 10
_LONGEST_SUMMARY = 300


@dataclass(frozen=True, kw_only=True)
class Link:
    """A button, or a link where there are none. The address is ours."""

    label: str
    url: str
    style: str = ""
    """``primary``, ``danger`` or nothing."""


@dataclass(frozen=True, kw_only=True)
class Chat:
    """What is said, before it gets a form. Every text is visible, redacted and one line, except `block`."""

    kind: str
    """incident, alert, digest or week."""
    thread: str
    """What belongs together has the same."""
    title: str
    summary: str
    facts: Mapping[str, str] = field(default_factory=dict)
    items: Sequence[str] = ()
    """A list, where there is one: what waits, or what is foreseen."""
    block: str = ""
    """Lines that keep their columns."""
    steps: Sequence[str] = ()
    links: Sequence[Link] = ()
    resources: Sequence[str] = ()
    keywords: Sequence[str] = ()
    context: Mapping[str, str] = field(default_factory=dict)
    """For rules of the receiver: the attributes of the message."""
    needs_people: bool = False
    """Whether it has to be noticed, and not only to be there."""


def q_notification(chat: Chat, *, message_id: str) -> dict[str, Any]:
    """The custom notification. `message_id` is the same for the same message."""
    return {
        "version": "1.0",
        "source": "custom",
        "id": message_id,
        "content": {
            "textType": "client-markdown",
            "title": _fit(in_markdown(chat.title), LONGEST_TITLE),
            "description": _description(chat),
            "nextSteps": [_fit(in_markdown(step), _LONGEST_STEP) for step in _some(chat.steps)],
            "keywords": [_fit(in_markdown(word), _LONGEST_WORD) for word in _some(chat.keywords)],
        },
        "metadata": {
            "threadId": chat.thread,
            "summary": _fit(in_markdown(chat.title), _LONGEST_SUMMARY),
            "eventType": f"mainstay-{chat.kind}",
            "relatedResources": [inert(name, _LONGEST_SUMMARY) for name in _some(chat.resources)],
            "additionalContext": {
                name: inert(value, _LONGEST_WORD) for name, value in chat.context.items() if value
            },
            "enableCustomActions": False,
        },
    }


def _some(texts: Sequence[str]) -> list[str]:
    return [text for text in texts if text.strip()][:_MOST]


def _description(chat: Chat) -> str:
    """Whole lines, as many as there is room for; the links come before what may be cut."""
    lines = [in_markdown(chat.summary)]
    lines += [f"*{name}:* {in_markdown(value)}" for name, value in chat.facts.items() if value]
    lines += [f"<{link.url}|{in_markdown(link.label)}>" for link in chat.links]
    lines += [f"• {in_markdown(item)}" for item in chat.items]
    lines += [in_block(chat.block)] if chat.block else []
    return _cut(lines, LONGEST_DESCRIPTION)


def _cut(lines: Sequence[str], room: int) -> str:
    kept: list[str] = []
    left_out = "There is more than a message can hold."
    for line in lines:
        if sum(len(one) + 1 for one in [*kept, line, left_out]) > room:
            return "\n".join([*kept, left_out])
        kept.append(line)
    return "\n".join(kept)


def _fit(text: str, limit: int) -> str:
    """Cut so that no code is left open at the end."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 2].rpartition(" ")[0] or text[: limit - 2]
    return cut + ("`…" if cut.count("`") % 2 else "…")
