"""One run of a flow under one plan of faults, and all that follows until nothing moves any more."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from chalicelib.approval import answer_approval
from chalicelib.aws.incident_reader import Story
from chalicelib.collaborators import Collaborators
from chalicelib.errors import MainstayError, WrongStateError
from chalicelib.incidents.lifecycle import ENDED
from chalicelib.incidents.model import Resource, Signal, SignalSource, State
from chalicelib.incidents.plans import Approval
from chalicelib.intake import open_incident
from chalicelib.sweep import HANGS_AFTER
from mainstay.embedded.bus import Event
from mainstay.embedded.personas import CODEBUILD, MAINSTAY, Persona
from tests.functional.faults.account import Account
from tests.functional.faults.clock import Clock
from tests.functional.faults.codebuild import CodeBuild
from tests.functional.faults.deliveries import LAMBDA_TRIES, Deliveries
from tests.functional.faults.events import call_event, scheduled_event
from tests.functional.faults.flows import POLICIES, Flow, begin, launch_instance, terminate_instance
from tests.functional.faults.injector import Call, Crash, Plan
from tests.functional.faults.journal import Change, Held, Journal, Message
from tests.functional.faults.lambdas import Invocation, Lambdas, Outcome
from tests.functional.faults.machine import CallAws, read_definition
from tests.functional.faults.records import Records, read_records
from tests.functional.faults.step_functions import StepFunctions

_ANSWER_AFTER = 600.0
_SWEEPS_WHILE_ASKED = (300.0, 595.0, 900.0, 1200.0, 1500.0)
_WITHOUT_RUN = 0


@dataclass(frozen=True, kw_only=True)
class Result:
    """What became of it."""

    flow: Flow
    resource: Resource
    """The one that failed."""
    met: list[Call]
    """The calls to which a fault has happened."""
    calls: list[Call]
    in_reach: int
    """So many of the calls were made before the last sweeps."""
    stories: list[Story]
    changes: list[Change]
    messages: list[Message]
    looks: str
    """What the resource is like in the end."""
    executions: dict[str, str]
    """Name to status and failure."""
    switched_off_at: int
    """The number of the call at which the mode was set to off; 0: never."""


@dataclass(kw_only=True)
class Trial:
    """Everything that takes part in one run. It is the injector's situation."""

    flow: Flow
    account: Account
    plan: Plan
    seed: int = 0
    alter: Callable[[Collaborators], Collaborators] = lambda team: team
    """Makes the product another one: to see that a broken promise is noticed."""
    clock: Clock = field(default_factory=Clock)
    _switched_off_at: int = 0
    _warned_at: datetime | None = None

    def run(self) -> Result:
        """Break the resource, and let everything happen until all is quiet."""
        self._prepare()
        self.flow.kind.spoil(self.account, self.resource.id)
        self._break_the_news()
        self.clock.run()
        self.deliveries.send_all_again()
        in_reach = len(self.account.injector.calls)
        for minutes in (HANGS_AFTER.total_seconds() / 60 + 1, 5, 5):
            self.clock.spend(minutes * 60)
            self._sweep()
            self.clock.run()
            if all(story.incident.state in ENDED for story in self._records().stories()):
                break
        return self._result(in_reach)

    # -- before ---------------------------------------------------------------------------------

    def _prepare(self) -> None:
        account = self.account
        account.clock, account.listener = self.clock, _ignore
        account.injector.begin_anew(self, self.journal)
        account.begin_anew()
        self.resource = begin(self.flow, account)
        self.renew_team()
        self.team.memory.set_mode("auto", by="mainstay", now=self.clock())
        if self.flow.remembered:
            self.team.memory.remember_good_state(self.resource, self.team.observe(self.resource))
        self.clock.spend(3600)
        account.listener = self._on_event
        account.injector.begin_anew(self, self.journal, self.plan)

    def renew_team(self) -> None:
        """A new process knows nothing of the one before."""
        self.team = self.alter(self.account.new_team(self.clock, POLICIES[self.flow.name]))

    def _break_the_news(self) -> None:
        if self.flow.warned:
            self.deliveries.invoke("warn", {}, LAMBDA_TRIES)
        if self.flow.by is not None:
            self._tell_of_call(self.flow.by, self.resource.id, 0.1)
        if self.flow.by is None:
            for seconds in _SWEEPS_WHILE_ASKED:
                self.clock.later(seconds, self._sweep)
        if self.flow.answer is not None:
            self.clock.later(_ANSWER_AFTER, self._answer)

    # -- who takes part -------------------------------------------------------------------------

    @cached_property
    def lambdas(self) -> Lambdas:
        """The product."""
        return Lambdas(self._run_function, on_crash=self.renew_team)

    @cached_property
    def deliveries(self) -> Deliveries:
        """What is on its way to it."""
        return Deliveries(clock=self.clock, lambdas=self.lambdas)

    @cached_property
    def step_functions(self) -> StepFunctions:
        """The state machine."""
        return StepFunctions(
            definition=read_definition(**self.flow.numbers),
            clock=self.clock,
            lambdas=self.lambdas,
            call_aws=self._call_aws,
            jitter=random.Random(self.seed).random,  # noqa: S311 - the same run again has the same delays
        )

    @cached_property
    def codebuild(self) -> CodeBuild:
        """Where Terraform runs."""
        return CodeBuild(
            clock=self.clock,
            make=lambda: launch_instance(self.account),
            remove=self._remove,
        )

    @cached_property
    def journal(self) -> Journal:
        """The witness."""
        return Journal(
            services={"stepfunctions": self.step_functions, "codebuild": self.codebuild},
            look=lambda: f"{self.look()}, {len(self.codebuild.builds)} builds",
            read_records=self._held,
            current_run=lambda: self.lambdas.running[-1].number if self.lambdas.running else _WITHOUT_RUN,
            on_change=self._on_own_change,
        )

    def look(self) -> str:
        """What the resource is like, or what took its place."""
        return self.flow.kind.look(self.account, self.resource.id)

    # -- the injector's situation ---------------------------------------------------------------

    def current_function(self) -> str:
        """Who is at work."""
        return self.lambdas.running[-1].function if self.lambdas.running else "somebody"

    def spend(self, seconds: float) -> None:
        """Let time pass."""
        self.clock.spend(seconds)

    def run_again(self) -> None:
        """A second delivery of what is running, at the same time."""
        if self.current_function() != "state-machine":
            self.lambdas.run_again()

    def give_up_on_it(self) -> None:
        """Go on without what is running, to the end."""
        if self.current_function() != "state-machine":
            self.lambdas.give_up()

    def switch_off(self) -> None:
        """A person sets the mode."""
        self._switched_off_at = len(self.account.injector.calls)
        self.account.client("dynamodb").update_item(
            TableName=self.team.incidents.table,
            Key={"pk": {"S": "CONTROL"}, "sk": {"S": "MODE"}},
            UpdateExpression="SET #mode = :off",
            ExpressionAttributeNames={"#mode": "mode"},
            ExpressionAttributeValues={":off": {"S": "off"}},
        )

    # -- events ---------------------------------------------------------------------------------

    def _on_event(self, event: Event) -> None:
        """What the state of an instance is; the rule lets failures through only."""
        states = self.team.types[self.flow.kind.name].state_changes
        if event["detail"].get("state") in states:
            self.deliveries.send({**event, "time": f"{self.clock.now:%Y-%m-%dT%H:%M:%SZ}"}, 0.5)

    def _on_own_change(self, call: Call) -> None:
        if call.operation == self.flow.kind.call:
            self._tell_of_call(MAINSTAY, self.resource.id, 4)

    def _remove(self, name: str) -> None:
        """A build of ours takes away what another one made."""
        terminate_instance(self.account, name)
        self._tell_of_call(CODEBUILD, name, 4)

    def _tell_of_call(self, by: Persona, name: str, seconds: float) -> None:
        """CloudTrail, of a call that breaks a resource of this kind."""
        kind, number = self.flow.kind, len(self.deliveries.sent) + 1
        named = kind.parameters(name)
        event = call_event(kind.service, kind.call, named, by=by, at=self.clock.now, number=number)
        self.deliveries.send(event, seconds)

    # -- functions and calls --------------------------------------------------------------------

    def _run_function(self, name: str, payload: Any) -> Any:
        match name:
            case "answer":
                return self._take_answer()
            case "warn":
                return self._warn()
        return self.account.run_function(name, payload, self.team)

    def _warn(self) -> Any:
        """What a scan does when a forecast says failure, and does again where it was interrupted."""
        at = self._warned_at = self._warned_at or self.clock()
        details = {"probability": 0.93, "horizon_minutes": 60, "metric": "what is used"}
        signal = Signal(
            signal_id=f"forecast:{self.resource.key}",
            source=SignalSource.FORECAST,
            resource=self.resource,
            failure=self.flow.warned,
            event_name="forecast",
            occurred_at=at,
            details=details,
        )
        opening = open_incident(signal, self.team)
        return {"incidents": [{"incident_id": opening.incident_id}]}

    def _call_aws(self, want: CallAws) -> Outcome:
        """The state machine is no process of ours: what would be a crash is a failed call to it."""
        mark = Invocation(function="state-machine", payload=None, on_end=_ignore, on_timeout=_nothing)
        self.lambdas.running.append(mark)
        try:
            parameters = {**want.parameters, "TableName": self.team.incidents.table}
            self.team.aws.change(want.service, want.operation, **parameters)
        except (Crash, MainstayError) as error:
            return Outcome(error="States.TaskFailed", cause=str(error))
        finally:
            self.lambdas.running.remove(mark)
        return Outcome(answer={})

    def _sweep(self) -> None:
        self.deliveries.invoke("sweep", scheduled_event(self.clock.now), ())

    # -- people ---------------------------------------------------------------------------------

    def _answer(self) -> None:
        """A person answers what is asked, and tries again a minute later where that did not work."""
        self.deliveries.invoke("answer", {}, (60.0, 60.0), is_final=WrongStateError.__name__.__eq__)

    def _take_answer(self) -> Any:
        asked = [
            story.incident
            for story in self._records().stories()
            if story.incident.state is State.AWAITING_APPROVAL
        ]
        if not asked or asked[0].plan is None:
            raise LookupError("nobody is asked yet")
        answer = Approval(
            approved=bool(self.flow.answer), by="bob", digest=asked[0].plan.digest, decided_at=self.clock()
        )
        return answer_approval(asked[0].incident_id, answer, self.team).model_dump(mode="json")

    # -- after ----------------------------------------------------------------------------------

    def _records(self) -> Records:
        return read_records(self.account.backend("dynamodb"), self.team.incidents.table)

    def _held(self) -> Held:
        return self._records().held_by(self.resource)

    def _result(self, in_reach: int) -> Result:
        injector = self.account.injector
        return Result(
            flow=self.flow,
            resource=self.resource,
            met=list(injector.met),
            calls=list(injector.calls),
            in_reach=in_reach,
            stories=self._records().stories(),
            changes=self.journal.changes,
            messages=self.journal.messages,
            looks=self.look(),
            executions={
                name: f"{execution.status} {execution.failure}".strip()
                for name, execution in self.step_functions.executions.items()
            },
            switched_off_at=self._switched_off_at,
        )


def _ignore(_event: object) -> None:
    """Nobody hears of what is made ready."""


def _nothing() -> None:
    """Nobody waits."""
