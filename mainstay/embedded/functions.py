"""A small `chalice deploy` onto embedded AWS, where every function then runs in this process."""

from __future__ import annotations

import io
import json
import sys
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from chalice import Chalice
from chalice.app import (
    BaseEventSourceConfig,
    CloudWatchEventConfig,
    ScheduledEventConfig,
    ScheduleExpression,
    SNSEventConfig,
)

from mainstay.embedded.aws import EmbeddedAws
from mainstay.embedded.invocations import Handler, route_to, wait_idle

__all__ = ["deploy_functions", "wait_idle"]

MEMORY_MB = 256
TIMEOUT_SECONDS = 60
RETRY_DELAYS_SECONDS = (0.05, 0.1)
"""On AWS these are one and two minutes."""


# -- deploying ----------------------------------------------------------------------------------


def deploy_functions(
    app: Chalice,
    aws: EmbeddedAws,
    *,
    stage: str,
    retry_delays: Sequence[float] = RETRY_DELAYS_SECONDS,
) -> None:
    """Make a function of each handler of the app, and connect it to what triggers it.

    The dead-letter queue and the topics must be there already, as they are for `chalice deploy`. The
    REST API is not deployed. Schedules are made but never fire by themselves.
    """
    deployment = _Deployment(app, aws, stage, tuple(retry_delays))
    deployment.create_role()
    for config in (*app.pure_lambda_functions, *app.event_sources):
        deployment.create_function(config)
    for source in app.event_sources:
        deployment.connect(source)


@dataclass(frozen=True)
class _Deployment:
    app: Chalice
    aws: EmbeddedAws
    stage: str
    retry_delays: tuple[float, ...]

    def name(self, part: str) -> str:
        """Name a thing as Chalice and our stack do."""
        return f"{self.app.app_name}-{self.stage}-{part}"

    def arn(self, service: str, resource: str) -> str:
        return f"arn:aws:{service}:{self.aws.region}:{self.aws.account}:{resource}"

    @property
    def dead_letters(self) -> str:
        return self.arn("sqs", self.name("dead-letters"))

    @property
    def role(self) -> str:
        """The name that Chalice gives to the role of all functions."""
        return f"{self.app.app_name}-{self.stage}"

    def create_role(self) -> None:
        trust = {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
        self.aws.client("iam").create_role(
            RoleName=self.role,
            AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
        )

    def create_function(self, config: Any) -> None:
        client, name = self.aws.client("lambda"), self.name(config.name)
        client.create_function(
            FunctionName=name,
            Runtime="python3.11",
            Role=f"arn:aws:iam::{self.aws.account}:role/{self.role}",
            Handler=config.handler_string,
            Code={"ZipFile": _EMPTY_ZIP},
            MemorySize=MEMORY_MB,
            Timeout=TIMEOUT_SECONDS,
        )
        client.put_function_event_invoke_config(
            FunctionName=name, DestinationConfig={"OnFailure": {"Destination": self.dead_letters}}
        )
        route_to(
            _handler_of(self.app, config),
            function_arn=self.arn("lambda", f"function:{name}"),
            name=config.name,
            retry_delays=self.retry_delays,
        )

    def connect(self, source: BaseEventSourceConfig) -> None:
        if isinstance(source, CloudWatchEventConfig):
            self._put_rule(source.name, EventPattern=json.dumps(source.event_pattern))
        elif isinstance(source, ScheduledEventConfig):
            expression = source.schedule_expression
            text = expression.to_string() if isinstance(expression, ScheduleExpression) else expression
            self._put_rule(source.name, ScheduleExpression=text, Description=source.description)
        elif isinstance(source, SNSEventConfig):
            self._subscribe(source)
        else:
            raise NotImplementedError(f"{source.name}: no {type(source).__name__} on embedded AWS")

    def _put_rule(self, name: str, **trigger: str) -> None:
        client, rule = self.aws.client("events"), self.name(f"{name}-event")
        client.put_rule(Name=rule, **trigger)
        target = {
            "Id": "1",
            "Arn": self.arn("lambda", f"function:{self.name(name)}"),
            "DeadLetterConfig": {"Arn": self.dead_letters},
        }
        client.put_targets(Rule=rule, Targets=[target])

    def _subscribe(self, source: SNSEventConfig) -> None:
        topic = source.topic if source.topic.startswith("arn:") else self.arn("sns", source.topic)
        function = self.arn("lambda", f"function:{self.name(source.name)}")
        self.aws.client("sns").subscribe(TopicArn=topic, Protocol="lambda", Endpoint=function)


def _handler_of(app: Chalice, config: Any) -> Handler:
    """What Chalice's runtime calls: the attribute of the app's module that the handler string names.

    An app that was built inside another module, as tests do, has the same object in its own table.
    """
    module_name, _, attribute = config.handler_string.rpartition(".")
    module = sys.modules.get(module_name)
    handler: Handler = app.handler_map[config.name]
    return getattr(module, attribute) if getattr(module, "app", None) is app else handler


def _make_empty_zip() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("app.py", "")
    return buffer.getvalue()


_EMPTY_ZIP = _make_empty_zip()
"""The code that moto keeps: it is never run."""
