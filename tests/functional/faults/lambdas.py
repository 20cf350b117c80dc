"""Lambda: runs functions, one inside the other where one is held up, and tells how each run ended."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.functional.faults.injector import Crash


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a run of a function came to: an answer, or an error in Step Functions' words."""

    answer: Any = None
    error: str = ""
    cause: str = ""


@dataclass(kw_only=True, eq=False)
class Invocation:
    """One run. `on_end` hears the outcome, unless whoever asked gave up before: `on_timeout`."""

    function: str
    payload: Any
    on_end: Callable[[Outcome], None]
    on_timeout: Callable[[], None]
    given_up: bool = False
    number: int = 0
    """Of all runs of the trial, from 1."""


_CRASH_NAMES = ("Lambda.Unknown", "Runtime.ExitError", "Sandbox.Timedout")
"""What Step Functions may say of a function whose process ended: the first is documented, the others are the
``errorType`` that Lambda gives. Each crash of a trial gets the next one."""


@dataclass
class Lambdas:
    """Runs functions by name, each given its payload as JSON would leave it."""

    run_function: Callable[[str, Any], Any]
    running: list[Invocation] = field(default_factory=list)
    on_crash: Callable[[], None] = lambda: None
    _runs: int = 0
    _crashes: int = 0

    def invoke(self, invocation: Invocation) -> None:
        """Run it now."""
        self._runs += 1
        invocation.number = self._runs
        self.running.append(invocation)
        try:
            outcome = self._run(invocation)
        finally:
            self.running.remove(invocation)
        if not invocation.given_up:
            invocation.on_end(outcome)

    def run_again(self) -> None:
        """Run what is running once more; nobody waits for the second answer."""
        now = self.running[-1]
        self.invoke(
            Invocation(function=now.function, payload=now.payload, on_end=_ignore, on_timeout=_nothing)
        )

    def give_up(self) -> None:
        """Tell whoever waits for what is running that it takes too long. It still goes on."""
        now = self.running[-1]
        now.given_up = True
        now.on_timeout()

    def _run(self, invocation: Invocation) -> Outcome:
        payload = json.loads(json.dumps(invocation.payload))
        try:
            answer = self.run_function(invocation.function, payload)
        except Crash as crash:
            self._crashes += 1
            self.on_crash()
            return Outcome(error=_CRASH_NAMES[self._crashes % 3 - 1], cause=f"the process ended at {crash}")
        except Exception as error:  # noqa: BLE001 - Lambda too reports whatever a function raises
            cause = {"errorMessage": str(error), "errorType": type(error).__name__}
            return Outcome(error=type(error).__name__, cause=json.dumps(cause))
        return Outcome(answer=json.loads(json.dumps(answer)))


def _ignore(_outcome: Outcome) -> None:
    """Nobody waits for it."""


def _nothing() -> None:
    """Nobody waits for it."""
