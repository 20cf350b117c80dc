"""What reached AWS in a trial: changes of the customer's resource, and messages to people."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import parse_qs

from botocore.awsrequest import AWSResponse
from moto.core.botocore_stubber import MockRawResponse

from chalicelib.incidents.step import Effect
from tests.functional.faults.injector import Call
from tests.functional.faults.step_functions import RefusedError

OURS = frozenset({"dynamodb", "sns", "stepfunctions"})
_READS = ("BatchGet", "Describe", "Get", "Head", "List")


@dataclass(frozen=True, kw_only=True)
class Held:
    """What the records said at the moment of a change."""

    open_incident: str
    """By the resource's guard."""
    effects: tuple[Effect, ...]
    """Of that incident."""
    mode: str


@dataclass(eq=False, kw_only=True)
class Change:
    """One request to change the customer's resource that reached AWS."""

    call: Call
    run: int
    """Of which run of a function."""
    held: Held
    before: str
    after: str = ""
    allowed_at: int = 0
    """The number of the call by which this run was last allowed to change things; 0: never."""

    @property
    def took_effect(self) -> bool:
        """Whether the resource is another than before."""
        return self.before != self.after

    @property
    def effect(self) -> str:
        """The name of the intended effect that it belongs to; empty: of none."""
        kind = "undo-" if self.call.by == "roll_back" else "do-"
        open_ones = [one.name for one in self.held.effects if one.status in {"intended", "unsure"}]
        return next((name for name in open_ones if name.startswith(kind)), "")


@dataclass(frozen=True, kw_only=True)
class Message:
    """Something that people were told."""

    incident_id: str
    state: str


class Service(Protocol):
    """Answers requests in the place of AWS; raises RefusedError."""

    def handle(self, operation: str, request: dict[str, Any]) -> dict[str, Any]: ...


@dataclass
class Journal:
    """Stands beside AWS and writes down what comes. It answers for some services."""

    services: Mapping[str, Service]
    look: Callable[[], str]
    """What an effect on the customer's resource would change."""
    read_records: Callable[[], Held]
    current_run: Callable[[], int]
    on_change: Callable[[Call], None]
    changes: list[Change] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    _allowed: dict[int, int] = field(default_factory=dict)

    def before(self, call: Call, request: Any) -> AWSResponse | None:
        """Note a change that is about to happen; answer what is for one of the services."""
        if is_change(call):
            run = self.current_run()
            allowed = self._allowed.get(run, 0)
            held = self.read_records()
            self.changes.append(Change(call=call, run=run, held=held, before=self.look(), allowed_at=allowed))
        return self._answer(call, request) if call.service in self.services else None

    def after(self, call: Call, request: Any) -> None:
        """Note what has happened."""
        if is_change(call):
            self._changing(call).after = self.look()
            self.on_change(call)
        if call.service == "sns" and call.operation == "Publish":
            self.messages += _messages(request)
        if call.operation == "TransactWriteItems" and b'"CONTROL"' in _body(request):
            self._allowed[self.current_run()] = call.number

    def _ask(self, call: Call, request: dict[str, Any]) -> dict[str, Any]:
        return self.services[call.service].handle(call.operation, request)

    def _changing(self, call: Call) -> Change:
        return next(change for change in reversed(self.changes) if change.call is call)

    def _answer(self, call: Call, request: Any) -> AWSResponse:
        try:
            status, content = 200, self._ask(call, json.loads(_body(request)))
        except RefusedError as refused:
            status, content = 400, {"__type": str(refused), "message": "refused"}
        body = json.dumps(content)
        headers = {"x-amzn-requestid": str(call.number), "content-type": "application/x-amz-json-1.0"}
        return AWSResponse(request.url, status, headers, MockRawResponse(body))


def is_change(call: Call) -> bool:
    """Whether it would change a resource of the customer."""
    return call.service not in OURS and not call.operation.startswith(_READS)


def _messages(request: Any) -> Iterator[Message]:
    """What people are told by it; machines' documents go to another topic."""
    sent = parse_qs(_body(request).decode())
    if not sent["TopicArn"][0].endswith("-people"):
        return
    metadata = json.loads(json.loads(sent["Message"][0])["default"])["metadata"]
    yield Message(incident_id=metadata["threadId"], state=metadata["additionalContext"]["state"])


def _body(request: Any) -> bytes:
    body = request.body
    return body.encode() if isinstance(body, str) else bytes(body or b"")
