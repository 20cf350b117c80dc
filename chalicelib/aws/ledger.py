"""The ledger of effects: an intent is on record before anything is changed, its outcome after."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from chalicelib.aws import items, keys
from chalicelib.aws.clients import TransactionCancelledError
from chalicelib.aws.incident_parts import Terms, in_days
from chalicelib.aws.incident_table import IncidentTable
from chalicelib.aws.records import KEEP_DAYS
from chalicelib.errors import ConflictError, PlanChangedError, StaleRecordError, SwitchedOffError
from chalicelib.incidents.model import State
from chalicelib.incidents.plans import Verdict
from chalicelib.incidents.step import Effect, Step
from chalicelib.incidents.timeline import News

LEASE_SECONDS = 120
"""Longer than any task may run: whoever intended an effect longer ago than this is gone."""


class Ledger:
    """Intents and outcomes, each written in one transaction with the incident's timeline."""

    def __init__(self, incidents: IncidentTable) -> None:
        self._incidents = incidents
        self._table = incidents.table

    def begin(self, step: Step, effect: Effect, news: News, *, undoing: bool = False) -> Step | Effect:
        """Record an intent. Answers the step after it, or the effect that an earlier attempt intended.

        All in one transaction: the mode allows changes, the incident is where the step says, its plan is
        the one in the step (digest), nobody else intended this effect. Raises SwitchedOffError,
        PlanChangedError or StaleRecordError.
        """
        terms = Terms() if undoing else Terms(plan_digest=step.agreed_plan.digest)
        changes, moved = self._incidents.advance_parts(step, step.state, [news], {}, terms)
        try:
            allowed = self._allowed(step, undoing=undoing)
            self._incidents.write([allowed, self._intended(step, effect), *changes])
        except TransactionCancelledError as refused:
            return self._explain(refused, step)
        return moved

    def take_over(self, step: Step, left: Effect, effect: Effect) -> None:
        """Take the fence of an attempt that is gone; raise ConflictError while it may still be at work."""
        self._write_held([], step, left, effect)

    def renew(self, step: Step, left: Effect, effect: Effect, *, undoing: bool = False) -> None:
        """Make an effect that an earlier attempt left ours, right before having it.

        All that `begin` requires must hold again: between the two, the mode may have been switched.
        """
        conditions = ["#state = :state"] if undoing else ["#state = :state", "plan_digest = :digest"]
        digest = {} if undoing else {"digest": step.agreed_plan.digest}
        same = items.check(
            self._table,
            keys.record_key(step.incident_id),
            " AND ".join(conditions),
            {"#state": "state"},
            state=step.state.value,
            **digest,
        )
        self._write_held([self._allowed(step, undoing=undoing), same], step, left, effect)

    def _write_held(self, also: list[dict[str, Any]], step: Step, left: Effect, effect: Effect) -> None:
        at_work = left.status == "intended"
        if at_work and effect.intended_at - left.intended_at < timedelta(seconds=LEASE_SECONDS):
            raise ConflictError(f"{left.name} of {step.incident_id} is being done by another attempt")
        try:
            self._incidents.write([self._held(step, left, effect), *also])
        except TransactionCancelledError as refused:
            if refused.failed(0):
                raise ConflictError(f"{left.name} of {step.incident_id} was taken over") from refused
            self._raise_mode(refused, 1)
            raise PlanChangedError("the plan is not the one that was decided on any more") from refused

    def save(self, step: Step, effect: Effect, to: State, news: Sequence[News]) -> Step:
        """Record how far an effect is, or what became of it. Only the holder of its fence can.

        Raises StaleRecordError where somebody else took it over, or moved the incident on.
        """
        changes, moved = self._incidents.advance_parts(step, to, news, {})
        try:
            self._incidents.write([self._held(step, effect, effect), *changes])
        except TransactionCancelledError as refused:
            raise StaleRecordError(f"{effect.name} of {step.incident_id} is not ours any more") from refused
        return moved

    def find(self, step: Step, name: str) -> tuple[Step, Effect | None]:
        """The step as the record now stands, and one effect, where it was ever intended."""
        story = self._incidents.story(step.incident_id)
        found = next((effect for effect in story.effects if effect.name == name), None)
        return step.resumed(story.incident), found

    def resume(self, step: Step) -> Step:
        """The step as the record now stands."""
        return self._incidents.resume(step)

    def _allowed(self, step: Step, *, undoing: bool) -> dict[str, Any]:
        """In mode approve, what no person agreed to is not done any more; undoing what was done still is."""
        agreed = undoing or step.verdict is Verdict.REVIEW
        modes = {"auto": "auto", "approve": "approve"} if agreed else {"auto": "auto"}
        named = ", ".join(f":{mode}" for mode in modes)
        return items.check(self._table, keys.MODE, f"#mode IN ({named})", {"#mode": "mode"}, **modes)

    def _intended(self, step: Step, effect: Effect) -> dict[str, Any]:
        where = keys.effect_key(step.incident_id, effect.name)
        expires = items.encode(in_days(effect.intended_at, KEEP_DAYS))
        content = {**where, "effect": items.encode(effect), "fence": items.encode(effect.fence)}
        return items.put_new(self._table, {**content, "expires_at": expires}, show=True)

    def _held(self, step: Step, held: Effect, new: Effect) -> dict[str, Any]:
        return items.update(
            self._table,
            keys.effect_key(step.incident_id, held.name),
            "SET effect = :effect, fence = :fence",
            "fence = :held",
            names=None,
            effect=new,
            fence=new.fence,
            held=held.fence,
        )

    def _explain(self, refused: TransactionCancelledError, step: Step) -> Effect:
        if refused.failed(1):
            return Effect.model_validate_json(items.decode(refused.item(1)["effect"]))
        self._raise_mode(refused, 0)
        found = items.plain(refused.item(2))
        if step.plan and found.get("plan_digest") != step.plan.digest:
            raise PlanChangedError("the plan is not the one that was decided on") from refused
        raise StaleRecordError(f"{step.incident_id} moved on") from refused

    def _raise_mode(self, refused: TransactionCancelledError, position: int) -> None:
        """Say so, where it was the mode that did not allow it."""
        if refused.failed(position):
            mode = items.plain(refused.item(position)).get("mode", "never set")
            raise SwitchedOffError(f"the mode is {mode}: nothing may be changed") from refused
