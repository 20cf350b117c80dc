"""What people are told in a chat, as Slack's blocks, which Mattermost and others read as well.

Whatever is not ours stands in plain text, in which no client looks for markup, and links are buttons.
Limits are Slack's: 150 characters of heading, 2000 of a field, 3000 of a text, 75 of a button, 50 blocks.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from chalicelib.incidents.chat_messages import Chat
from chalicelib.incidents.chat_text import escaped, in_plain

LARGEST = 40_000
"""Bytes of a whole message, as JSON."""
_LONGEST_HEADING, _LONGEST_FIELD, _LONGEST_TEXT, _LONGEST_BUTTON = 150, 2000, 3000, 75
_MOST_FIELDS, _MOST_BUTTONS, _MOST_IN_CONTEXT = 10, 5, 10
_SIZES = (200, 100, 50, 20, 5)
"""How many items of a list are tried, until the message is not too large."""


def slack_message(chat: Chat) -> dict[str, Any]:
    """Text for notifications and old clients, and blocks; never larger than `LARGEST`."""
    for size in _SIZES:
        message = {
            "text": _fit(escaped(in_plain(f"{chat.title}. {chat.summary}")), _LONGEST_TEXT),
            "mrkdwn": False,
            "parse": "none",
            "link_names": False,
            "unfurl_links": False,
            "unfurl_media": False,
            "blocks": list(_blocks(chat, size)),
        }
        if len(json.dumps(message)) <= LARGEST:
            break
    return message


def slack_reply(chat: Chat) -> dict[str, Any]:
    """A line for the thread below a message that was changed: what changes makes nobody look."""
    return {
        "text": _fit(escaped(in_plain(f"{chat.title}. {chat.summary}")), _LONGEST_TEXT),
        "mrkdwn": False,
        "parse": "none",
        "link_names": False,
        "unfurl_links": False,
        "unfurl_media": False,
    }


def _blocks(chat: Chat, most_items: int) -> Iterator[dict[str, Any]]:
    yield {"type": "header", "text": _plain(chat.title, _LONGEST_HEADING)}
    yield {"type": "section", "text": _plain(chat.summary, _LONGEST_TEXT)}
    fields = [_plain(f"{name}\n{value}", _LONGEST_FIELD) for name, value in chat.facts.items() if value]
    if fields:
        yield {"type": "section", "fields": fields[:_MOST_FIELDS]}
    for text in (*_listed(chat.items, most_items), chat.block, *_listed(chat.steps, most_items)):
        if text:
            yield {"type": "section", "text": _plain(text, _LONGEST_TEXT)}
    buttons = [
        {
            "type": "button",
            "text": _plain(link.label, _LONGEST_BUTTON),
            "url": link.url,
            "action_id": f"mainstay-{number}",
            **({"style": link.style} if link.style else {}),
        }
        for number, link in enumerate(chat.links[:_MOST_BUTTONS])
    ]
    if buttons:
        yield {"type": "actions", "elements": buttons}
    context = [_plain(word, _LONGEST_BUTTON) for word in (*chat.keywords, chat.thread) if word]
    yield {"type": "context", "elements": context[:_MOST_IN_CONTEXT]}


def _listed(items: Sequence[str], most: int) -> list[str]:
    """Lines of a list, as few texts as they fit into."""
    lines = [f"• {' '.join(item.split())}" for item in items[:most]]
    lines += [f"• and {len(items) - most} more"] if len(items) > most else []
    texts, text = [], ""
    for line in lines:
        if text and len(text) + len(line) >= _LONGEST_TEXT:
            texts.append(text)
            text = ""
        text = f"{text}\n{line}" if text else line
    return [*texts, text] if text else texts


def _plain(text: str, limit: int) -> dict[str, Any]:
    return {"type": "plain_text", "text": _fit(in_plain(text), limit), "emoji": False}


def _fit(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
