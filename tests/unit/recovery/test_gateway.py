from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.aws.ledger import LEASE_SECONDS
from chalicelib.errors import (
    ActionFailedError,
    AwsError,
    ConflictError,
    OutcomeUnknownError,
    StaleRecordError,
    SwitchedOffError,
    ThrottledError,
    UnreachableError,
)
from chalicelib.incidents.base import Attributes, Record
from chalicelib.incidents.model import Bookmark, Observation, Resource, State
from chalicelib.incidents.plans import ActionCall, RecoveryPlan, Risk
from chalicelib.incidents.step import Effect, Step
from chalicelib.incidents.timeline import News
from chalicelib.recovery.gateway import IN_TIME, Gateway, Order
from chalicelib.recovery.model import (
    ActionKind,
    Progress,
    ProgressState,
    RecoveryAction,
    Tools,
    never_proposed,
)

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
LAMP = Resource(type="lamp", id="lamp-1", region="eu-west-1", account="123456789012")
DARK = Observation(exists=True, attributes={"lit": False}, observed_at=NOON)
LIT = Observation(exists=True, attributes={"lit": True}, observed_at=NOON)
OTHER = Observation(exists=True, attributes={"lit": False, "broken": True}, observed_at=NOON)


@dataclass
class FakeLedger:
    """Keeps effects in memory, with the rules of the real one."""

    effects: dict[str, Effect] = field(default_factory=dict)
    news: list[str] = field(default_factory=list)
    mode: str = "auto"
    lease_is_over: bool = True

    def begin(self, step: Step, effect: Effect, news: News, *, undoing: bool) -> Step | Effect:
        if effect.name in self.effects:
            return self.effects[effect.name]
        self._require_on()
        self.effects[effect.name] = effect
        self.news.append(news.what)
        return step

    def take_over(self, step: Step, left: Effect, effect: Effect) -> None:
        if left.status == "intended" and not self.lease_is_over:
            raise ConflictError("another attempt is at work")
        self.effects[left.name] = effect

    def renew(self, step: Step, left: Effect, effect: Effect, *, undoing: bool) -> None:
        self._require_on()
        self.take_over(step, left, effect)

    def _require_on(self) -> None:
        if self.mode == "off":
            raise SwitchedOffError("the mode is off: nothing may be changed")

    def save(self, step: Step, effect: Effect, to: State, news: Sequence[News]) -> Step:
        assert self.effects[effect.name].fence == effect.fence, "not the holder of the fence"
        self.effects[effect.name] = effect
        self.news += [item.what for item in news]
        return step.moved(state=to)

    def find(self, step: Step, name: str) -> tuple[Step, Effect | None]:
        return step, self.effects.get(name)

    def resume(self, step: Step) -> Step:
        return step


class NoParameters(Record):
    """None."""


@dataclass
class Lamp:
    """What the action is about: counts how often it was switched on."""

    lightings: int = 0
    problem: Exception | None = None
    works_before_the_problem: bool = False
    progress: list[ProgressState] = field(default_factory=list)

    def light(self, _resource: Resource, _parameters: Any, _tools: Tools) -> Attributes:
        if self.problem is not None:
            self.lightings += self.works_before_the_problem
            raise self.problem
        self.lightings += 1
        return {"job": "job-1"}

    def look(self, _handle: Attributes, _read: Any) -> Progress:
        return Progress(state=self.progress.pop(0), note="it blew", outputs={"resource_id": "lamp-2"})


def _gateway(lamp: Lamp, ledger: FakeLedger, *, repeatable: bool = False, shows: bool = True) -> Gateway:
    fences = iter(f"fence-{number}" for number in range(100))
    action = RecoveryAction(
        name="light",
        kind=ActionKind.API,
        title="light the lamp",
        resource_types=("lamp",),
        failures=("dark",),
        parameters=NoParameters,
        risk=Risk.LOW,
        automatic=True,
        repeatable=repeatable,
        shows=shows,
        permissions=("lamp:Light",),
        propose=never_proposed,
        apply=lamp.light,
        progress=lamp.look if lamp.progress else None,
    )
    return Gateway(
        ledger=ledger,
        read=_nothing,
        change=_nothing,
        actions={"light": action},
        builder="builder",
        log_rotation="rotate-logs",
        clock=lambda: NOON,
        new_fence=lambda: next(fences),
    )


def _nothing(_service: str, _operation: str, /, **_parameters: Any) -> dict[str, Any]:
    raise AssertionError("the lamp calls nothing")


def _order(before: Observation = DARK) -> Order:
    return Order(
        name="do-0",
        call=ActionCall(action="light"),
        resource=LAMP,
        goal={"lit": True},
        before=lambda: before,
        after=State.VERIFYING,
    )


@pytest.fixture
def step() -> Step:
    plan = RecoveryPlan(
        actions=(ActionCall(action="light"),),
        goal={"lit": True},
        observed_digest=DARK.digest,
        risk=Risk.LOW,
        automatic=True,
        reversible=True,
        summary="light the lamp",
    )
    return Step(
        incident_id="inc-1",
        resource=LAMP,
        failure="dark",
        state=State.EXECUTING,
        bookmark=Bookmark(version=1, head="0" * 64),
        opened_at=NOON,
        failed_at=NOON,
        since=NOON,
        plan=plan,
    )


def test_an_effect_is_intended_before_and_recorded_after(step: Step) -> None:
    lamp, ledger = Lamp(), FakeLedger()
    after = _gateway(lamp, ledger).carry_out(step, _order())
    assert (lamp.lightings, after.state) == (1, State.VERIFYING)
    assert ledger.news == ["Began to light the lamp", "Done: light the lamp"]
    assert ledger.effects["do-0"].prior == {"lit": False, "exists": True}


def test_nothing_happens_when_switched_off(step: Step) -> None:
    lamp = Lamp()
    with pytest.raises(SwitchedOffError):
        _gateway(lamp, FakeLedger(mode="off")).carry_out(step, _order())
    assert lamp.lightings == 0


def test_nothing_is_tried_again_once_it_was_switched_off(step: Step) -> None:
    lamp, ledger = Lamp(problem=ThrottledError("slow down")), FakeLedger()
    gateway = _gateway(lamp, ledger, repeatable=True)
    with pytest.raises(ThrottledError):
        gateway.carry_out(step, _order())
    lamp.problem, ledger.mode = None, "off"
    with pytest.raises(SwitchedOffError):
        gateway.carry_out(step, _order())
    assert lamp.lightings == 0


def test_a_repeated_task_has_no_second_effect(step: Step) -> None:
    lamp, ledger = Lamp(), FakeLedger()
    gateway = _gateway(lamp, ledger)
    gateway.carry_out(step, _order())
    gateway.carry_out(step, _order(LIT))
    assert lamp.lightings == 1


def test_an_attempt_that_vanished_after_its_effect_is_read_back(step: Step) -> None:
    lamp, ledger = Lamp(), FakeLedger()
    _vanish(lamp, ledger, step, after_effect=True)
    after = _gateway(lamp, ledger).carry_out(step, _order(LIT))
    assert (lamp.lightings, ledger.effects["do-0"].status, after.state) == (1, "done", State.VERIFYING)


def test_an_attempt_that_vanished_before_its_effect_is_made_up_for(step: Step) -> None:
    lamp, ledger = Lamp(), FakeLedger()
    _vanish(lamp, ledger, step, after_effect=False)
    _gateway(lamp, ledger).carry_out(step, _order())
    assert (lamp.lightings, ledger.effects["do-0"].status) == (1, "done")


def test_what_does_not_show_is_never_taken_for_done(step: Step) -> None:
    lamp, ledger = Lamp(), FakeLedger()
    _vanish(lamp, ledger, step, after_effect=False)
    _gateway(lamp, ledger, repeatable=True, shows=False).carry_out(step, _order(LIT))
    assert (lamp.lightings, ledger.effects["do-0"].status) == (1, "done")


def test_what_cannot_be_told_is_never_repeated(step: Step) -> None:
    lamp, ledger = Lamp(), FakeLedger()
    _vanish(lamp, ledger, step, after_effect=True)
    with pytest.raises(OutcomeUnknownError):
        _gateway(lamp, ledger).carry_out(step, _order(OTHER))
    assert lamp.lightings == 1


def test_a_repeatable_action_is_repeated_where_it_cannot_be_told(step: Step) -> None:
    lamp, ledger = Lamp(), FakeLedger()
    _vanish(lamp, ledger, step, after_effect=False)
    _gateway(lamp, ledger, repeatable=True).carry_out(step, _order(OTHER))
    assert (lamp.lightings, ledger.effects["do-0"].status) == (1, "done")


def test_an_attempt_that_may_still_be_at_work_is_left_to_it(step: Step) -> None:
    lamp, ledger = Lamp(), FakeLedger(lease_is_over=False)
    _vanish(lamp, ledger, step, after_effect=False)
    with pytest.raises(ConflictError):
        _gateway(lamp, ledger).carry_out(step, _order())
    assert lamp.lightings == 0


def test_an_answer_that_was_lost_is_read_back_at_once(step: Step) -> None:
    lamp = Lamp(problem=UnreachableError("no answer"), works_before_the_problem=True)
    ledger = FakeLedger(lease_is_over=False)
    gateway = _gateway(lamp, ledger)
    with pytest.raises(UnreachableError):
        gateway.carry_out(step, _order())
    after = gateway.carry_out(step, _order(LIT))
    assert (lamp.lightings, after.state) == (1, State.VERIFYING)


def test_a_refused_call_fails_the_action_with_its_reason(step: Step) -> None:
    ledger = FakeLedger()
    gateway = _gateway(Lamp(problem=AwsError("LampBroken", "no bulb")), ledger)
    for _ in range(2):
        with pytest.raises(ActionFailedError, match="no bulb"):
            gateway.carry_out(step, _order())
    assert ledger.effects["do-0"].status == "failed"


def test_a_long_action_is_followed_to_its_end(step: Step) -> None:
    lamp = Lamp(progress=[ProgressState.RUNNING, ProgressState.DONE])
    gateway = _gateway(lamp, FakeLedger())
    begun = gateway.carry_out(step, _order())
    waiting = gateway.follow(begun, _order())
    done = gateway.follow(waiting, _order())
    assert [begun.busy, waiting.busy, done.busy] == [True, True, False]
    assert (lamp.lightings, done.state, done.successor) == (1, State.VERIFYING, "lamp-2")


def test_a_long_action_that_fails_says_why(step: Step) -> None:
    lamp = Lamp(progress=[ProgressState.FAILED])
    gateway = _gateway(lamp, FakeLedger())
    begun = gateway.carry_out(step, _order())
    with pytest.raises(ActionFailedError, match="it blew"):
        gateway.follow(begun, _order())


@dataclass
class SlowLamp(Lamp):
    """Something takes its time between the intent and the change."""

    delay: timedelta = timedelta()
    now: datetime = NOON

    def light(self, resource: Resource, parameters: Any, tools: Tools) -> Attributes:
        self.now += self.delay
        tools.change("lamp", "light")
        return super().light(resource, parameters, tools)


@pytest.mark.parametrize(
    ("delay", "lightings"), [(IN_TIME, 1), (IN_TIME + timedelta(seconds=1), 0)], ids=["in-time", "too-late"]
)
def test_an_attempt_that_was_held_up_too_long_changes_nothing(
    step: Step, delay: timedelta, lightings: int
) -> None:
    """By then another one may have taken the effect over."""
    lamp, ledger = SlowLamp(delay=delay), FakeLedger()
    gateway = replace(_gateway(lamp, ledger), clock=lambda: lamp.now, change=lambda *_, **__: {})
    with suppress(StaleRecordError):
        gateway.carry_out(step, _order())
    assert lamp.lightings == lightings


def test_an_attempt_stops_changing_things_well_before_another_may_take_over() -> None:
    assert IN_TIME + timedelta(seconds=20) < timedelta(seconds=LEASE_SECONDS)


def _vanish(lamp: Lamp, ledger: FakeLedger, step: Step, *, after_effect: bool) -> None:
    """Let an attempt end in the middle, as a process that is killed does."""
    lamp.problem, lamp.works_before_the_problem = _Killed(), after_effect
    with pytest.raises(_Killed):
        _gateway(lamp, ledger).carry_out(step, _order())
    lamp.problem = None


class _Killed(Exception):  # noqa: N818 - not an error of the product
    """The process is gone."""
