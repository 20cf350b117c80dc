from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from moto import mock_aws

from chalicelib.aws.clients import Aws
from chalicelib.incidents.model import Observation, Resource

NOW = datetime(2030, 1, 1, 10, tzinfo=UTC)


class CannedAws:
    """Answers each operation with what it was given, raises it if it is an error, and remembers the calls."""

    def __init__(self, **answers: Any) -> None:
        self.answers = answers
        self.calls: list[tuple[str, str, dict[str, Any]]] = []

    def __call__(self, service: str, operation: str, /, **parameters: Any) -> dict[str, Any]:
        self.calls.append((service, operation, parameters))
        answer = self.answers[operation]
        if isinstance(answer, Exception):
            raise answer
        return dict(answer)


@pytest.fixture
def canned() -> type[CannedAws]:
    return CannedAws


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def resource() -> Callable[[str, str], Resource]:
    def make(type_name: str, name: str) -> Resource:
        return Resource(type=type_name, id=name, region="us-east-1", account="123456789012")

    return make


@pytest.fixture
def seen() -> Callable[..., Observation]:
    """An observation; `gone` makes one of a resource that is not there."""

    def make(*, gone: bool = False, **attributes: Any) -> Observation:
        return Observation(exists=not gone, attributes=attributes, observed_at=NOW)

    return make


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    """AWS in the process, read by the product's own client."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setenv("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")
    with mock_aws():
        yield Aws(region="us-east-1")
