"""What a chat is sent, in which order, and what comes of it when it does not take it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from chalicelib.aws.chat import ChatRoom, ChatSettings, read_chat_settings
from chalicelib.aws.https import Answer
from chalicelib.errors import ChatFailedError
from chalicelib.incidents.chat_messages import Chat
from chalicelib.incidents.said import Place
from tests.unit.aws.making import NOON
from tests.unit.aws.webhooks import a_webhook

HOOK = ChatSettings(url="https://chat.example.com/hook", secret="s3cret")
SLACK = ChatSettings(token="xoxb-1", channel="C1")
CALM = Chat(kind="incident", thread="inc-1", title="i-0abc was stopped: repaired", summary="It runs again.")
URGENT = Chat(kind="incident", thread="inc-1", title="i-0abc: needs you", summary="Look.", needs_people=True)
PLACE = Place(channel="C1", ts="1.1")
DOCS = Path(__file__).parents[3] / "docs" / "messages.md"


class FakeChat:
    """Answers one after another, the last one for ever; an error is raised."""

    def __init__(self, *answers: Answer | Exception) -> None:
        self.answers = list(answers) or [Answer(200, b"ok")]
        self.sent: list[tuple[str, dict[str, Any], Mapping[str, str]]] = []

    def __call__(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        self.sent.append((url, json.loads(body), headers))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def _ok(**given: str) -> Answer:
    return Answer(200, json.dumps({"ok": True, **given}).encode())


def test_a_webhook_that_says_where_the_message_is_gets_the_next_one_in_its_thread() -> None:
    chat = FakeChat(_ok(ts="1.1", channel="C1"))
    place = ChatRoom(chat).say(CALM, HOOK, None, NOON)
    assert place == PLACE
    assert ChatRoom(chat).say(URGENT, HOOK, place, NOON) == PLACE
    (_, first, _), (_, second, _) = chat.sent
    assert "thread_ts" not in first
    assert second["thread_ts"] == "1.1"


def test_a_webhook_that_only_says_ok_gets_messages_of_their_own() -> None:
    assert ChatRoom(FakeChat()).say(CALM, HOOK, None, NOON) is None


def test_by_the_web_api_one_message_is_changed_and_what_needs_people_is_a_reply_to_it() -> None:
    chat = FakeChat(_ok(ts="1.1", channel="C1"))
    place = ChatRoom(chat).say(URGENT, SLACK, None, NOON)
    for told in (CALM, URGENT):
        assert ChatRoom(chat).say(told, SLACK, place, NOON) == place
    said = [(url.rpartition("/")[2], message) for url, message, _ in chat.sent]
    assert [(method, one.get("ts"), one.get("thread_ts")) for method, one in said] == [
        ("chat.postMessage", None, None),
        ("chat.update", "1.1", None),
        ("chat.update", "1.1", None),
        ("chat.postMessage", None, "1.1"),
    ]
    assert {url for url, _, _ in chat.sent} == {
        "https://slack.com/api/chat.postMessage",
        "https://slack.com/api/chat.update",
    }
    assert {headers["Authorization"] for _, _, headers in chat.sent} == {"Bearer xoxb-1"}


def test_what_the_web_api_refuses_is_an_error() -> None:
    chat = FakeChat(Answer(200, b'{"ok": false, "error": "channel_not_found"}'))
    with pytest.raises(ChatFailedError, match="channel_not_found"):
        ChatRoom(chat).say(CALM, SLACK, None, NOON)
    assert len(chat.sent) == 1


def test_of_what_the_web_api_says_nothing_but_plain_words_is_repeated() -> None:
    said = "\x1b[2Jmissing_scope\u202e\nsee https://evil.example/ AKIAIOSFODNN7EXAMPLE"
    chat = FakeChat(Answer(200, json.dumps({"ok": False, "error": said}).encode()))
    with pytest.raises(ChatFailedError, match="missing_scope") as refused:
        ChatRoom(chat).say(CALM, SLACK, None, NOON)
    assert str(refused.value).isprintable()
    assert "AKIA" not in str(refused.value)


@pytest.mark.parametrize("trouble", [TimeoutError("too slow"), Answer(503, b""), Answer(429, b"")], ids=repr)
def test_where_nobody_knows_whether_it_came_it_is_sent_once_more_as_the_same_delivery(
    trouble: Answer | Exception,
) -> None:
    chat = FakeChat(trouble, Answer(200, b"ok"))
    ChatRoom(chat).say(CALM, HOOK, None, NOON)
    (_, first, one), (_, second, other) = chat.sent
    assert first == second
    assert one["X-Mainstay-Delivery"] == other["X-Mainstay-Delivery"]


@pytest.mark.parametrize(
    ("answer", "tries"),
    [
        (OSError("no route"), 2),
        (ValueError("not there"), 2),
        (Answer(500, b""), 2),
        (Answer(302, b""), 1),
        (Answer(404, b""), 1),
    ],
    ids=repr,
)
def test_what_a_chat_does_not_take_is_an_error_after_two_tries_at_most(
    answer: Answer | Exception, tries: int
) -> None:
    chat = FakeChat(answer)
    with pytest.raises(ChatFailedError):
        ChatRoom(chat).say(CALM, HOOK, None, NOON)
    assert len(chat.sent) == tries


def test_an_answer_of_any_form_does_no_harm() -> None:
    for body in (b"[]", b"null", b"\xff", b'{"ts": 7}', b'{"ts": ""}', b'{"ts": "1", "channel": []}'):
        place = ChatRoom(FakeChat(Answer(200, body))).say(CALM, HOOK, None, NOON)
        assert place in (None, Place(ts="1"))


def test_the_receiver_in_the_documents_knows_our_signature_and_no_other() -> None:
    """The example is what receivers will copy, so it is run as it stands there."""
    (example,) = re.findall(r"```python\n(.*?def is_from_mainstay.*?)```", DOCS.read_text(), re.DOTALL)
    scope: dict[str, Any] = {}
    exec(example, scope)  # noqa: S102 - our own document
    with a_webhook() as webhook:
        ChatRoom().say(CALM, HOOK.model_copy(update={"url": webhook.url}), None, NOON)
    ((_, headers, body),) = webhook.requests
    now = NOON.timestamp()
    assert scope["is_from_mainstay"](body, headers, "s3cret", now + 10)
    assert not scope["is_from_mainstay"](body, headers, "another", now)
    assert not scope["is_from_mainstay"](body + b" ", headers, "s3cret", now)
    assert not scope["is_from_mainstay"](body, headers, "s3cret", now + 301)
    later = headers | {"X-Mainstay-Timestamp": str(int(now) + 1)}
    assert not scope["is_from_mainstay"](body, later, "s3cret", now)


def test_without_a_secret_nothing_is_signed() -> None:
    chat = FakeChat()
    ChatRoom(chat).say(CALM, ChatSettings(url=HOOK.url), None, NOON)
    ((_, _, headers),) = chat.sent
    assert "X-Mainstay-Signature" not in headers


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("{", "all of it"),
        ("[]", "all of it"),
        ('{"url": 7}', "url"),
        ('{"url": "https://a/b", "sercet": "hush"}', "sercet"),
        ('{"token": "xoxb-hush"}', "neither a url nor"),
        ("{}", "neither a url nor"),
        ('{"token": "xoxb-hush\\n", "channel": "C1"}', "token"),
        ('{"url": "https://a/b", "token": "x\\r\\nHost: hush", "channel": "C1"}', "token"),
        ('{"url": "https://a/hush hush"}', "url"),
    ],
)
def test_settings_that_cannot_be_used_are_named_and_never_repeated(text: str, names: str) -> None:
    with pytest.raises(ChatFailedError, match=names) as refused:
        read_chat_settings(text)
    assert "hush" not in str(refused.value)


def test_settings_are_read_as_they_are_documented() -> None:
    found = read_chat_settings('{"url": "https://a.example/b", "secret": "s", "token": "t", "channel": "C"}')
    assert (found.url, found.secret, found.token, found.channel) == ("https://a.example/b", "s", "t", "C")
