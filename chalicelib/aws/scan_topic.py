"""The topic by which scans are asked for: one message each, so that a thousand log groups scan at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from chalicelib.aws.clients import Aws
from chalicelib.errors import UnreachableError
from chalicelib.prediction.requests import ScanRequest

_MOST_ENTRIES = 10
_MOST_BYTES = 250_000


class ScanTopic:
    """Sends scan requests."""

    def __init__(self, aws: Aws, topic_arn: str) -> None:
        self._aws = aws
        self._topic_arn = topic_arn

    def send(self, requests: Iterable[ScanRequest]) -> int:
        """Send each request as a message; answer how many. UnreachableError where SNS took only some."""
        sent, refused = 0, 0
        for batch in _batches(request.model_dump_json() for request in requests):
            entries = [{"Id": str(number), "Message": text} for number, text in enumerate(batch)]
            answer = self._aws.read(
                "sns", "publish_batch", TopicArn=self._topic_arn, PublishBatchRequestEntries=entries
            )
            sent += len(answer.get("Successful", ()))
            refused += len(answer.get("Failed", ()))
        if refused:
            raise UnreachableError(f"sns:publish_batch took {sent} scan requests and left {refused}")
        return sent


def _batches(texts: Iterable[str]) -> Iterator[list[str]]:
    """At most ten messages and so many bytes in one call."""
    batch: list[str] = []
    size = 0
    for text in texts:
        if batch and (len(batch) == _MOST_ENTRIES or size + len(text.encode()) > _MOST_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(text)
        size += len(text.encode())
    if batch:
        yield batch
