"""One call of the product that goes wrong: every call is counted, and to one of them a fault happens.

Some services are answered here: what is told, what is asked for and what is started is taken down, and
nobody acts on it. An answer that is lost has had its effect.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import boto3
from botocore.model import OperationModel

REFUSED = "refused by the test"


class Fault(StrEnum):
    """What goes wrong with one call."""

    THROTTLED = "throttled"
    DENIED = "denied"
    DOWN = "down"
    CRASH_BEFORE = "crash-before"
    CRASH_AFTER = "crash-after"


_REFUSALS = {
    Fault.THROTTLED: ("ThrottlingException", 400),
    Fault.DENIED: ("AccessDeniedException", 400),
    Fault.DOWN: ("InternalServerError", 500),
}


class Crash(BaseException):
    """The process is gone: nothing in the product can catch it."""


@dataclass(frozen=True)
class Call:
    """One call, by whom it was made, and what it is about."""

    number: int
    by: str
    operation: str
    text: str


@dataclass(frozen=True)
class _Answer:
    status_code: int = 200


@dataclass
class Strikes:
    """Stands between the product's clients and AWS."""

    by: str = ""
    """Who is at work; empty: nobody of whom this is to know."""
    calls: list[Call] = field(default_factory=list)
    told: list[dict[str, Any]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    started: list[str] = field(default_factory=list)
    _number: int = 0
    _fault: Fault | None = None

    def attach(self, session: boto3.Session) -> None:
        """See the calls of clients of this session. Those that were made before are not concerned."""
        session.events.register("before-call", self._before, unique_id=f"before-{id(self)}")
        session.events.register("after-call", self._after, unique_id=f"after-{id(self)}")

    def begin(self, number: int = 0, fault: Fault | None = None) -> None:
        """Count from one; the call of this number meets this fault."""
        self.calls, self.told, self.asked, self.started = [], [], [], []
        self._number, self._fault = number, fault

    @property
    def _strikes(self) -> Fault | None:
        return self._fault if self.by and len(self.calls) == self._number else None

    def _before(
        self, model: OperationModel, params: Mapping[str, Any], **_: Any
    ) -> tuple[_Answer, dict[str, Any]] | None:
        if not self.by:
            return None
        body = params.get("body") or b""
        text = body.decode() if isinstance(body, bytes) else json.dumps(body)
        self.calls.append(Call(len(self.calls) + 1, self.by, model.name, text))
        fault = self._strikes
        if fault is Fault.CRASH_BEFORE:
            raise Crash(str(self.calls[-1]))
        if fault in _REFUSALS:
            code, status = _REFUSALS[fault]
            error = {"Code": code, "Message": REFUSED}
            return _Answer(status), {"Error": error, "ResponseMetadata": {"HTTPStatusCode": status}}
        answer = self._taken_down(model.name, body)
        return answer and (_Answer(), answer)

    def _after(self, **_: Any) -> None:
        if self._strikes is Fault.CRASH_AFTER:
            raise Crash(str(self.calls[-1]))

    def _taken_down(self, operation: str, body: Any) -> dict[str, Any] | None:
        match operation:
            case "Publish":
                if "MessageStructure" not in body:  # people get the same in their own forms
                    self.told.append(json.loads(body["Message"]))
                return {"MessageId": str(len(self.told))}
            case "PublishBatch":
                texts = [value for name, value in body.items() if name.endswith(".Message")]
                self.asked += texts
                return {"Successful": [{"Id": str(place)} for place in range(len(texts))]}
            case "StartExecution":
                self.started.append(json.loads(body)["name"])
                return {"executionArn": "arn"}
        return None
