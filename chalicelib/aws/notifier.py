"""Messages to people and machines, in one publish: mail gets text, everything else a JSON document."""

from __future__ import annotations

import json

from chalicelib.aws.clients import Aws
from chalicelib.incidents.messages import Message


class Notifier:
    """Publishes to the notifications topic."""

    def __init__(self, aws: Aws, topic_arn: str) -> None:
        self._aws = aws
        self._topic_arn = topic_arn

    def publish(self, message: Message) -> str:
        """Answer the id of the message. SNS may deliver it more than once; it is never lost in silence."""
        document = json.dumps(message.document, default=str)
        answer = self._aws.read(
            "sns",
            "publish",
            TopicArn=self._topic_arn,
            Subject=message.subject,
            MessageStructure="json",
            Message=json.dumps({"default": document, "email": message.text}),
            MessageAttributes={
                name: {"DataType": "String", "StringValue": value}
                for name, value in message.attributes.items()
                if value
            },
        )
        return str(answer["MessageId"])
