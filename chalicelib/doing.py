"""What happens once it was decided: the plan is carried out, action by action, and its effect verified."""

from __future__ import annotations

from functools import cache, partial

from chalicelib.collaborators import Collaborators
from chalicelib.errors import NotHealthyYetError, PlanChangedError, StaleRecordError
from chalicelib.incidents.lifecycle import ENDED
from chalicelib.incidents.model import Classification, Observation, State
from chalicelib.incidents.plans import Health, RecoveryPlan
from chalicelib.incidents.step import Step
from chalicelib.incidents.timeline import News
from chalicelib.recovery.gateway import Order
from chalicelib.recovery.plan import differences
from chalicelib.recovery.verify import verify
from chalicelib.undoing import verify_undoing


def run_action(step: Step, team: Collaborators) -> Step:
    """Carry out the next action of the plan through the gateway, or look after one that goes on by itself.

    Where a rejection came before anything was begun, nothing is.
    """
    try:
        return _run_next(step, team)
    except StaleRecordError:
        current = team.incidents.resume(step)
        if current.state in ENDED:
            return current.moved(busy=False)
        raise


def _run_next(step: Step, team: Collaborators) -> Step:
    plan = step.agreed_plan
    observe = cache(partial(team.observe, step.resource))
    last = step.position + 1 == len(plan.actions)
    order = Order(
        name=f"do-{step.position}",
        call=plan.actions[step.position],
        resource=step.resource,
        goal=plan.goal,
        before=observe,
        after=State.VERIFYING if last else State.EXECUTING,
    )
    if step.busy:
        return _after(step, team.gateway.follow(step, order))
    changed = step.position == 0 and observe().digest != plan.observed_digest
    if changed and not team.gateway.was_ordered(step, order.name):
        return _not_needed(step, plan, observe(), team)
    return _after(step, team.gateway.carry_out(step, order))


def verify_recovery(step: Step, team: Collaborators) -> Step:
    """Read the resource until it has what the plan was for, or after an undoing what it had before."""
    if step.state in ENDED:
        return step
    if step.state is State.ROLLING_BACK:
        return verify_undoing(step, team)
    now = team.clock()
    found = verify(step.agreed_plan.goal, team.observe(step.target), now)
    if found.health is not Health.HEALTHY:
        raise NotHealthyYetError(f"{step.target.id}: {'; '.join(found.looked_at)}")
    seconds = max(0.0, (now - step.failed_at).total_seconds())
    news = News(what=f"Verified: {'; '.join(found.looked_at)}", at=now)
    moved = team.incidents.advance(
        step, State.COMPLETED, [news], verification=found, successor=step.successor or None
    )
    if team.types[step.resource.type].failure(step.failure).classification is not Classification.ANOMALY:
        team.telemetry.count("HealthySeconds", seconds, ResourceType=step.resource.type)
    return moved.moved(healthy_seconds=seconds)


def _after(before: Step, after: Step) -> Step:
    return after if after.busy else after.moved(position=before.position + 1)


def _not_needed(step: Step, plan: RecoveryPlan, observation: Observation, team: Collaborators) -> Step:
    """The resource changed since it was decided on: fine where it is well by now, else nothing is done."""
    shows = all(team.actions[call.action].shows for call in plan.actions)
    if not shows or differences(plan.goal, observation):
        raise PlanChangedError(f"{step.resource.id} is no longer as it was planned for: {observation.glance}")
    news = News(what="Found the resource well again before anything was done", at=team.clock())
    moved = team.incidents.advance(step, State.VERIFYING, [news])
    return moved.moved(position=len(plan.actions))
