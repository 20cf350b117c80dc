"""Messages through SNS: people get mail and chat on one topic, machines get documents on another."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from chalicelib.aws.clients import Aws
from chalicelib.incidents.chat_messages import q_notification
from chalicelib.incidents.messages import Message

_NUMBERS = frozenset({"severity_number"})
"""Attributes that subscribers compare as numbers."""


class Notifier:
    """Publishes to the two topics, by their ARNs. SNS may deliver one twice; none is lost in silence."""

    def __init__(self, aws: Aws, *, people: str, machines: str) -> None:
        self._aws = aws
        self._people, self._machines = people, machines

    def to_machines(self, message: Message) -> str:
        """Send the document, and answer the id of the message."""
        return self._publish(
            TopicArn=self._machines,
            Message=json.dumps(message.document, default=str),
            MessageAttributes=_attributes(message.attributes),
        )

    def to_people(self, message: Message, attributes: Mapping[str, str] = {}) -> str:
        """Send a mail, and the same for a chat; answer the id of the message.

        `attributes` are further ones, such as the approver whom it is for.
        """
        forms = {
            "default": json.dumps(q_notification(message.chat, message_id=_id_of(message))),
            "email": message.text,
            "sms": message.subject,
        }
        return self._publish(
            TopicArn=self._people,
            Subject=message.subject,
            MessageStructure="json",
            Message=json.dumps(forms),
            MessageAttributes=_attributes({**message.attributes, **attributes}),
        )

    def _publish(self, **message: Any) -> str:
        return str(self._aws.read("sns", "publish", **message)["MessageId"])


def _attributes(given: Mapping[str, str]) -> dict[str, dict[str, str]]:
    return {
        name: {"DataType": "Number" if name in _NUMBERS else "String", "StringValue": value}
        for name, value in given.items()
        if value
    }


def _id_of(message: Message) -> str:
    """The same for the same message, so that whoever gets it twice knows."""
    return hashlib.sha256(f"{message.chat.thread}\n{message.text}".encode()).hexdigest()[:32]
