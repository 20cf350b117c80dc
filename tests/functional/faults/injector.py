"""Faults at AWS calls, put in through botocore's events: which call, and what goes wrong with it.

| event | what happens there |
|---|---|
| ``before-call`` | answering here skips the request and the SDK's retries: refusals |
| ``before-send``, first | AWS has not seen the request: what is raised here leaves no effect |
| ``before-send``, last | AWS has had the effect: what is raised here loses its answer |
| ``needs-retry`` | the answer of each attempt is known: a crash after the effect; and time passes here |

A crash is a BaseException, so that nothing in the product can catch it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from botocore.awsrequest import AWSResponse
from botocore.exceptions import ConnectTimeoutError, ReadTimeoutError
from botocore.model import OperationModel


class Fault(StrEnum):
    """What goes wrong with one call."""

    CRASH_BEFORE = "crash-before"
    CRASH_AFTER = "crash-after"
    CONN_TIMEOUT = "conn-timeout"
    LOST_ONCE = "lost-response-once"
    LOST_ALWAYS = "lost-response-always"
    THROTTLED = "throttled"
    DENIED = "access-denied"
    TWICE_BEFORE = "zombie-before-lease-kept"
    """The same task runs a second time while this one is held up just before the call."""
    TWICE_AFTER = "zombie-after-lease-kept"
    LATE_BEFORE = "zombie-before-lease-over"
    """This one is held up before the call until everybody has given it up, and then goes on."""
    LATE_AFTER = "zombie-after-lease-over"
    SWITCH_OFF = "switched-off"
    """No fault: somebody sets the mode to off just before the call."""


SINGLE_FAULTS = tuple(fault for fault in Fault if fault is not Fault.SWITCH_OFF)
ZOMBIES_BEFORE = frozenset({Fault.TWICE_BEFORE, Fault.LATE_BEFORE})
ZOMBIES_AFTER = frozenset({Fault.TWICE_AFTER, Fault.LATE_AFTER})
_REFUSALS = {Fault.THROTTLED: ("ThrottlingException", 400), Fault.DENIED: ("AccessDeniedException", 403)}


class Crash(BaseException):
    """The process is gone."""


class BrokenTrial(BaseException):
    """The trial itself does not work."""


@dataclass(eq=False)
class Call:
    """One AWS call of the product, from its first attempt to its last."""

    number: int
    """Of all calls of the trial, from 1."""
    by: str
    """The function that makes it."""
    service: str
    operation: str
    attempts: int = 0
    fault: Fault | None = None
    is_late: bool = False
    """Whether it was held up on its way until everybody had given it up: nobody can call it back then."""

    def __str__(self) -> str:
        """For example ``#4 run_action ec2:StartInstances``."""
        return f"#{self.number} {self.by} {self.service}:{self.operation}"


Plan = Callable[[Call], Fault | None]
"""Which fault, if any, a call meets."""


def no_fault(_call: Call) -> None:
    """Everything goes well."""


def at(number: int, fault: Fault) -> Plan:
    """One fault, at one call."""
    return lambda call: fault if call.number == number else None


def at_each(faults: dict[int, Fault]) -> Plan:
    """A fault at each of these calls."""
    return lambda call: faults.get(call.number)


class Witness(Protocol):
    """Who is told of every request that reaches AWS, and may answer it in AWS's place."""

    def before(self, call: Call, request: Any) -> AWSResponse | None: ...
    def after(self, call: Call, request: Any) -> None: ...


class Situation(Protocol):
    """Where the product runs."""

    def current_function(self) -> str: ...
    def spend(self, seconds: float) -> None: ...
    def run_again(self) -> None: ...
    def give_up_on_it(self) -> None: ...
    def switch_off(self) -> None: ...


@dataclass
class Injector:
    """Counts the calls of every client of a session, and lets the plan's faults happen to them."""

    situation: Situation = field(init=False)
    witness: Witness = field(init=False)
    plan: Plan = no_fault
    calls: list[Call] = field(default_factory=list)
    met: list[Call] = field(default_factory=list)
    """The calls to which a fault has happened."""
    _current: Call | None = None

    def attach(self, events: Any) -> None:
        """To a session's events, before its clients are made."""
        events.register_first("before-call.*.*", self._on_call)
        events.register_first("before-send.*.*", self._before_sending)
        events.register_last("before-send", self._after_sending)
        events.register_first("needs-retry.*.*", self._after_attempt)

    def begin_anew(self, situation: Situation, witness: Witness, plan: Plan = no_fault) -> None:
        """For another trial."""
        self.situation, self.witness, self.plan = situation, witness, plan
        self.calls, self.met = [], []

    # -- what botocore tells --------------------------------------------------------------------

    def _on_call(self, model: OperationModel, **_: Any) -> tuple[Any, dict[str, Any]] | None:
        service, by = model.service_model.service_name, self.situation.current_function()
        call = Call(len(self.calls) + 1, by, service, model.name)
        call.fault = self.plan(call)
        self.calls.append(call)
        self.situation.spend(0.02)
        if call.fault in _REFUSALS:
            return self._refuse(call)
        if call.fault is Fault.SWITCH_OFF:
            self._note(call)
            self.situation.switch_off()
        if call.fault in ZOMBIES_BEFORE:
            self._hold_up(call)
        self._current = call
        return None

    def _before_sending(self, request: Any, **_: Any) -> AWSResponse | None:
        call = self._at_work()
        call.attempts += 1
        if call.fault is Fault.CRASH_BEFORE:
            self._crash(call)
        if call.fault is Fault.CONN_TIMEOUT:
            self._note(call)
            raise ConnectTimeoutError(endpoint_url=request.url)
        return self.witness.before(call, request)

    def _after_sending(self, request: Any, **_: Any) -> None:
        call = self._at_work()
        self.witness.after(call, request)
        once = call.fault is Fault.LOST_ONCE and call.attempts == 1
        if once or call.fault is Fault.LOST_ALWAYS:
            self._note(call)
            raise ReadTimeoutError(endpoint_url=request.url)

    def _after_attempt(
        self, caught_exception: Exception | None, request_dict: dict[str, Any], attempts: int, **_: Any
    ) -> int | None:
        """The SDK would sleep before its next attempt: so much for a second here."""
        call = self._at_work()
        if caught_exception is not None:
            _require_ours(caught_exception)
            most = request_dict["context"]["client_config"].retries["total_max_attempts"]
            self.situation.spend(1)
            return 0 if attempts < most else None
        if call.fault is Fault.CRASH_AFTER:
            self._crash(call)
        if call.fault in ZOMBIES_AFTER:
            self._hold_up(call)
        return None

    # -- what goes wrong ------------------------------------------------------------------------

    def _refuse(self, call: Call) -> tuple[Any, dict[str, Any]]:
        self._note(call)
        code, status = _REFUSALS[call.fault] if call.fault else ("", 0)
        return _Http(status), {
            "Error": {"Code": code, "Message": "a fault"},
            "ResponseMetadata": {"HTTPStatusCode": status, "RetryAttempts": 0},
        }

    def _crash(self, call: Call) -> None:
        self._note(call)
        raise Crash(str(call))

    def _hold_up(self, call: Call) -> None:
        """Whatever others do meanwhile, this call goes on afterwards."""
        self._note(call)
        fault, call.fault = call.fault, None
        call.is_late = fault is Fault.LATE_BEFORE
        if fault in {Fault.LATE_BEFORE, Fault.LATE_AFTER}:
            self.situation.give_up_on_it()
        else:
            self.situation.run_again()
        self._current = call

    def _at_work(self) -> Call:
        if self._current is None:
            raise RuntimeError("a request that belongs to no call")
        return self._current

    def _note(self, call: Call) -> None:
        if call not in self.met:
            self.met.append(call)


def _require_ours(error: Exception) -> None:
    """Nothing else may go wrong on the way: it would look like a fault, and hide a bad trial."""
    if not isinstance(error, ConnectTimeoutError | ReadTimeoutError):
        raise BrokenTrial from error


@dataclass
class _Http:
    """As much of an HTTP answer as botocore looks at."""

    status_code: int
    headers: dict[str, str] = field(default_factory=dict)
