"""The ledger of effects: an intent is on record before anything is changed, its outcome after."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from chalicelib.aws import items, keys
from chalicelib.aws.clients import TransactionCancelledError
from chalicelib.aws.incident_parts import Terms
from chalicelib.aws.incident_table import IncidentTable
from chalicelib.errors import ConflictError, PlanChangedError, StaleRecordError, SwitchedOffError
from chalicelib.incidents.model import State
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
            self._incidents.write([self._allowed(), self._intended(step, effect), *changes])
        except TransactionCancelledError as refused:
            return self._explain(refused, step)
        return moved

    def take_over(self, step: Step, left: Effect, effect: Effect) -> None:
        """Take the fence of an attempt that is gone; raise ConflictError while it may still be at work."""
        if effect.intended_at - left.intended_at < timedelta(seconds=LEASE_SECONDS):
            raise ConflictError(f"{left.name} of {step.incident_id} is being done by another attempt")
        self._incidents.write([self._held(step, left, effect)])

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

    def _allowed(self) -> dict[str, Any]:
        return items.check(
            self._table,
            keys.MODE,
            "#mode IN (:auto, :approve)",
            {"#mode": "mode"},
            auto="auto",
            approve="approve",
        )

    def _intended(self, step: Step, effect: Effect) -> dict[str, Any]:
        where = keys.effect_key(step.incident_id, effect.name)
        content = {**where, "effect": items.encode(effect), "fence": items.encode(effect.fence)}
        return items.put_new(self._table, content, show=True)

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
        if refused.failed(0):
            mode = items.plain(refused.item(0)).get("mode", "never set")
            raise SwitchedOffError(f"the mode is {mode}: nothing may be changed") from refused
        found = items.plain(refused.item(2))
        if step.plan and found.get("plan_digest") != step.plan.digest:
            raise PlanChangedError("the plan is not the one that was decided on") from refused
        raise StaleRecordError(f"{step.incident_id} moved on") from refused
