"""What happens when something went wrong: whatever was changed is put back, and the incident ends."""

from __future__ import annotations

import json
from functools import cache, partial

from chalicelib.collaborators import Collaborators
from chalicelib.errors import NotHealthyYetError
from chalicelib.incidents.base import Attributes
from chalicelib.incidents.lifecycle import ENDED
from chalicelib.incidents.model import Incident, State
from chalicelib.incidents.plans import ActionCall, Health
from chalicelib.incidents.step import Effect, Step
from chalicelib.incidents.telling import UNDOING_VERIFIED
from chalicelib.incidents.timeline import News
from chalicelib.recovery.gateway import Order
from chalicelib.recovery.model import ActionKind
from chalicelib.recovery.verify import verify

_TIMEOUTS = {
    "States.Timeout": "nobody answered in time",
    "States.HeartbeatTimeout": "Mainstay itself stopped looking after the question",
}
"""Why a question to people came to nothing."""


def roll_back(step: Step, team: Collaborators) -> Step:
    """End an incident that cannot go on; undo first what was done, the last action first.

    Comes back busy while an undoing goes on by itself, and ROLLING_BACK once everything is undone and is
    to be verified.
    """
    story = team.incidents.story(step.incident_id)
    current = step.resumed(story.incident).moved(error=step.error)
    if current.state in ENDED:
        return current
    if current.state is State.AWAITING_APPROVAL and step.error and step.error.Error in _TIMEOUTS:
        return _expire(current, _why_expired(story.incident, _TIMEOUTS[step.error.Error]), team)
    if current.state is not State.ROLLING_BACK:
        return _begin(current, story.effects, team)
    if step.state is State.ROLLING_BACK and step.error is not None:
        return give_up(current, f"what was undone could not be verified. {story.incident.problem}", team)
    return _undo_next(current.moved(error=None), story.effects, team)


def verify_undoing(step: Step, team: Collaborators) -> Step:
    """See that what the recovery was to change is as it was before; that ends the incident as failed."""
    incident = team.incidents.load(step.incident_id)
    plan, before = incident.plan, incident.observation
    known: Attributes = {**before.attributes, "exists": before.exists} if before else {}
    goal = {name: known.get(name) for name in (plan.goal if plan else ())}
    found = verify(goal, team.observe(step.resource), team.clock())
    if found.health is not Health.HEALTHY:
        raise NotHealthyYetError(f"{step.resource.id}: {'; '.join(found.looked_at)}")
    news = News(what=UNDOING_VERIFIED, at=found.verified_at)
    return team.incidents.advance(step, State.FAILED, [news])


def end_somehow(step: Step, team: Collaborators) -> Step:
    """End an incident whose end went wrong as well."""
    current = team.incidents.resume(step)
    return current if current.state in ENDED else give_up(current, _problem(step), team)


def _begin(step: Step, effects: tuple[Effect, ...], team: Collaborators) -> Step:
    problem = _problem(step)
    done = [effect for effect in effects if _may_have_happened(effect, team)]
    if not done:
        return give_up(step, problem, team)
    if not all(_undo_of(effect, team) for effect in done):
        return give_up(step, f"{problem}. Something was done that cannot be undone", team)
    news = News(what=f"The recovery failed: {problem[:400]}. Began to undo it", at=team.clock())
    moved = team.incidents.advance(step.moved(error=None), State.ROLLING_BACK, [news], problem=problem[:2000])
    return _undo_next(moved.moved(busy=False), effects, team)


def _why_expired(incident: Incident, why: str) -> str:
    """One of two is no approval: whoever agreed is named, so that the others know who waited for them."""
    agreed = incident.question.agreed if incident.question else ()
    if not agreed:
        return why
    return f"only {', '.join(one.by for one in agreed)} agreed in time, and another person had to as well"


def _expire(step: Step, why: str, team: Collaborators) -> Step:
    news = News(what=f"{why.capitalize()}: nothing was changed", at=team.clock())
    return team.incidents.advance(step.moved(error=None), State.EXPIRED, [news], problem=why)


def _undo_next(step: Step, effects: tuple[Effect, ...], team: Collaborators) -> Step:
    """Undo what is not undone yet, until an undoing has to be waited for."""
    known = {effect.name: effect for effect in effects}
    for effect in reversed([one for one in effects if _may_have_happened(one, team)]):
        undoing = known.get(effect.name.replace("do-", "undo-"))
        if undoing and undoing.status == "done":
            continue
        order = _order(effect, team)
        act = team.gateway.follow if undoing else team.gateway.carry_out
        step = act(step, order)
        if step.busy:
            return step
    return step.moved(busy=False)


def _order(effect: Effect, team: Collaborators) -> Order:
    call = _undo_of(effect, team)
    if call is None:
        raise ValueError(f"{effect.action} has no undo")
    return Order(
        name=effect.name.replace("do-", "undo-"),
        call=call,
        resource=effect.resource,
        goal=effect.prior,
        before=cache(partial(team.observe, effect.resource)),
        after=State.ROLLING_BACK,
        undoing=True,
    )


def _undo_of(effect: Effect, team: Collaborators) -> ActionCall | None:
    action = team.actions[effect.action]
    if action.undo is None:
        return None
    return action.undo(action.parameters.model_validate(effect.parameters), effect.prior, effect.handle)


def _may_have_happened(effect: Effect, team: Collaborators) -> bool:
    """What was refused had no effect; a build or a restore that was begun may have got half-way."""
    if not effect.name.startswith("do-"):
        return False
    got_going = team.actions[effect.action].kind is not ActionKind.API and bool(effect.handle)
    return effect.status != "failed" or got_going


def give_up(step: Step, problem: str, team: Collaborators) -> Step:
    """End an incident as failed, for this reason."""
    news = News(what=f"Gave up: {problem[:500]}", at=team.clock())
    return team.incidents.advance(step.moved(error=None), State.FAILED, [news], problem=problem[:2000])


def _problem(step: Step) -> str:
    if step.error is None:
        return "the workflow could not go on"
    return f"{step.error.Error}: {_message(step.error.Cause)}"


def _message(cause: str) -> str:
    """Lambda's error text out of a cause, which is JSON where a function raised it."""
    try:
        known = json.loads(cause)
    except ValueError:
        return cause
    return str(known.get("errorMessage", cause)) if isinstance(known, dict) else cause
