"""SNS: of a batch, each message succeeds or fails for itself, and what fails is told.

moto leaves a message that it cannot publish out of both lists, and takes empty ones.
https://docs.aws.amazon.com/sns/latest/api/API_PublishBatch.html
"""

from __future__ import annotations

import re
from typing import Any

from moto.sns.exceptions import (
    BatchEntryIdsNotDistinct,
    SNSException,
    SNSInvalidParameter,
    TooManyEntriesInBatchRequest,
)
from moto.sns.models import SNSBackend

from mainstay.embedded.repairs.replacing import replace

MOST_ENTRIES = 10
MOST_BYTES = 262_144

Entry = dict[str, Any]


class _EmptyBatchRequestError(SNSException):
    code = "EmptyBatchRequest"
    message = "The batch request doesn't contain any entries."


class _InvalidBatchEntryIdError(SNSException):
    code = "InvalidBatchEntryId"
    message = "The Id of a batch entry in a batch request doesn't abide by the specification."


class _BatchRequestTooLongError(SNSException):
    code = "BatchRequestTooLong"
    message = f"The length of all the batch messages put together is more than {MOST_BYTES} bytes."


def install() -> None:
    """Install the repair."""
    replace(SNSBackend, "publish_batch", _publish_batch)


def _publish_batch(
    backend: Any, topic_arn: str, publish_batch_request_entries: list[Entry]
) -> tuple[list[Entry], list[Entry]]:
    """Answer what was published, and what was not."""
    topic = backend.get_topic(topic_arn)
    _require_batch(publish_batch_request_entries)
    if topic.fifo_topic and not all("MessageGroupId" in entry for entry in publish_batch_request_entries):
        raise SNSInvalidParameter("Invalid parameter: MessageGroupId is required for FIFO topics")
    successful, failed = [], []
    for entry in publish_batch_request_entries:
        try:
            message_id = _publish(backend, topic_arn, entry)
        except (SNSException, ValueError) as error:
            failed.append(_failure(entry, error))
        else:
            successful.append({"Id": entry["Id"], "MessageId": message_id})
    return successful, failed


def _require_batch(entries: list[Entry]) -> None:
    ids = [entry["Id"] for entry in entries]
    if not entries:
        raise _EmptyBatchRequestError
    if len(entries) > MOST_ENTRIES:
        raise TooManyEntriesInBatchRequest
    if not all(re.fullmatch(r"[A-Za-z0-9_-]{1,80}", entry_id) for entry_id in ids):
        raise _InvalidBatchEntryIdError
    if len(set(ids)) < len(ids):
        raise BatchEntryIdsNotDistinct
    if sum(len(entry["Message"].encode()) for entry in entries) > MOST_BYTES:
        raise _BatchRequestTooLongError


def _publish(backend: Any, topic_arn: str, entry: Entry) -> Any:
    if not entry["Message"]:
        raise SNSInvalidParameter("Invalid parameter: Empty message")
    return backend.publish(
        message=entry["Message"],
        arn=topic_arn,
        subject=entry.get("Subject"),
        message_attributes=entry.get("MessageAttributes", {}),
        group_id=entry.get("MessageGroupId"),
        deduplication_id=entry.get("MessageDeduplicationId"),
        message_structure=entry.get("MessageStructure"),
    )


def _failure(entry: Entry, error: Exception) -> Entry:
    return {
        "Id": entry["Id"],
        "Code": getattr(error, "code", "InvalidParameter"),
        "Message": str(getattr(error, "message", "") or error),
        "SenderFault": True,
    }
