"""What is to be done: every gate is asked, and plan and decision are recorded together."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from chalicelib.analysis.case import Question
from chalicelib.analysis.decision import decide
from chalicelib.aws.incident_parts import Terms
from chalicelib.aws.memory import Material
from chalicelib.collaborators import Collaborators
from chalicelib.incidents.model import ActorKind, Assessment, Classification, Incident, State
from chalicelib.incidents.plans import Decision, RecoveryPlan, Verdict
from chalicelib.incidents.step import Step
from chalicelib.incidents.timeline import News
from chalicelib.incidents.word import is_announced
from chalicelib.workflow import look_again

_HEARTBEAT_SECONDS = 900
"""Three sweeps: a question that Mainstay itself no longer looks after is given up early."""

_AFTER = {
    Verdict.RECOVER: State.EXECUTING,
    Verdict.REVIEW: State.AWAITING_APPROVAL,
    Verdict.IGNORE: State.DISMISSED,
}


def decide_recovery(step: Step, team: Collaborators) -> Step:
    """Ask every gate; record plan and decision; take the recovery out of the budgets where it goes ahead."""
    now = team.clock()
    material = team.memory.for_decision(step, now)
    question = _question(step, material, now, team)
    decision = decide(question)
    team.telemetry.count("Decisions", Verdict=decision.verdict.value, ResourceType=step.resource.type)
    to = _state_after(decision, step.plan)
    if to is not State.COOLDOWN and _heard_what_matters(to, material, question):
        return look_again(step, len(material.incident.signals), team)
    limits = question.limits
    decided = step.moved(
        verdict=decision.verdict,
        notify=question.assessment.classification is not Classification.NORMAL,
        approval_seconds=limits.approval_seconds,
        heartbeat_seconds=max(1, min(_HEARTBEAT_SECONDS, limits.approval_seconds - 1)),
        cooldown_seconds=limits.cooldown_seconds,
    )
    moved = team.incidents.advance(
        decided,
        to,
        _decision_news(step.plan, decision, team),
        _along_with(to, decided, material, question, team),
        terms=Terms(heard=len(material.incident.signals)),
        plan=step.plan,
        plan_digest=step.plan.digest if step.plan else None,
        decision=decision,
        problem=_problem(to, material.incident),
    )
    return moved.moved(observation=None, known_good=None)


def _question(step: Step, material: Material, now: datetime, team: Collaborators) -> Question:
    return Question(
        incident=material.incident,
        assessment=material.assessed,
        plan=step.plan,
        limits=team.limits(step.resource, step.tags or material.observed.tags),
        policy=team.policy,
        mode=material.mode,
        guard=material.guard,
        load=material.load,
        now=now,
    )


def _along_with(
    to: State, step: Step, material: Material, question: Question, team: Collaborators
) -> list[dict[str, Any]]:
    """What is written in the transaction of the decision: the recovery is counted, a change accepted."""
    if to is State.EXECUTING and material.guard is not None:
        return team.memory.recovery_begun(step, material.guard, question.now, team.policy.budgets)
    observation = material.observed
    protected = team.policy.protection_of(step.resource, observation.tags)
    if to is State.DISMISSED and protected and _is_accepted(material.incident, question.assessment, team):
        return [team.memory.good_state(step.resource, observation)]
    return []


def _heard_what_matters(to: State, material: Material, question: Question) -> bool:
    """Whether signals joined since the judgement that may change it: any, or before acting who did it."""
    unheard = material.incident.signals[question.assessment.heard :]
    named = any(signal.actor.kind is not ActorKind.UNKNOWN for signal in unheard)
    return named or (to is State.DISMISSED and bool(unheard))


def _state_after(decision: Decision, plan: RecoveryPlan | None) -> State:
    if decision.in_cooldown:
        return State.COOLDOWN
    if decision.verdict is Verdict.REVIEW and plan is None:
        return State.FAILED
    return _AFTER[decision.verdict]


def _problem(to: State, incident: Incident) -> str | None:
    """Nothing went wrong where AWS announced what is not ours to repair: it is handed to people."""
    if to is not State.FAILED or is_announced(incident):
        return None
    return "there is no recovery for this in the catalogue"


def _is_accepted(incident: Incident, assessment: Assessment, team: Collaborators) -> bool:
    """Whether a configuration was changed by CI or infrastructure as code alone: then it is the good one."""
    kind = team.types[incident.resource.type].failure(incident.failure)
    actors = {signal.actor.kind for signal in incident.signals}
    tampering = kind.classification is Classification.TAMPERING
    return tampering and actors == {ActorKind.IAC} and assessment.classification is Classification.NORMAL


def _decision_news(plan: RecoveryPlan | None, decision: Decision, team: Collaborators) -> Sequence[News]:
    now = team.clock()
    planned = News(what=f"Planned to {plan.summary}", at=now, data={"digest": plan.digest}) if plan else None
    gates = {
        "gates": [gate.model_dump(mode="json") for gate in decision.gates],
        "policy": decision.policy_version,
    }
    decided = News(what=f"Decided {decision.verdict.value}: {decision.reason}", at=now, data=gates)
    return [planned, decided] if planned else [decided]
