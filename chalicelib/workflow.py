"""The story of an incident: one short function per step, load -> judge -> save.

Every function takes the step before it and answers the step after it. A repeated call is harmless.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from chalicelib.analysis.assess import assess
from chalicelib.analysis.case import Case, Question
from chalicelib.analysis.decision import decide
from chalicelib.aws.incident_parts import Terms
from chalicelib.aws.memory import Material
from chalicelib.collaborators import Collaborators
from chalicelib.errors import MainstayError, NotSettledYetError, PlanChangedError
from chalicelib.incidents.lifecycle import ENDED
from chalicelib.incidents.messages import render_message
from chalicelib.incidents.model import Assessment, Classification, Intent, Observation, PastIncident, State
from chalicelib.incidents.plans import Decision, RecoveryPlan, Verdict
from chalicelib.incidents.step import Step
from chalicelib.incidents.timeline import News
from chalicelib.recovery.model import Situation
from chalicelib.recovery.plan import candidates, make_plan
from chalicelib.undoing import end_somehow

_HEARTBEAT_SECONDS = 900
"""Three sweeps: a question that Mainstay itself no longer looks after is given up early."""

_AFTER = {
    Verdict.RECOVER: State.EXECUTING,
    Verdict.REVIEW: State.AWAITING_APPROVAL,
    Verdict.IGNORE: State.DISMISSED,
}


def run_task(task: Callable[[Step, Collaborators], Step], step: Step, team: Collaborators) -> Step:
    """Run one of the functions below, with its log lines and stage time under the incident's id."""
    with team.telemetry.about(step.incident_id):
        try:
            after = task(step, team)
        except MainstayError as error:
            team.telemetry.warn(
                f"{task.__name__} raised {type(error).__name__}: {error}", state=step.state.value
            )
            raise
        if after.state is not step.state:
            seconds = (after.since - step.since).total_seconds()
            team.telemetry.log(f"{step.state.value} -> {after.state.value}", seconds=seconds)
            team.telemetry.count("StageSeconds", seconds, State=step.state.value)
        return after


def detect_incident(step: Step, team: Collaborators) -> Step:
    """Read the resource again, with its tags, once it has come to rest."""
    kind = team.types[step.resource.type]
    observation = team.observe(step.resource)
    if observation.passing:
        raise NotSettledYetError(f"{step.resource.id} is still {observation.passing}")
    if kind.read_tags is not None and observation.exists:
        tags = kind.read_tags(step.resource, team.read)
        observation = observation.model_copy(update={"tags": tags})
    news = News(what=f"Looked at the resource: {observation.glance}", at=team.clock())
    moved = team.incidents.advance(step, State.ANALYZING, [news], observation=observation)
    return moved.moved(observation=observation)


def analyze_incident(step: Step, team: Collaborators) -> Step:
    """Gather evidence and judge it: by rules always, with the model's help where the policy says so."""
    material = team.memory.for_analysis(step, team.clock())
    case = _case(material, team)
    assessment = assess(
        case,
        team.limits(step.resource, case.observation.tags),
        candidates=candidates(step.resource.type, step.failure, team.actions),
        converse=team.converse,
        nonce=team.new_nonce(),
    )
    team.telemetry.count(
        "Judged", Judge=assessment.judge.value, Classification=assessment.classification.value
    )
    confidence = f"{assessment.confidence:.0%}"
    news = News(
        what=f"Judged it {assessment.classification.value}, {confidence} sure, by {assessment.judge.value}",
        at=team.clock(),
        data={"evidence": [one.model_dump(mode="json") for one in assessment.evidence]},
    )
    moved = team.incidents.advance(step, State.PLANNING, [news], assessment=assessment)
    return moved.moved(classification=assessment.classification, known_good=material.known_good)


def plan_recovery(step: Step, team: Collaborators) -> Step:
    """Make the one exact plan that is decided on, approved and carried out; it is saved with the decision."""
    if step.classification is Classification.NORMAL or step.observation is None:
        return step.moved(observation=None, known_good=None)
    known = step.known_good.tags if step.known_good else {}
    protection = team.policy.protection_of(step.resource, step.observation.tags or known)
    situation = Situation(
        resource=step.resource,
        failure=step.failure,
        observation=step.observation,
        known_good=step.known_good or (team.memory.known_good(step.resource) if protection else None),
        recreation=protection.recreation if protection else None,
    )
    plan = make_plan(situation, actions=team.actions, read=team.read)
    return step.moved(plan=plan, observation=None, known_good=None)


def decide_recovery(step: Step, team: Collaborators) -> Step:
    """Ask every gate; record plan and decision; take the recovery out of the budgets where it goes ahead."""
    now = team.clock()
    material = team.memory.for_decision(step, now)
    question = _question(step, material, now, team)
    decision = decide(question)
    team.telemetry.count("Decisions", Verdict=decision.verdict.value, ResourceType=step.resource.type)
    to = _state_after(decision, step.plan)
    if to is State.DISMISSED and len(material.incident.signals) > question.assessment.heard:
        return _judge_again(step, material, team)
    moved = team.incidents.advance(
        step,
        to,
        _decision_news(step.plan, decision, team),
        _along_with(to, step, material, question, team),
        terms=Terms(heard=question.assessment.heard if to is State.DISMISSED else None),
        plan=step.plan,
        plan_digest=step.plan.digest if step.plan else None,
        decision=decision,
        problem="there is no recovery for this in the catalogue" if to is State.FAILED else None,
    )
    limits = question.limits
    return moved.moved(
        verdict=decision.verdict,
        notify=question.assessment.classification is not Classification.NORMAL,
        approval_seconds=limits.approval_seconds,
        heartbeat_seconds=max(1, min(_HEARTBEAT_SECONDS, limits.approval_seconds - 1)),
        cooldown_seconds=limits.cooldown_seconds,
    )


def request_approval(step: Step, token: str, team: Collaborators) -> Step:
    """Ask people about one exact plan. The token by which the workflow goes on never leaves the table."""
    news = News(
        what="Asked people to approve the plan", at=team.clock(), data={"seconds": step.approval_seconds}
    )
    moved = team.incidents.advance(step, State.AWAITING_APPROVAL, [news], task_token=token)
    return _tell(moved, team)


def notify_people(step: Step, team: Collaborators) -> Step:
    """Tell people and machines what happened and what was done. An incident whose undoing failed ends first."""
    if step.state not in ENDED:
        step = end_somehow(step, team)
    return _tell(step, team)


def learn_outcome(step: Step, team: Collaborators) -> Step:
    """Keep the outcome for later judgement. Whatever went wrong before, the incident ends here."""
    if step.state not in ENDED:
        step = end_somehow(step, team)
    now = team.clock()
    past = PastIncident(
        incident_id=step.incident_id,
        signature=step.signature,
        resource_id=step.resource.id,
        state=step.state,
        action=", ".join(call.action for call in step.plan.actions) if step.plan else "",
        ended_at=now,
        healthy_seconds=step.healthy_seconds,
    )
    approved = step.verdict is Verdict.REVIEW and step.state is State.COMPLETED
    news = [News(what="Told people", at=now, data={"messages": list(step.told)})] if step.told else []
    news.append(News(what=f"Learnt the outcome: {step.state.value}", at=now))
    also = team.memory.outcome_learnt(past, step.resource.type, approved=approved)
    team.telemetry.count("Ended", State=step.state.value, ResourceType=step.resource.type)
    return team.incidents.note(step, news, also)


# -- judging ------------------------------------------------------------------------------------


def _case(material: Material, team: Collaborators) -> Case:
    incident, observation = material.incident, _observed(material)
    kind = team.types[incident.resource.type]
    if material.load is None:
        raise ValueError("analysis reads the load")
    return Case(
        incident=incident,
        kind=kind.failure(incident.failure),
        observation=observation,
        failing=kind.is_failing(incident.failure, observation, material.known_good),
        known_good=material.known_good,
        outcomes=material.outcomes,
        similar=material.similar,
        load=material.load,
        policy=team.policy,
        now=team.clock(),
    )


def _question(step: Step, material: Material, now: datetime, team: Collaborators) -> Question:
    return Question(
        incident=material.incident,
        assessment=_assessed(material),
        plan=step.plan,
        limits=team.limits(step.resource, _observed(material).tags),
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
        return team.memory.recovery_begun(step, material.guard, question.now)
    observation = _observed(material)
    protected = team.policy.protection_of(step.resource, observation.tags)
    if protected and _is_accepted(question.assessment, observation):
        return [team.memory.good_state(step.resource, observation)]
    return []


def _judge_again(step: Step, material: Material, team: Collaborators) -> Step:
    """Something more was heard since the judgement that it is nothing: that may be the failure."""
    news = News(what="Heard more about it: judging again", at=team.clock())
    moved = team.incidents.advance(step, State.ANALYZING, [news])
    return moved.moved(observation=_observed(material), plan=None)


def _state_after(decision: Decision, plan: RecoveryPlan | None) -> State:
    if decision.in_cooldown:
        return State.COOLDOWN
    if decision.verdict is Verdict.REVIEW and plan is None:
        return State.FAILED
    return _AFTER[decision.verdict]


def _is_accepted(assessment: Assessment, observation: Observation) -> bool:
    """Whether somebody changed the resource on purpose, so that its new state is the good one."""
    deliberate = assessment.intent in {Intent.DELIBERATE, Intent.AUTOMATION}
    return observation.exists and deliberate and assessment.classification is Classification.NORMAL


def _decision_news(plan: RecoveryPlan | None, decision: Decision, team: Collaborators) -> Sequence[News]:
    now = team.clock()
    planned = News(what=f"Planned to {plan.summary}", at=now, data={"digest": plan.digest}) if plan else None
    gates = {
        "gates": [gate.model_dump(mode="json") for gate in decision.gates],
        "policy": decision.policy_version,
    }
    decided = News(what=f"Decided {decision.verdict.value}: {decision.reason}", at=now, data=gates)
    return [planned, decided] if planned else [decided]


# -- telling and ending -------------------------------------------------------------------------


def _tell(step: Step, team: Collaborators) -> Step:
    story = team.incidents.story(step.incident_id)
    kind = team.types[step.resource.type].failure(step.failure)
    message = render_message(
        story.incident, story.timeline, console_url=team.settings.console_url, happened=kind.title
    )
    return step.moved(told=(*step.told, team.publish(message)))


# -- what a record must have by now -------------------------------------------------------------


def _observed(material: Material) -> Observation:
    if material.incident.observation is None:
        raise PlanChangedError("the record has no observation yet")
    return material.incident.observation


def _assessed(material: Material) -> Assessment:
    if material.incident.assessment is None:
        raise PlanChangedError("the record has no assessment yet")
    return material.incident.assessment
