"""Calls of the product that AWS refuses for a while, or just before which something else happens."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.model import OperationModel


@dataclass
class Refusal:
    """One call that is refused whenever its body holds some text. `count` is how often that was so."""

    operation: str
    text: str
    code: str
    times: int
    count: int = 0

    def concerns(self, operation: str, body: str) -> bool:
        """Whether this call is to be refused."""
        return self.operation == operation and self.text in body and self.count < self.times


@dataclass
class _Interruption:
    operation: str
    text: str
    act: Callable[[], object]
    happened: bool = False

    def happen(self, operation: str, body: str) -> None:
        if not self.happened and self.operation == operation and self.text in body:
            self.happened = True
            self.act()


@dataclass(frozen=True)
class _Answer:
    status_code: int = 400


class Refusals:
    """Stands between the product's clients and AWS."""

    def __init__(self) -> None:
        self._known: list[Refusal] = []
        self._interruptions: list[_Interruption] = []

    def attach(self, session: boto3.Session) -> None:
        """Refuse calls of clients of this session. Those that were made before are not concerned."""
        session.events.register("before-call", self._on_call, unique_id=f"refusals-{id(self)}")

    @contextmanager
    def refuse(
        self, operation: str, *, text: str = "", code: str = "AccessDeniedException", times: int = 10**6
    ) -> Iterator[Refusal]:
        """Inside the block, so many calls of this operation that mention this text are refused."""
        refusal = Refusal(operation, text, code, times)
        self._known.append(refusal)
        try:
            yield refusal
        finally:
            self._known.remove(refusal)

    @contextmanager
    def before(self, operation: str, *, text: str, act: Callable[[], object]) -> Iterator[None]:
        """Inside the block, do something just before the first such call gets through."""
        waiting = _Interruption(operation, text, act)
        self._interruptions.append(waiting)
        try:
            yield
        finally:
            self._interruptions.remove(waiting)

    def _on_call(
        self, model: OperationModel, params: Mapping[str, Any], **_: Any
    ) -> tuple[_Answer, dict[str, Any]] | None:
        body = params.get("body") or b""
        text = body.decode() if isinstance(body, bytes) else str(body)
        for interruption in list(self._interruptions):
            interruption.happen(model.name, text)
        for refusal in list(self._known):
            if refusal.concerns(model.name, text):
                refusal.count += 1
                error = {"Code": refusal.code, "Message": "refused by the test"}
                return _Answer(), {"Error": error, "ResponseMetadata": {"HTTPStatusCode": 400}}
        return None
