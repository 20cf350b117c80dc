"""What is examined: a stage as it should be, and AWS as it answers."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property, partial
from typing import Any

from chalicelib.analysis.policy import Policy
from chalicelib.aws.memory import Memory
from chalicelib.aws.secrets import Secrets
from chalicelib.errors import NotFoundError
from chalicelib.resources.answers import paged
from chalicelib.resources.model import ReadAws
from chalicelib.services import load_policy, now_utc
from chalicelib.settings import Settings, read_settings
from mainstay.deploying.stacks import Stack
from mainstay.deploying.target import Target, find_target, function_name
from mainstay.doctor.reading import ReadingAws
from mainstay.policies import AUTHORIZERS, FUNCTIONS, functions_of


@dataclass(frozen=True)
class Case:
    """One stage in one region. What several checks look at is read once."""

    target: Target
    settings: Settings
    policy: Policy
    clock: Callable[[], datetime]
    ask_model: bool = False

    @property
    def read(self) -> ReadAws:
        """Ask AWS."""
        return self.target.aws.read

    @property
    def options(self) -> str:
        """How commands name this stage."""
        return f"--stage {self.target.stage} --region {self.target.region}"

    @property
    def deploy(self) -> str:
        """The command that brings the stage up to date."""
        return f"mainstay deploy {self.options}"

    @property
    def memory(self) -> Memory:
        """What Mainstay remembers of resources, and the mode."""
        return Memory(self.target.aws, self.settings.incidents_table)

    @property
    def secrets(self) -> Secrets:
        """Our SecureStrings."""
        return Secrets(self.target.aws, self.clock)

    # -- what is deployed ------------------------------------------------------------------------

    def stack(self, last: str = "") -> Stack:
        """A stack of this stage, only ever to be described."""
        name = f"{self.target.prefix}-{last}" if last else self.target.prefix
        return Stack(self.target, name, "{}", {}, name)

    @cached_property
    def infra(self) -> dict[str, Any] | None:
        """The infra stack, as CloudFormation describes it; None where there is none."""
        return self.stack().describe()

    @cached_property
    def functions(self) -> Mapping[str, dict[str, Any]]:
        """The functions of this stage that are there: our name to what Lambda says of it."""
        found = {name: self._function(name) for name in {**FUNCTIONS, **AUTHORIZERS}}
        return {name: one for name, one in found.items() if one is not None}

    def _function(self, name: str) -> dict[str, Any] | None:
        full = function_name(self.target, name)
        try:
            return self.read("lambda", "get_function_configuration", FunctionName=full)
        except NotFoundError:
            return None

    @cached_property
    def environment(self) -> Mapping[str, str]:
        """The variables of the first function that is there."""
        found = next(iter(self.functions.values()), {})
        variables: dict[str, str] = found.get("Environment", {}).get("Variables", {})
        return variables

    @property
    def wanted_functions(self) -> Mapping[str, dict[str, Any]]:
        """Every function that there should be, by who says who may call the API."""
        return functions_of(self.environment.get("MAINSTAY_AUTH", "iam"))

    def subscriptions(self, topic: str) -> list[dict[str, Any]]:
        """Everything that is subscribed to a topic; NotFoundError where there is none."""
        call = partial(self.read, "sns", "list_subscriptions_by_topic", TopicArn=topic)
        return list(paged(call, "Subscriptions", more="NextToken", asks="NextToken"))


def open_case(stage: str, region: str, *, ask_model: bool = False) -> Case:
    """Find out where we are; UnusableError without credentials, region or a stage that can be one."""
    found = find_target(stage, region)
    target = replace(found, aws=ReadingAws(region=found.region))
    settings = read_settings(
        {
            **os.environ,
            "MAINSTAY_STAGE": target.stage,
            "MAINSTAY_ACCOUNT": target.account,
            "MAINSTAY_PARTITION": target.partition,
            "AWS_REGION": target.region,
        }
    )
    return Case(target, settings, load_policy(settings), now_utc, ask_model)
