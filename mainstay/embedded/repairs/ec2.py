"""EC2: instances take a while to change their state, say so on the event bus, and refuse what cannot be.

In moto every change is done at once and makes no event, a terminated instance can be started again, a call
for several instances changes some before it refuses another, a launch of at most three makes one, and a
repeated client token launches again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection
from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models import ec2_backends
from moto.ec2.models.instances import Instance, InstanceBackend, InstanceState
from moto.ec2.responses.instances import InstanceResponse

from mainstay.embedded.bus import BUS, make_event
from mainstay.embedded.later import do_later
from mainstay.embedded.personas import ACCOUNT
from mainstay.embedded.repairs.replacing import replace

TRANSITION_SECONDS = 0.4

_CODES = {"pending": 0, "running": 16, "shutting-down": 32, "terminated": 48, "stopping": 64, "stopped": 80}
_DEFAULT_TOKEN = "ABCDE"  # noqa: S105 - what moto puts where a call has no client token
_LOCK = threading.RLock()
"""A transition that begins and one that ends must not mix."""


def install() -> None:
    """Install the repair."""
    for name, during, after in (
        ("start", "pending", "running"),
        ("stop", "stopping", "stopped"),
        ("terminate", "shutting-down", "terminated"),
    ):
        replace(Instance, name, _transition(getattr(Instance, name), during, after))
    for name, verb, legal in (
        ("start_instances", "started", {"stopped", "pending", "running"}),
        ("stop_instances", "stopped", {"pending", "running", "stopping", "stopped"}),
        ("reboot_instances", "rebooted", {"running"}),
    ):
        replace(InstanceBackend, name, _require_state(getattr(InstanceBackend, name), verb, legal))
    replace(InstanceBackend, "run_instances", _launch_once(InstanceBackend.run_instances))
    replace(InstanceResponse, "run_instances", _launch_most(InstanceResponse.run_instances))
    for name, field in (
        ("start_instances", "StartingInstances"),
        ("stop_instances", "StoppingInstances"),
        ("terminate_instances", "TerminatingInstances"),
    ):
        replace(InstanceResponse, name, _answer_real_states(getattr(InstanceResponse, name), field))


# -- transitions --------------------------------------------------------------------------------


def _transition(
    change: Callable[[Any], InstanceState], during: str, after: str
) -> Callable[[Any], InstanceState]:
    """Let moto make its change, then show the state in between for a while."""

    def begin(instance: Any) -> InstanceState:
        with _LOCK:
            if instance.state in (during, after):
                return InstanceState(instance.state, instance.state_code)
            before = change(instance)
            _begin(instance, during, after)
        return before

    return begin


def jam(instance_id: str, region: str = "us-east-1") -> None:
    """Let this instance begin to start from now on, but never get to running. It can still be stopped."""
    ec2_backends[ACCOUNT][region].get_instance(instance_id).is_jammed = True


def _begin(instance: Any, during: str, after: str) -> None:
    instance.transition = transition = object()
    _enter(instance, during)
    if after == "running" and getattr(instance, "is_jammed", False):
        return

    def end() -> None:
        with _LOCK:
            if instance.transition is transition:
                _enter(instance, after)

    do_later(TRANSITION_SECONDS, end)


def _enter(instance: Any, state: str) -> None:
    """Set the state and emit AWS's event for it."""
    instance._state = InstanceState(state, _CODES[state])
    instance.has_run = getattr(instance, "has_run", False) or state == "running"
    backend = instance.ec2_backend
    arn = f"arn:aws:ec2:{backend.region_name}:{backend.account_id}:instance/{instance.id}"
    detail = {"instance-id": instance.id, "state": state}
    BUS.put(
        make_event(
            "aws.ec2",
            "EC2 Instance State-change Notification",
            detail,
            region=backend.region_name,
            resources=[arn],
        )
    )


# -- calls --------------------------------------------------------------------------------------


def _require_state(call: Callable[..., Any], verb: str, legal: Collection[str]) -> Callable[..., Any]:
    """Refuse the whole call where one of its instances cannot do it."""

    def guarded(backend: Any, instance_ids: list[str]) -> Any:
        with _LOCK:
            for instance in backend.get_multi_instances_by_id(instance_ids):
                if problem := _find_problem(instance, verb, legal):
                    raise EC2ClientError("IncorrectInstanceState", problem)
            return call(backend, instance_ids)

    return guarded


def _find_problem(instance: Any, verb: str, legal: Collection[str]) -> str:
    if instance.state not in legal:
        return f"The instance '{instance.id}' is not in a state from which it can be {verb}."
    if verb == "stopped" and not instance.has_run:
        return f"Instance '{instance.id}' cannot be stopped as it has never reached the 'running' state."
    return ""


def _launch_once(launch: Callable[..., Any]) -> Callable[..., Any]:
    """Answer the first reservation where a client token comes again."""

    def run_instances(backend: Any, *args: Any, **kwargs: Any) -> Any:
        with _LOCK:
            known = _find_launch(backend, kwargs.get("client_token"))
            if known is not None:
                return known
            reservation = launch(backend, *args, **kwargs)
            for instance in reservation.instances:
                _begin(instance, "pending", "running")
            return reservation

    return run_instances


def _launch_most(answer: Callable[[Any], ActionResult]) -> Callable[[Any], ActionResult]:
    """Launch as many as may be: there is always room for them here."""

    def run_instances(handler: Any) -> ActionResult:
        handler.params["MinCount"] = handler.params.get("MaxCount", 1)
        return answer(handler)

    return run_instances


def _find_launch(backend: Any, token: str | None) -> Any:
    if not token or token == _DEFAULT_TOKEN:
        return None
    return next(
        (
            reservation
            for reservation in backend.reservations.values()
            if any(instance.client_token == token for instance in reservation.instances)
        ),
        None,
    )


def _answer_real_states(answer: Callable[[Any], ActionResult], field: str) -> Callable[[Any], ActionResult]:
    """Answer each instance's state. moto says "pending" of one that has been running all the time."""

    def handle(handler: Any) -> ActionResult:
        result = answer(handler)
        for entry in result.result[field]:
            entry["CurrentState"] = handler.ec2_backend.get_instance(entry["InstanceId"]).instance_state
        return result

    return handle
