"""Which AWS calls the product makes, and for which incident: counted where botocore makes them."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Self

import boto3
from botocore.model import OperationModel

WORKFLOW = "workflow"
"""What stands for the function where the state machine itself makes a call."""


@dataclass(frozen=True, kw_only=True)
class AwsCall:
    """One call. `incident_id` is empty where it belongs to no incident, or to several.

    `run` is the same for the calls of one run of a function.
    """

    at: datetime
    function: str
    run: int
    incident_id: str
    service: str
    operation: str


_RUNS = itertools.count(1)


@dataclass
class Invocation:
    """One run of a function. Its incident may become known only when it has answered."""

    function: str
    incident_id: str = ""
    run: int = field(default_factory=_RUNS.__next__)

    def answered(self, answer: Any) -> None:
        """Take the incident from the answer, where the payload named none and the answer names just one."""
        incidents = answer.get("incidents", []) if isinstance(answer, Mapping) else []
        if not self.incident_id and len(incidents) == 1:
            self.incident_id = incidents[0].get("incident_id", "")


_CURRENT: ContextVar[Invocation | None] = ContextVar("invocation", default=None)


def current_invocation() -> Invocation | None:
    """The run of a function that this thread is in."""
    return _CURRENT.get()


@contextmanager
def invocation(function: str, payload: Any) -> Iterator[Invocation]:
    """Say that what this thread does inside the block is this function's work on this payload."""
    current = Invocation(function, _incident_in(payload))
    token = _CURRENT.set(current)
    try:
        yield current
    finally:
        _CURRENT.reset(token)


def _incident_in(payload: Any) -> str:
    """The incident that a step names: the payload, or what a task token came with."""
    if not isinstance(payload, Mapping):
        return ""
    step = payload.get("step", payload)
    named = step.get("incident_id") if isinstance(step, Mapping) else None
    return named if isinstance(named, str) else ""


@dataclass(frozen=True)
class _Line:
    at: datetime
    by: Invocation
    service: str
    operation: str


class CallLog:
    """Records calls made inside invocations, through the sessions that it is attached to.

    As a context manager it also records what the state machine calls by its service integrations.
    A call is one line, however often the SDK tries it. Safe to use from many threads.
    """

    def __init__(self) -> None:
        self._lines: list[_Line] = []
        self._lock = threading.Lock()

    def attach(self, session: boto3.Session) -> None:
        """Record what clients of this session call. Clients that were made before are not seen."""
        session.events.register("before-call", self._on_call, unique_id=f"calls-{id(self)}")

    def count(self, incident_id: str) -> int:
        """How many calls were made for an incident."""
        return len(self.entries(incident_id))

    def entries(self, incident_id: str) -> list[AwsCall]:
        """The calls made for an incident, oldest first; for ``""`` those that belong to none."""
        with self._lock:
            lines = list(self._lines)
        return [_entry(line) for line in lines if line.by.incident_id == incident_id]

    def __enter__(self) -> Self:
        _watch_interpreter()
        _WATCHING.append(self)
        return self

    def __exit__(self, *_: object) -> None:
        _WATCHING.remove(self)

    def _on_call(self, model: OperationModel, **_: Any) -> None:
        if current := _CURRENT.get():
            self._record(current, model.service_model.service_name, model.name)

    def _record(self, by: Invocation, service: str, operation: str) -> None:
        line = _Line(datetime.now(UTC), by, service, operation)
        with self._lock:
            self._lines.append(line)


def _entry(line: _Line) -> AwsCall:
    return AwsCall(
        at=line.at,
        function=line.by.function,
        run=line.by.run,
        incident_id=line.by.incident_id,
        service=line.service,
        operation=line.operation,
    )


# -- the state machine's own calls --------------------------------------------------------------

_WATCHING: list[CallLog] = []


def _watch_interpreter() -> None:
    """Tell every open log of each service task that moto's interpreter runs. Only the first time counts."""
    from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import (  # noqa: PLC0415 - a slow import, needed here only
        state_task_service,
    )

    task = state_task_service.StateTaskService
    original = task._before_eval_execution
    if getattr(original, "is_watched", False):
        return

    def before_eval_execution(self: Any, env: Any, **parts: Any) -> None:
        _note_task(self.resource, env.states.context_object.context_object_data["Execution"]["Name"])
        original(self, env=env, **parts)

    before_eval_execution.is_watched = True  # type: ignore[attr-defined]
    task._before_eval_execution = before_eval_execution


def _note_task(resource: Any, execution_name: str) -> None:
    """Count one call; the execution is named after its incident. Functions count their own calls."""
    if resource.api_name == "lambda":
        return
    operation = resource.api_action[:1].upper() + resource.api_action[1:]
    for log in _WATCHING.copy():
        log._record(Invocation(WORKFLOW, execution_name), resource.api_name, operation)
