"""The one gateway: every change of a customer's resource goes through it.

Before the change its intent is on record, in a transaction that also requires that the mode allows
changes, that the plan is the one decided on, and that no other attempt intends the same effect. After it
the outcome is. Where an attempt vanished in between, the next one reads the resource back, and never
repeats blindly.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from chalicelib.errors import (
    ActionFailedError,
    AwsError,
    OutcomeUnknownError,
    PermanentError,
    RetryableError,
    StaleRecordError,
    TooEarlyError,
)
from chalicelib.incidents.base import Attributes, digest_of
from chalicelib.incidents.model import Observation, Resource, State
from chalicelib.incidents.plans import ActionCall
from chalicelib.incidents.step import Effect, Step
from chalicelib.incidents.timeline import News
from chalicelib.recovery.model import CallAws, Progress, ProgressState, RecoveryAction, Tools
from chalicelib.recovery.plan import differences
from chalicelib.resources.model import ReadAws

IN_TIME = timedelta(seconds=90)
"""For so long after its intent an attempt may change things: well before another one may take it over."""

LONGEST = timedelta(hours=3)
"""After so long an action that still says that it runs counts as failed."""


class Ledger(Protocol):
    """Where intents and outcomes are written."""

    def begin(self, step: Step, effect: Effect, news: News, *, undoing: bool) -> Step | Effect: ...  # noqa: D102
    def take_over(self, step: Step, left: Effect, effect: Effect) -> None: ...  # noqa: D102
    def renew(self, step: Step, left: Effect, effect: Effect, *, undoing: bool) -> None: ...  # noqa: D102
    def save(self, step: Step, effect: Effect, to: State, news: Sequence[News]) -> Step: ...  # noqa: D102
    def find(self, step: Step, name: str) -> tuple[Step, Effect | None]: ...  # noqa: D102
    def resume(self, step: Step) -> Step: ...  # noqa: D102


@dataclass(frozen=True, kw_only=True)
class Order:
    """One effect to have: what, on which resource, and how to tell that it is there."""

    name: str
    call: ActionCall
    resource: Resource
    goal: Attributes
    """What the resource has once the effect is there."""
    before: Callable[[], Observation]
    """What the resource looks like; read once, and only where it matters."""
    after: State
    """The state of the incident once it is done."""
    undoing: bool = False


@dataclass(frozen=True, kw_only=True)
class Gateway:
    """Carries out orders, one effect each."""

    ledger: Ledger
    read: ReadAws
    change: CallAws
    actions: Mapping[str, RecoveryAction]
    builder: str
    log_rotation: str
    clock: Callable[[], datetime]
    new_fence: Callable[[], str]

    def carry_out(self, step: Step, order: Order) -> Step:
        """Have one effect, at most once. The step is busy where the action goes on by itself.

        Raises SwitchedOffError or PlanChangedError before anything was changed, ActionFailedError where
        the action ended without its effect, OutcomeUnknownError where nobody can tell, and a
        RetryableError where trying the same again may work.
        """
        action = self.actions[order.call.action]
        effect = self._effect(step, order)
        begun = self.ledger.begin(
            step, effect, self._news(f"Began to {action.title}", effect), undoing=order.undoing
        )
        if isinstance(begun, Effect):
            return self._resume(self.ledger.resume(step), order, left=begun)
        return self._act(begun, order, effect)

    def follow(self, step: Step, order: Order) -> Step:
        """Look after an action that goes on by itself."""
        current, left = self.ledger.find(step, order.name)
        if left is None:
            return self.carry_out(current, order)
        return self._resume(current, order, left=left)

    def was_ordered(self, step: Step, name: str) -> bool:
        """Whether an earlier attempt intended this effect."""
        return self.ledger.find(step, name)[1] is not None

    def _act(self, step: Step, order: Order, effect: Effect) -> Step:
        action = self.actions[order.call.action]
        change = self._change_in_time(effect)
        tools = self._tools(effect, change)
        try:
            handle = action.apply(order.resource, action.parameters.model_validate(effect.parameters), tools)
        except RetryableError as error:
            self._save(
                step, effect, "unsure", step.state, f"No answer on trying to {action.title}", str(error)
            )
            raise
        except PermanentError as error:
            if isinstance(error, AwsError) and error.code in action.too_early:
                self._save(step, effect, "unsure", step.state, f"Too early to {action.title}", str(error))
                raise TooEarlyError(str(error)) from error
            self._save(step, effect, "failed", step.state, f"Could not {action.title}", str(error))
            raise ActionFailedError(f"could not {action.title}: {error}") from error
        done = effect.model_copy(update={"handle": handle})
        if action.progress is None:
            return self._finish(step, order, done)
        return self._save(step, done, "running", step.state, f"Waiting for AWS to {action.title}").moved(
            busy=True
        )

    def _tools(self, effect: Effect, change: CallAws) -> Tools:
        return Tools(
            read=self.read,
            change=change,
            token=effect.token,
            builder=self.builder,
            log_rotation=self.log_rotation,
        )

    def _change_in_time(self, effect: Effect) -> CallAws:
        """An attempt that was held up finds that out before it changes anything, not after."""

        def change(service: str, operation: str, /, **parameters: Any) -> dict[str, Any]:
            if self.clock() - effect.intended_at > IN_TIME:
                raise StaleRecordError(f"{effect.name} was intended too long ago to be begun now")
            return self.change(service, operation, **parameters)

        return change

    def _resume(self, step: Step, order: Order, *, left: Effect) -> Step:
        """Go on from where an earlier attempt left off."""
        match left.status:
            case "done":
                return step.moved(busy=False, successor=_successor(left.handle, order) or step.successor)
            case "failed":
                raise ActionFailedError(left.note)
            case "running":
                return self._poll(step, order, left)
        return self._read_back(step, order, left, self._effect(step, order))

    def _read_back(self, step: Step, order: Order, left: Effect, effect: Effect) -> Step:
        """An attempt vanished: is its effect there? If surely not, or a repeat is harmless, have it now."""
        action, before = self.actions[order.call.action], order.before()
        if action.shows and not differences(order.goal, before):
            self.ledger.take_over(step, left, effect)
            return self._finish(step, order, effect)
        untouched = step.plan is not None and before.digest == step.plan.observed_digest
        if untouched or action.repeatable:
            self.ledger.renew(step, left, effect, undoing=order.undoing)
            return self._act(step, order, effect)
        raise OutcomeUnknownError(f"whether {order.name} of {step.incident_id} happened cannot be told")

    def _poll(self, step: Step, order: Order, effect: Effect) -> Step:
        action = self.actions[order.call.action]
        if action.progress is None:
            return self._finish(step, order, effect)
        progress = action.progress(effect.handle, self.read)
        if progress.state is ProgressState.RUNNING and self.clock() - effect.intended_at < LONGEST:
            return step.moved(busy=True)
        if progress.state is ProgressState.DONE:
            return self._finish(step, order, effect, progress)
        note = progress.note or "it took too long"
        self._save(step, effect, "failed", step.state, f"Could not {action.title}", note)
        raise ActionFailedError(f"could not {action.title}: {note}")

    def _finish(self, step: Step, order: Order, effect: Effect, progress: Progress | None = None) -> Step:
        outputs = progress.outputs if progress else {}
        done = effect.model_copy(update={"handle": {**effect.handle, **outputs}})
        title = self.actions[order.call.action].title
        moved = self._save(step, done, "done", order.after, f"Done: {title}")
        return moved.moved(busy=False, successor=_successor(outputs, order) or step.successor)

    def _save(self, step: Step, effect: Effect, status: str, to: State, what: str, note: str = "") -> Step:
        saved = effect.model_copy(update={"status": status, "note": note})
        return self.ledger.save(step, saved, to, [self._news(what, saved)])

    def _effect(self, step: Step, order: Order) -> Effect:
        before = order.before()
        return Effect(
            name=order.name,
            action=order.call.action,
            parameters=order.call.parameters,
            resource=order.resource,
            token=digest_of([step.incident_id, order.name])[:32],
            fence=self.new_fence(),
            intended_at=self.clock(),
            prior=before.attributes | {"exists": before.exists},
        )

    def _news(self, what: str, effect: Effect) -> News:
        facts = {"action": effect.action, "parameters": effect.parameters, "effect": effect.name}
        return News(what=what, at=self.clock(), data=facts | ({"note": effect.note} if effect.note else {}))


def _successor(outputs: Attributes, order: Order) -> str:
    """The id of what took the resource's place, where that is another one."""
    made = str(outputs.get("resource_id") or "")
    return "" if made == order.resource.id else made
