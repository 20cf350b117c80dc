"""A target whose AWS answers what a test says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mainstay.deploying.target import Target

ACCOUNT = "123456789012"


class ScriptedAws:
    """Answers each operation by what was put for it: an answer, a function of the parameters, or an error."""

    def __init__(self) -> None:
        self.answers: dict[str, Any] = {}
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def read(self, service: str, operation: str, /, **parameters: Any) -> Any:
        self.calls.append((f"{service}:{operation}", parameters))
        answer = self.answers[f"{service}:{operation}"]
        if isinstance(answer, list):
            answer = answer.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer(parameters) if callable(answer) else answer

    change = read

    def called(self, operation: str) -> list[dict[str, Any]]:
        """The parameters of each call of an operation."""
        return [parameters for name, parameters in self.calls if name == operation]


@pytest.fixture
def aws() -> ScriptedAws:
    return ScriptedAws()


@pytest.fixture
def target(aws: ScriptedAws) -> Target:
    return Target("prod", "eu-central-1", ACCOUNT, "aws", aws)  # type: ignore[arg-type]


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def pause(pauses: list[float]) -> Callable[[float], None]:
    return pauses.append
