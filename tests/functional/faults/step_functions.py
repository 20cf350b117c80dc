"""Step Functions: executions that run on the interpreter, and the API by which the product reaches them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.functional.faults.clock import Appointment, Clock
from tests.functional.faults.lambdas import Invocation, Lambdas, Outcome
from tests.functional.faults.machine import (
    Ask,
    CallAws,
    Data,
    Invoke,
    Machine,
    Run,
    Sleep,
    TaskFailedError,
    Want,
)

_FUNCTION_SECONDS = 110.0
"""For so long a function that changes things may run: then Lambda ends it."""


class RefusedError(Exception):
    """The API answers an error; its text is the code."""


@dataclass(eq=False)
class Question:
    """A task that waits for whoever has its token. It is answered once, in time."""

    answer_by: datetime
    heartbeat_seconds: float
    heard_at: datetime
    on_end: Callable[[Outcome], None]
    is_open: bool = True
    limit: Appointment | None = None
    """When it will time out."""

    def close(self, outcome: Outcome) -> None:
        """Answer it, unless it has been."""
        if self.is_open:
            self.is_open = False
            if self.limit is not None:
                self.limit.call_off()
            self.on_end(outcome)

    @property
    def due(self) -> tuple[datetime, str]:
        """When it times out next, and how that is called."""
        silent_at = self.heard_at.timestamp() + self.heartbeat_seconds
        if silent_at < self.answer_by.timestamp():
            return datetime.fromtimestamp(silent_at, self.answer_by.tzinfo), "States.HeartbeatTimeout"
        return self.answer_by, "States.Timeout"


@dataclass(eq=False)
class Execution:
    """One run of the state machine."""

    name: str
    text: str
    """Its input."""
    run: Run
    status: str = "RUNNING"
    failure: str = ""


@dataclass(kw_only=True)
class StepFunctions:
    """The service. `call_aws` makes the state machine's own calls of AWS."""

    definition: dict[str, Any]
    clock: Clock
    lambdas: Lambdas
    call_aws: Callable[[CallAws], Outcome]
    jitter: Callable[[], float]
    executions: dict[str, Execution] = field(default_factory=dict)
    questions: dict[str, Question] = field(default_factory=dict)

    # -- the API --------------------------------------------------------------------------------

    def handle(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        """Answer one request; raise RefusedError."""
        match operation:
            case "StartExecution":
                return self._start(request["name"], request["input"])
            case "DescribeExecution":
                return self._describe(request["executionArn"].rpartition(":")[2])
            case "SendTaskSuccess":
                question = self._question(request["taskToken"])
                question.close(Outcome(answer=json.loads(request["output"])))
                return {}
            case "SendTaskHeartbeat":
                self._question(request["taskToken"]).heard_at = self.clock.now
                return {}
        raise NotImplementedError(operation)

    def _start(self, name: str, text: str) -> dict[str, Any]:
        known = self.executions.get(name)
        if known and (known.status != "RUNNING" or known.text != text):
            raise RefusedError("ExecutionAlreadyExists")
        if known is None:
            self._begin(name, text)
        return {"executionArn": f"arn:aws:states:execution:{name}", "startDate": self.clock.now.timestamp()}

    def _describe(self, name: str) -> dict[str, Any]:
        if name not in self.executions:
            raise RefusedError("ExecutionDoesNotExist")
        facts = {"executionArn": name, "stateMachineArn": "recovery", "name": name}
        return facts | {"status": self.executions[name].status, "startDate": self.clock.now.timestamp()}

    def _question(self, token: str) -> Question:
        question = self.questions.get(token)
        if question is None or not question.is_open:
            raise RefusedError("TaskTimedOut")
        return question

    # -- executions -----------------------------------------------------------------------------

    def _begin(self, name: str, text: str) -> None:
        machine = Machine(
            definition=self.definition,
            name=name,
            jitter=self.jitter,
            clock=self.clock,
            new_token=lambda: f"token-{len(self.questions)}-{name}",
        )
        execution = Execution(name=name, text=text, run=machine.run(json.loads(text)))
        self.executions[name] = execution
        self._soon(execution, Outcome())

    def _soon(self, execution: Execution, outcome: Outcome, seconds: float = 0.02) -> None:
        self.clock.later(seconds, lambda: self._go_on(execution, outcome))

    def _go_on(self, execution: Execution, outcome: Outcome) -> None:
        """Send a run what came of what it wanted, and do what it wants next."""
        try:
            want = _send(execution.run, outcome)
        except StopIteration:
            execution.status = "SUCCEEDED"
        except TaskFailedError as failure:
            execution.status, execution.failure = "FAILED", str(failure)
        else:
            self._do(execution, want)

    def _do(self, execution: Execution, want: Want) -> None:
        match want:
            case Sleep(seconds):
                self._soon(execution, Outcome(), seconds)
            case CallAws():
                self._soon(execution, self.call_aws(want))
            case Invoke(function, payload, timeout_seconds):
                self._invoke(
                    function, payload, timeout_seconds, lambda outcome: self._soon(execution, outcome)
                )
            case Ask():
                self._ask(execution, want)

    def _invoke(
        self, function: str, payload: Data, timeout_seconds: float, on_end: Callable[[Outcome], None]
    ) -> None:
        def time_out() -> None:
            seconds, error = min((timeout_seconds, "States.Timeout"), (_FUNCTION_SECONDS, "Sandbox.Timedout"))
            self.clock.later(seconds, lambda: on_end(Outcome(error=error)))
            self.clock.run()

        self.lambdas.invoke(
            Invocation(function=function, payload=payload, on_end=on_end, on_timeout=time_out)
        )

    def _ask(self, execution: Execution, want: Ask) -> None:
        """The function may fail after the token has got out: who has it may still answer meanwhile."""
        question = Question(
            answer_by=datetime.fromtimestamp(
                self.clock.now.timestamp() + want.timeout_seconds, self.clock.now.tzinfo
            ),
            heartbeat_seconds=want.heartbeat_seconds,
            heard_at=self.clock.now,
            on_end=lambda outcome: self._soon(execution, outcome),
        )
        self.questions[want.token] = question
        self._watch(question)

        def fail_early(outcome: Outcome) -> None:
            if outcome.error:
                question.close(outcome)

        self._invoke(want.function, want.payload, want.timeout_seconds, fail_early)

    def _watch(self, question: Question) -> None:
        """Time the question out when it is due, which each heartbeat puts off."""

        def look() -> None:
            due, error = question.due
            if self.clock.now >= due:
                question.close(Outcome(error=error))
            else:
                self._watch(question)

        due, _ = question.due
        question.limit = self.clock.later((due - self.clock.now).total_seconds(), look)


def _send(run: Run, outcome: Outcome) -> Want:
    if outcome.error:
        return run.throw(TaskFailedError(outcome.error, outcome.cause))
    return run.send(outcome.answer)
