"""The app with an AWS that answers at once, in the process: what is left is our CPU and the SDK's."""

from __future__ import annotations

import importlib
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from bench.events import ACCOUNT, REGION
from mainstay.world import STAGE

_SETTINGS = {
    "MAINSTAY_STAGE": STAGE,
    "MAINSTAY_ACCOUNT": ACCOUNT,
    "MAINSTAY_LOG_FILE": os.devnull,
    "AWS_REGION": REGION,
    "AWS_ACCESS_KEY_ID": "made-up",
    "AWS_SECRET_ACCESS_KEY": "made-up",
}
_ANSWERS = {
    "TransactWriteItems": b"{}",
    "StartExecution": b'{"executionArn": "arn:aws:states:::execution:none", "startDate": 1789000000}',
}


@dataclass
class Offline:
    """The handler, and what it last asked AWS for, by operation."""

    on_resource_event: Any
    asked: dict[str, dict[str, Any]] = field(default_factory=dict)

    def make_client(self, service: str) -> Any:
        """A client of boto3 alone, answered in the same way."""
        session = boto3.Session(region_name=REGION)
        session.events.register("before-send", _answer)
        return session.client(service)

    def note(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        """Keep what a call is made with, before the SDK adds to it."""
        self.asked[model.name] = dict(params)


@contextmanager
def offline() -> Iterator[Offline]:
    """Import the app, and let nothing that it asks leave the process."""
    before = dict(os.environ)
    for name in [name for name in before if name.startswith(("AWS_", "MAINSTAY_"))]:
        del os.environ[name]
    os.environ.update(_SETTINGS)
    services = importlib.import_module("chalicelib.services")
    services.collaborators.cache_clear()
    try:
        found = Offline(importlib.import_module("app").on_resource_event)
        events = services.collaborators().aws.session.events
        events.register("before-send", _answer)
        events.register("provide-client-params", found.note)
        yield found
    finally:
        services.collaborators.cache_clear()
        services.open_log(Path(os.devnull)).close()
        services.open_log.cache_clear()
        os.environ.clear()
        os.environ.update(before)


class _Body(io.BytesIO):
    """What the SDK reads an answer from."""

    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self.read()


def _answer(request: AWSPreparedRequest, event_name: str, **_: Any) -> AWSResponse:
    """Answer a request before it is sent; the event is named ``before-send.SERVICE.OPERATION``."""
    body = _ANSWERS[event_name.rpartition(".")[2]]
    return AWSResponse(request.url, 200, {"content-type": "application/x-amz-json-1.0"}, _Body(body))
