"""What the product sends to AWS and gets back, task by task: calls, bytes, and items of DynamoDB."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import boto3
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.model import OperationModel

from mainstay.embedded.calls import current_invocation

_READS = frozenset({"GetItem", "BatchGetItem", "Query", "Scan", "TransactGetItems"})


@dataclass
class Traffic:
    """Of one task, all its calls together. Bytes are those of requests and answers as they were sent."""

    calls: int = 0
    reads: int = 0
    """Calls that read from DynamoDB."""
    bytes_sent: int = 0
    bytes_received: int = 0
    items_written: int = 0
    """Or checked, as a part of a transaction."""
    items_read: int = 0


class Wire:
    """Hooks into the SDK. Only calls inside functions count, as for the log of calls."""

    def __init__(self) -> None:
        self._by_task: dict[str, Traffic] = {}
        self._lock = threading.Lock()

    def attach(self, session: boto3.Session) -> None:
        """Count what clients of this session do. Clients that were made before are not seen."""
        session.events.register("before-call", self._on_call)
        session.events.register("before-send", self._on_request)
        session.events.register("after-call", self._on_answer)

    def start_over(self) -> None:
        """Forget what was counted."""
        with self._lock:
            self._by_task.clear()

    def by_task(self) -> dict[str, dict[str, int]]:
        """What was counted, in the order in which tasks first called."""
        with self._lock:
            return {name: asdict(traffic) for name, traffic in self._by_task.items()}

    def _on_call(self, model: OperationModel, params: Mapping[str, Any], **_: Any) -> None:
        transaction = model.name == "TransactWriteItems"
        written = len(json.loads(params["body"])["TransactItems"]) if transaction else 0
        self._add(calls=1, reads=model.name in _READS, items_written=written)

    def _on_request(self, request: AWSPreparedRequest, **_: Any) -> None:
        self._add(bytes_sent=len(request.body or b""))

    def _on_answer(self, http_response: AWSResponse, parsed: Mapping[str, Any], **_: Any) -> None:
        self._add(bytes_received=len(http_response.content), items_read=items_in(parsed))

    def _add(self, **more: int) -> None:
        if (run := current_invocation()) is None:
            return
        with self._lock:
            traffic = self._by_task.setdefault(run.function, Traffic())
            for name, number in more.items():
                setattr(traffic, name, getattr(traffic, name) + number)


def items_in(answer: Mapping[str, Any]) -> int:
    """How many items DynamoDB answered, whether to GetItem, BatchGetItem or Query."""
    batches = answer.get("Responses")
    together = sum(len(found) for found in batches.values()) if isinstance(batches, Mapping) else 0
    alone = 1 if isinstance(answer.get("Item"), Mapping) else 0
    return together + alone + len(answer.get("Items", ()))
