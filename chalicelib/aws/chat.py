"""Chats that are told through a webhook, or through Slack's Web API where there is a token.

Nothing else may depend on a chat: it is given three seconds and a second try, and what it does not take is
an error that the caller notes and passes over.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field, ValidationError

from chalicelib.aws.https import Answer, post
from chalicelib.aws.signing import signature_headers
from chalicelib.errors import ChatFailedError
from chalicelib.incidents.base import Record
from chalicelib.incidents.chat_messages import Chat
from chalicelib.incidents.said import Place
from chalicelib.incidents.slack_form import slack_message, slack_reply
from chalicelib.redaction import clean_text

WEB_API = "https://slack.com/api"
_TRIES = 2
_TOO_MANY, _SERVER_ERROR = 429, 500
_GOOD = range(200, 300)

Visible = Annotated[str, Field(pattern=r"^[!-~]*$")]
"""What can stand in an address or a header as it is: an error about another one would repeat it."""

Post = Callable[[str, bytes, Mapping[str, str]], Answer]


class ChatSettings(Record):
    """Where a chat is, and how what is sent there is signed."""

    url: Visible = ""
    """The webhook; with a token, a Web API like Slack's, which ends in ``/api``."""
    secret: str = ""
    """By which requests are signed; without one they are not."""
    token: Visible = ""
    channel: Visible = ""

    @property
    def is_web_api(self) -> bool:
        """Whether messages can be changed afterwards."""
        return bool(self.token and self.channel)

    @property
    def web_api(self) -> str:
        """Slack's own, unless the settings name another one: a webhook is none."""
        return self.url.rstrip("/") if self.url.rstrip("/").endswith("/api") else WEB_API


def read_chat_settings(text: str) -> ChatSettings:
    """From the JSON of the parameter; ChatFailedError, which does not repeat it, where it cannot be used."""
    try:
        settings = ChatSettings.model_validate_json(text)
    except ValidationError as error:
        field = ".".join(str(part) for part in error.errors()[0]["loc"]) or "all of it"
        raise ChatFailedError(f"the parameter of the chat is wrong: {field}") from None
    if not settings.url and not settings.is_web_api:
        raise ChatFailedError("the parameter of the chat names neither a url nor a token and a channel")
    return settings


class ChatRoom:
    """Posts messages to the one chat of a stage."""

    def __init__(self, send: Post = post) -> None:
        self._send = send

    def say(self, chat: Chat, settings: ChatSettings, place: Place | None, now: datetime) -> Place | None:
        """Say something: anew, or where the same incident was told before; answer where that is.

        ChatFailedError where the chat did not take it.
        """
        if settings.is_web_api:
            return self._by_web_api(chat, settings, place, now)
        thread = {"thread_ts": place.ts} if place else {}
        answer = self._deliver(settings.url, slack_message(chat) | thread, settings, now)
        return place or _place_in(answer)

    def _by_web_api(
        self, chat: Chat, settings: ChatSettings, place: Place | None, now: datetime
    ) -> Place | None:
        """One message for each incident, changed as it goes on; what has to be noticed is a reply to it."""
        where = {"channel": settings.channel}
        if place is None:
            return _place_in(self._call("chat.postMessage", slack_message(chat) | where, settings, now))
        known = {"channel": place.channel or settings.channel}
        self._call("chat.update", slack_message(chat) | known | {"ts": place.ts}, settings, now)
        if chat.needs_people:
            self._call("chat.postMessage", slack_reply(chat) | known | {"thread_ts": place.ts}, settings, now)
        return place

    def _call(
        self, method: str, message: dict[str, Any], settings: ChatSettings, now: datetime
    ) -> dict[str, Any]:
        answer = self._deliver(f"{settings.web_api}/{method}", message, settings, now)
        if answer.get("ok") is not True:
            said = clean_text(str(answer.get("error", "nothing of use")), 80)
            raise ChatFailedError(f"{method} answered {said}")
        return answer

    def _deliver(
        self, url: str, message: dict[str, Any], settings: ChatSettings, now: datetime
    ) -> dict[str, Any]:
        """Send it, and once more where nobody knows whether it came: with the same delivery id."""
        body = json.dumps(message).encode()
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "mainstay",
            **signature_headers(body, settings.secret, now),
            **({"Authorization": f"Bearer {settings.token}"} if settings.is_web_api else {}),
        }
        problem = ""
        for _ in range(_TRIES):
            try:
                answer = self._send(url, body, headers)
            except (OSError, ValueError) as error:
                problem = f"{type(error).__name__}: {error}"
                continue
            if answer.status in _GOOD:
                return _document_in(answer)
            problem = f"it answered {answer.status}"
            if answer.status != _TOO_MANY and answer.status < _SERVER_ERROR:
                break
        raise ChatFailedError(problem)


def _document_in(answer: Answer) -> dict[str, Any]:
    """What is no JSON object says nothing: many webhooks answer just ``ok``."""
    try:
        found = json.loads(answer.body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _place_in(answer: Mapping[str, Any]) -> Place | None:
    ts, channel = answer.get("ts"), answer.get("channel")
    if not isinstance(ts, str) or not ts:
        return None
    return Place(ts=ts[:64], channel=channel[:64] if isinstance(channel, str) else "")
