"""SNS: a message to a function is an event of its own.

moto waits for the function, lets Publish fail with it, and gives each message the same id, topic
and time.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from moto.awslambda.models import lambda_backends
from moto.sns.models import Subscription
from moto.utilities.arns import parse_arn

_publish_as_moto_does = Subscription.publish


def install() -> None:
    """Install the repair."""
    Subscription.publish = _publish


def _publish(subscription: Any, message: str, message_id: str, **options: Any) -> None:
    if subscription.protocol == "lambda":
        _publish_to_function(subscription, message, message_id, options)
    else:
        _publish_as_moto_does(subscription, message, message_id, **options)


def _publish_to_function(subscription: Any, message: str, message_id: str, options: dict[str, Any]) -> None:
    matcher = subscription._filter_policy_matcher
    if matcher is not None and not matcher.matches(options.get("message_attributes"), message):
        return
    if options.get("message_structure") == "json":
        message = subscription._parse_message_structure(message, "lambda")
    record = _sns_record(subscription, message, message_id, options)
    arn = parse_arn(subscription.endpoint)
    lambda_backends[arn.account][arn.region].invoke(
        subscription.endpoint, None, json.dumps({"Records": [record]}), {"X-Amz-Invocation-Type": "Event"}, {}
    )


def _sns_record(subscription: Any, message: str, message_id: str, options: dict[str, Any]) -> dict[str, Any]:
    return {
        "EventSource": "aws:sns",
        "EventVersion": "1.0",
        "EventSubscriptionArn": subscription.arn,
        "Sns": {
            "Type": "Notification",
            "MessageId": message_id,
            "TopicArn": subscription.topic_arn,
            "Subject": options.get("subject"),
            "Message": message,
            "Timestamp": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "SignatureVersion": "1",
            "Signature": "EXAMPLE",
            "SigningCertUrl": "EXAMPLE",
            "UnsubscribeUrl": "EXAMPLE",
            "MessageAttributes": options.get("message_attributes") or {},
        },
    }
