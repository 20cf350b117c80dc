"""The API as a client sees it: through what API Gateway does, and with JSON on both sides."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mainstay.serving.exchange import Request
from mainstay.serving.gateway import Gateway

ALICE = "arn:aws:iam::123456789012:user/alice"
PROBLEM = "application/problem+json"


@dataclass(frozen=True)
class Answered:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: Any

    @property
    def kind(self) -> str:
        """The last part of a problem's type; empty where it is none."""
        if self.headers["content-type"] != PROBLEM:
            return ""
        assert self.body["status"] == self.status
        return str(self.body["type"].removeprefix("urn:mainstay:problem:"))


@dataclass(frozen=True)
class Api:
    """Asks the world's API as somebody."""

    user: str | None = ALICE
    stage: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    def get(self, path: str, **headers: str) -> Answered:
        """GET."""
        return self.ask("GET", path, b"", headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Answered:
        """POST some JSON."""
        return self.ask("POST", path, json.dumps(body or {}).encode(), headers)

    def put(self, path: str, body: Any = None, **headers: str) -> Answered:
        """PUT some JSON."""
        return self.ask("PUT", path, json.dumps(body or {}).encode(), headers)

    def ask(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Answered:
        """Headers are named with underscores: ``if_match``."""
        given = {"Content-Type": "application/json"} if body else {}
        given |= dict(self.headers) | {name.replace("_", "-"): value for name, value in headers.items()}
        gateway = Gateway(sys.modules["app"].app, user=self.user, stage=self.stage)
        target = f"/{self.stage}{path}" if self.stage else path
        answer = gateway.answer(
            Request(method=method, target=target, headers=tuple(given.items()), body=body)
        )
        told = {name.lower(): value for name, value in answer.headers}
        return Answered(answer.status, told, json.loads(answer.body) if answer.body else None)
