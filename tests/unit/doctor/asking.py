"""A case whose AWS answers what a test says: calls by ``service:operation``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from chalicelib.analysis.policy import Policy
from chalicelib.settings import Settings
from mainstay.deploying.target import Target
from mainstay.doctor.case import Case

ACCOUNT = "123456789012"
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)

Answer = Callable[..., Any]


@dataclass
class FakeAws:
    answers: dict[str, Answer]
    calls: list[str] = field(default_factory=list)
    region: str = "eu-central-1"

    def read(self, service: str, operation: str, /, **parameters: Any) -> Any:
        self.calls.append(f"{service}:{operation}")
        return self.answers[f"{service}:{operation}"](**parameters)

    change = read


def a_case(stage: str = "prod", *, ask_model: bool = False, **answers: Answer) -> Case:
    """Answers are given as ``service__operation``."""
    aws = FakeAws({name.replace("__", ":"): answer for name, answer in answers.items()})
    target = Target(stage, aws.region, ACCOUNT, "aws", aws)  # type: ignore[arg-type]
    settings = Settings(stage=stage, account=ACCOUNT, region=aws.region)
    return Case(target, settings, Policy(), lambda: NOW, ask_model)
