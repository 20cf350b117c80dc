"""What a chat gets: Amazon Q Developer's custom notification, and Slack's blocks.

The forms lie in golden/chat/, the mails of questions and digests in golden/questions/. After a change on
purpose, write them anew and read them: UPDATE_GOLDEN=1 python -m pytest tests/unit/incidents
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.incidents.alert_messages import render_alert
from chalicelib.incidents.chat_messages import q_notification
from chalicelib.incidents.chat_text import in_markdown
from chalicelib.incidents.message_digest import MOST, render_incidents
from chalicelib.incidents.messages import Message, render_message, tell_of
from chalicelib.incidents.model import State
from chalicelib.incidents.slack_form import LARGEST, slack_message
from chalicelib.incidents.telling import Telling
from tests.unit.incidents.alerts import STORAGE, an_alert
from tests.unit.incidents.stories import STORIES, awaiting_approval, completed, expired, failed_half_way
from tests.unit.incidents.test_messages_from_outside import hostile
from tests.unit.incidents.told import Told

CONSOLE = "https://console.example.com/prod"
GOLDEN = Path(__file__).parent / "golden"
LINK = "https://api.example.com/prod/review/eyJhIjoxfQ.k1.mac"
SNS_LIMIT = 262_144


def told(story: Told, links: Mapping[str, str] = {}, asked: tuple[str, ...] = ()) -> Message:
    return render_message(
        story.incident,
        story.timeline,
        console_url=CONSOLE,
        happened=story.happened,
        links=links,
        asked=asked,
    )


def telling(story: Told, number: int = 0, links: Mapping[str, str] = {}) -> Telling:
    incident = story.incident.model_copy(update={"incident_id": f"{story.incident.incident_id}-{number}"})
    return tell_of(incident, story.timeline, console_url=CONSOLE, happened=story.happened, links=links)


def a_digest() -> Message:
    stories = (completed(), failed_half_way(), expired())
    tellings = [telling(story, number) for number, story in enumerate(stories)]
    return render_incidents(
        [*tellings, telling(awaiting_approval(), 3, {"on-call": LINK})], console_url=CONSOLE
    )


QUESTIONS: dict[str, Callable[[], Message]] = {
    "question-with-a-link": lambda: told(awaiting_approval(), {"on-call": LINK}, ("on-call",)),
    "question-for-everybody": lambda: told(awaiting_approval(), {}, ("alice", "bob")),
    "question-for-alice": lambda: told(awaiting_approval(), {"alice": LINK}, ("alice", "bob")),
    "escalated": lambda: told(expired(), {}, ("alice", "bob")),
    "digest": a_digest,
}
CHATS: dict[str, Callable[[], Message]] = {
    **{name: (lambda story=story: told(story())) for name, story in STORIES.items()},
    **QUESTIONS,
    "alert": lambda: render_alert(an_alert(STORAGE), action="grow the storage", console_url=CONSOLE),
    "hostile": lambda: told(hostile(MARKUP)),
}
MARKUP = (
    "<!channel> <@U123> @here *bold* _it_ ~no~ `code` [a](https://evil.example/x) ![p](https://evil.example/p)"
    " <https://evil.example|safe> www.evil.example # head :tada: a_b\u202e\u200b\x1b[2J\U000e0041 "
    "password=hunter2"
)


def forms(message: Message) -> dict[str, Any]:
    return {"q": q_notification(message.chat, message_id="1"), "slack": slack_message(message.chat)}


@pytest.mark.parametrize("name", QUESTIONS)
def test_the_mail_of_a_question_reads_as_it_should(name: str) -> None:
    message = QUESTIONS[name]()
    _compare(GOLDEN / "questions" / f"{name}.txt", f"Subject: {message.subject}\n\n{message.text}")


@pytest.mark.parametrize("name", CHATS)
def test_the_chat_reads_as_it_should(name: str) -> None:
    text = json.dumps(forms(CHATS[name]()), indent=2, ensure_ascii=False) + "\n"
    _compare(GOLDEN / "chat" / f"{name}.json", text)


def _compare(golden: Path, text: str) -> None:
    if os.environ.get("UPDATE_GOLDEN"):
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")


def test_no_golden_form_is_left_over() -> None:
    assert {path.stem for path in (GOLDEN / "chat").glob("*.json")} == set(CHATS)
    assert {path.stem for path in (GOLDEN / "questions").glob("*.txt")} == set(QUESTIONS)


# -- questions ----------------------------------------------------------------------------------


def test_the_link_stands_in_the_first_lines_whole_and_once() -> None:
    lines = QUESTIONS["question-with-a-link"]().text.splitlines()
    assert lines.count(LINK) == 1
    assert lines.index(LINK) < 10


def test_what_everybody_reads_names_who_was_asked_and_has_nobody_s_link() -> None:
    text = QUESTIONS["question-for-everybody"]().text
    assert "Asked to answer: alice and bob, each with a link of their own." in " ".join(text.split("\n"))
    assert "/review/" not in json.dumps(forms(QUESTIONS["question-for-everybody"]())) + text


def test_buttons_lead_to_the_page_and_change_nothing_by_themselves() -> None:
    blocks = forms(QUESTIONS["question-with-a-link"]())["slack"]["blocks"]
    (actions,) = [block["elements"] for block in blocks if block["type"] == "actions"]
    assert [(one["text"]["text"], one["url"], one.get("style")) for one in actions] == [
        ("Approve", LINK, "primary"),
        ("Reject", LINK, "danger"),
        ("Everything about it", f"{CONSOLE}/ui/incidents/inc-20260914-031206-1a2b3c4d", None),
    ]


def test_all_mails_about_an_incident_have_one_subject_up_to_where_it_stands() -> None:
    story = awaiting_approval()
    subjects = [
        told(story._replace(incident=story.incident.model_copy(update={"state": state}))).subject
        for state in (State.AWAITING_APPROVAL, State.REJECTED, State.EXPIRED, State.FAILED)
    ]
    assert len({subject.rpartition("deleted:")[0] for subject in subjects}) == 1
    assert len(set(subjects)) == 4


# -- schemas ------------------------------------------------------------------------------------

_TEXT = {"type": "string", "minLength": 1}
_CUSTOM_NOTIFICATION = {
    "type": "object",
    "required": ["version", "source", "content"],
    "additionalProperties": False,
    "properties": {
        "version": {"const": "1.0"},
        "source": {"const": "custom"},
        "id": _TEXT,
        "content": {
            "type": "object",
            "required": ["description"],
            "additionalProperties": False,
            "properties": {
                "textType": {"const": "client-markdown"},
                "title": {**_TEXT, "maxLength": 250},
                "description": {**_TEXT, "maxLength": 8000},
                "nextSteps": {"type": "array", "items": _TEXT},
                "keywords": {"type": "array", "items": _TEXT},
            },
        },
        "metadata": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "threadId": _TEXT,
                "summary": _TEXT,
                "eventType": _TEXT,
                "relatedResources": {"type": "array", "items": _TEXT},
                "additionalContext": {"type": "object", "additionalProperties": {"type": "string"}},
                "enableCustomActions": {"type": "boolean"},
            },
        },
    },
}
"""Of Amazon Q Developer's documentation of custom notifications."""


def _plain(limit: int) -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["type", "text", "emoji"],
        "additionalProperties": False,
        "properties": {
            "type": {"const": "plain_text"},
            "text": {**_TEXT, "maxLength": limit},
            "emoji": {"const": False},
        },
    }


def _block(kind: str, **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["type"],
        "additionalProperties": False,
        "properties": {"type": {"const": kind}, **properties},
    }


def _some(items: dict[str, Any], most: int) -> dict[str, Any]:
    return {"type": "array", "items": items, "minItems": 1, "maxItems": most}


_BUTTON = _block(
    "button",
    text=_plain(75),
    url={"type": "string", "pattern": "^https?://", "maxLength": 3000},
    action_id={"type": "string", "maxLength": 255},
    style={"enum": ["primary", "danger"]},
)
_BLOCKS = {
    "type": "array",
    "maxItems": 50,
    "items": {
        "oneOf": [
            _block("header", text=_plain(150)),
            _block("section", text=_plain(3000), fields=_some(_plain(2000), 10)),
            _block("actions", elements=_some(_BUTTON, 25)),
            _block("context", elements=_some(_plain(75), 10)),
        ]
    },
}
"""Of Slack's reference of blocks."""


@pytest.mark.parametrize("name", CHATS)
def test_every_form_is_one_that_its_receiver_takes(name: str) -> None:
    both = forms(CHATS[name]())
    jsonschema.validate(both["q"], _CUSTOM_NOTIFICATION)
    jsonschema.validate(both["slack"]["blocks"], _BLOCKS)


def test_a_digest_of_as_many_as_go_into_one_fits_everywhere() -> None:
    story = awaiting_approval()
    longest = story.incident.resource.model_copy(update={"id": "x_" * 1000})
    long = story._replace(incident=story.incident.model_copy(update={"resource": longest}))
    message = render_incidents(
        [telling(long, number, {"on-call": LINK}) for number in range(MOST)], console_url=CONSOLE
    )
    both = forms(message)
    jsonschema.validate(both["q"], _CUSTOM_NOTIFICATION)
    jsonschema.validate(both["slack"]["blocks"], _BLOCKS)
    assert len(json.dumps(both["slack"])) <= LARGEST
    assert len(message.subject) <= 100
    sent = json.dumps({"default": json.dumps(both["q"]), "email": message.text, "sms": message.subject})
    assert len(sent) < SNS_LIMIT
    assert all(f"-{number} " in message.text.replace(")", " ") for number in range(MOST))


# -- texts from outside -------------------------------------------------------------------------

_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f]"
)
"""Control, zero-width, bidirectional and tag characters; a mail's own new lines are not among them."""


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from (key, *_texts(item))
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, str):
        yield value


def _all_texts(message: Message) -> list[str]:
    return [
        message.subject,
        message.text,
        *message.attributes.values(),
        *_texts(message.document),
        *_texts(forms(message)),
    ]


_NASTY = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("\u202e\u2066\u200b\u200d\ufeff\x1b\x9b\x07\r\n\t\x00\U000e0041<>@!*_`[]()|#&:/."),
    ),
    min_size=1,
    max_size=40,
)


@settings(max_examples=60, deadline=None)
@given(_NASTY)
def test_no_hidden_character_leaves_in_any_form(text: str) -> None:
    for message in (told(hostile(text)), render_incidents([telling(hostile(text))], console_url=CONSOLE)):
        for one in _all_texts(message):
            assert not _FORBIDDEN.search(one)
        both = forms(message)
        jsonschema.validate(both["q"], _CUSTOM_NOTIFICATION)
        jsonschema.validate(both["slack"]["blocks"], _BLOCKS)


_PIECES = st.lists(
    st.sampled_from(
        ["<!channel>", "<@U1>", "@here", "*", "_", "~", "`", "```", "[a](", ")", "![", "](https://", "://",
         "<https://evil.example|x>", "evil.example", "www.", "|", "#", ":tada:", " ", "x", "1", ".", "&lt;"]
    ),
    max_size=12,
).map("".join)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(_PIECES)
def test_no_markup_from_outside_is_markup_in_a_chat(text: str) -> None:
    shown = in_markdown(text)
    outside = re.sub(r"`[^`]*`", "", shown)
    assert "`" not in outside
    assert not re.search(r"[*_~|#\[\]<>@]|!\(|://|\w\.\w|:[a-z]+:", outside)
    assert "<" not in shown
    assert ">" not in shown
    assert not re.search(r"(?<!\w)@", shown)


def test_a_secret_and_a_mention_reach_no_chat() -> None:
    message = told(hostile(MARKUP))
    chats = json.dumps(forms(message), ensure_ascii=False)
    everything = chats + message.subject + message.text
    assert "hunter2" not in everything + json.dumps(message.document)
    assert "https://evil" not in everything
    shown = {**forms(message), "q": forms(message)["q"]["content"]}
    assert not re.search("<[!@#]", json.dumps(shown))
    assert "@here" not in json.dumps(shown)
    assert all(block["type"] != "image" for block in forms(message)["slack"]["blocks"])
