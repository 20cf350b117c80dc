"""The story of an incident: one short function per step, load -> judge -> save.

Every function takes the step before it and answers the step after it. A repeated call is harmless.
"""

from __future__ import annotations

from collections.abc import Callable

from chalicelib.analysis.assess import assess
from chalicelib.analysis.case import Case
from chalicelib.asking import new_question
from chalicelib.aws.memory import Material
from chalicelib.collaborators import Collaborators
from chalicelib.errors import MainstayError, NotSettledYetError
from chalicelib.incidents.lifecycle import ENDED
from chalicelib.incidents.model import Classification, PastIncident, State
from chalicelib.incidents.plans import Verdict
from chalicelib.incidents.step import Step
from chalicelib.incidents.timeline import News
from chalicelib.recovery.model import Situation
from chalicelib.recovery.plan import candidates, make_plan
from chalicelib.telling_people import how_told, tell_people
from chalicelib.undoing import end_somehow


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
    looked = step.moved(observation=observation)
    return team.incidents.advance(looked, State.ANALYZING, [news], observation=observation)


def analyze_incident(step: Step, team: Collaborators) -> Step:
    """Gather evidence and judge it: by rules always, with the model's help where the policy says so."""
    service = team.types[step.resource.type].event_source
    material = team.memory.for_analysis(step, team.clock(), service)
    case = _case(material, team)
    if case.failing is not True and _was_looked_at_too_early(case, step):
        return look_again(step, len(case.signals), team)
    step = step.moved(observation=case.observation, known_good=material.known_good)
    assessment = assess(
        case,
        team.limits(step.resource, step.tags),
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
    crowd = sum(case.load.opened.values())
    judged = step.moved(classification=assessment.classification, crowd=crowd)
    return team.incidents.advance(judged, State.PLANNING, [news], assessment=assessment)


def plan_recovery(step: Step, team: Collaborators) -> Step:
    """Make the one exact plan that is decided on, approved and carried out; it is saved with the decision."""
    if step.classification is Classification.NORMAL or step.observation is None:
        return step.moved(plan=None)
    protection = team.policy.protection_of(step.resource, step.tags)
    situation = Situation(
        resource=step.resource,
        failure=step.failure,
        observation=step.observation,
        known_good=step.known_good or (team.memory.known_good(step.resource) if protection else None),
        recreation=protection.recreation if protection else None,
    )
    return step.moved(plan=make_plan(situation, actions=team.actions, read=team.read))


def request_approval(step: Step, token: str, team: Collaborators) -> Step:
    """Ask people about one exact plan. The token by which the workflow goes on never leaves the table."""
    news = News(
        what="Asked people to approve the plan", at=team.clock(), data={"seconds": step.approval_seconds}
    )
    question = new_question(step, team)
    moved = team.incidents.advance(step, State.AWAITING_APPROVAL, [news], task_token=token, question=question)
    if moved.state is not State.AWAITING_APPROVAL:
        # Somebody answered an earlier attempt's question, and that attempt's token is of no use any more.
        team.executions.answer(token, moved)
        return moved
    return tell_people(moved, team)


def notify_people(step: Step, team: Collaborators) -> Step:
    """Tell people and machines what happened and what was done; what could not be undone ends first."""
    if step.state not in ENDED:
        step = end_somehow(step, team)
    return tell_people(step, team)


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
    told, later = how_told(step, now, team)
    news = [*told, News(what=f"Learnt the outcome: {step.state.value}", at=now)]
    also = [*team.memory.outcome_learnt(past, step.resource.type, approved=approved), *later]
    team.telemetry.count("Ended", State=step.state.value, ResourceType=step.resource.type)
    return team.incidents.note(step, news, also)


# -- judging ------------------------------------------------------------------------------------


def _case(material: Material, team: Collaborators) -> Case:
    incident, observation = material.incident, material.observed
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
        service_issue=material.service_issue,
    )


def _was_looked_at_too_early(case: Case, step: Step) -> bool:
    """Whether something was heard that happened since the resource was looked at, to the second."""
    looked_at = case.observation.observed_at.replace(microsecond=0)
    later = any(signal.occurred_at >= looked_at for signal in case.signals[1:])
    return later and len(case.signals) > step.looked_again_at


def look_again(step: Step, heard: int, team: Collaborators) -> Step:
    """Begin anew with what is known by now."""
    news = News(what="Heard more about it: looking again", at=team.clock())
    fresh = step.moved(observation=None, known_good=None, plan=None, looked_again_at=heard, settle_seconds=0)
    return team.incidents.advance(fresh, State.DETECTING, [news])
