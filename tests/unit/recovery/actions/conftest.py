from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from moto import mock_aws

from chalicelib.aws.clients import Aws
from chalicelib.incidents.base import Attributes
from chalicelib.incidents.model import Observation, Resource
from chalicelib.incidents.plans import ActionCall
from chalicelib.recovery.actions import ACTIONS
from chalicelib.recovery.model import Progress, Proposal, Situation, Tools
from chalicelib.recovery.plan import differences
from chalicelib.resources import resource_type

NOW = datetime(2030, 1, 1, 10, tzinfo=UTC)


class CannedAws:
    """Answers each operation with what it was given, raises it if it is an error, and remembers the calls.

    A list of answers is used up one by one.
    """

    def __init__(self, **answers: Any) -> None:
        self.answers = answers
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def __call__(self, _service: str, operation: str, /, **parameters: Any) -> dict[str, Any]:
        self.calls.append((operation, parameters))
        answer = self.answers[operation]
        if isinstance(answer, list):
            answer = answer.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return dict(answer)

    def asked(self, operation: str) -> list[dict[str, Any]]:
        return [parameters for name, parameters in self.calls if name == operation]


class Story:
    """One action on one resource, looked at as the product looks at it: propose, apply, follow, undo."""

    def __init__(self, aws: Any, action: str, resource: Resource) -> None:
        self.action = ACTIONS[action]
        self.resource = resource
        self.read = getattr(aws, "read", aws)
        self.tools = Tools(
            read=self.read,
            change=getattr(aws, "change", aws),
            token="ab" * 16,
            builder="builder",
            log_rotation="rotate-logs",
        )

    def look(self) -> Observation:
        return resource_type(self.resource.type).observe(self.resource, self.read, NOW)

    def is_failing(self, known_good: Observation | None = None) -> bool | None:
        kind = resource_type(self.resource.type)
        return kind.is_failing(self.action.failures[0], self.look(), known_good)

    def propose(self, observation: Observation, known_good: Observation | None = None) -> Proposal | None:
        situation = Situation(
            resource=self.resource,
            failure=next(iter(self.action.failures), ""),
            observation=observation,
            known_good=known_good,
            recreation=None,
        )
        return self.action.propose(situation, self.read)

    def proposed(self, known_good: Observation | None = None) -> Proposal:
        proposal = self.propose(self.look(), known_good)
        assert proposal is not None
        return proposal

    def apply(self, parameters: Attributes) -> Attributes:
        return self.action.apply(self.resource, self.action.parameters.model_validate(parameters), self.tools)

    def follow(self, handle: Attributes) -> Progress:
        assert self.action.progress is not None
        return self.action.progress(handle, self.read)

    def undo_call(self, parameters: Attributes, before: Attributes, handle: Attributes) -> ActionCall:
        assert self.action.undo is not None
        return self.action.undo(self.action.parameters.model_validate(parameters), before, handle)

    def run(self, call: ActionCall) -> Attributes:
        other = ACTIONS[call.action]
        return other.apply(self.resource, other.parameters.model_validate(call.parameters), self.tools)

    def lacks(self, goal: Attributes) -> tuple[str, ...]:
        return differences(goal, self.look())


@pytest.fixture
def canned() -> type[CannedAws]:
    return CannedAws


@pytest.fixture
def story() -> Callable[..., Story]:
    """The story of an action; the resource's type is the one that the action is for."""

    def make(aws: Any, action: str, name: str) -> Story:
        kind = ACTIONS[action].resource_types[0]
        return Story(aws, action, Resource(type=kind, id=name, region="us-east-1", account="123456789012"))

    return make


@pytest.fixture
def seen() -> Callable[..., Observation]:
    """An observation; `gone` makes one of a resource that is not there."""

    def make(*, gone: bool = False, tags: dict[str, str] | None = None, **attributes: Any) -> Observation:
        return Observation(exists=not gone, attributes=attributes, tags=tags or {}, observed_at=NOW)

    return make


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    """AWS in the process, used through the product's own client."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setenv("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")
    with mock_aws():
        yield Aws(region="us-east-1")


@pytest.fixture
def create_database(aws: Aws) -> Callable[..., None]:
    """Makes the database ``shop``."""

    def make(**more: Any) -> None:
        aws.change(
            "rds",
            "create_db_instance",
            DBInstanceIdentifier="shop",
            DBInstanceClass="db.t3.small",
            Engine="postgres",
            MasterUsername="postgres",
            MasterUserPassword="made-up-password",
            AllocatedStorage=20,
            Tags=[{"Key": "team", "Value": "blue"}],
            **more,
        )

    return make


@pytest.fixture
def create_function(aws: Aws) -> Callable[..., None]:
    """Makes the function ``pay``, with an environment that holds a secret."""

    def make(*, publish: bool = False) -> None:
        role = aws.change("iam", "create_role", RoleName="pay", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
        code = io.BytesIO()
        with zipfile.ZipFile(code, "w") as archive:
            archive.writestr("app.py", "")
        aws.change(
            "lambda",
            "create_function",
            FunctionName="pay",
            Runtime="python3.12",
            Handler="app.handler",
            Role=role,
            MemorySize=128,
            Code={"ZipFile": code.getvalue()},
            Environment={"Variables": {"KEY": "good"}},
            Publish=publish,
        )

    return make
