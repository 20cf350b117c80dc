"""The sweep: what events alone would miss.

Every few minutes: incidents that hang are ended or pushed on, recovered resources are looked at again, and
protected resources are compared with their known-good state, since some services deliver events only as
well as they can.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any, TypeAlias, TypeVar

from chalicelib.aws.incident_table import How
from chalicelib.collaborators import Collaborators
from chalicelib.errors import StaleRecordError
from chalicelib.incidents.lifecycle import ENDED, OPEN
from chalicelib.incidents.model import Incident, Observation, Resource, Signal, SignalSource, State
from chalicelib.incidents.step import Step
from chalicelib.incidents.timeline import News
from chalicelib.intake import first_step, open_incident, warnings_before
from chalicelib.telling_people import tell_waiting
from chalicelib.workflow import learn_outcome, notify_people

T = TypeVar("T")
Task: TypeAlias = Callable[[], str]

HANGS_AFTER = timedelta(minutes=10)
"""An open incident that is older and has no running workflow hangs."""

STAYED_WELL = timedelta(hours=2)
"""For so long a recovered resource is looked at again."""


def sweep(team: Collaborators) -> dict[str, Any]:
    """Look after everything once; answer what was found, as counts. One resource's error stops no other."""
    found = {"started": 0, "ended": 0, "kept_waiting": 0, "reopened": 0, "remembered": 0}
    found |= {"told": 0, "errors": 0}
    for find in (_open_tasks, _recovered_tasks, _protected_tasks):
        nothing: list[Task] = []
        for task in _carefully(partial(_listed, find, team), nothing, team, found):
            result = _carefully(task, "", team, found)
            if result:
                found[result] += 1
    found["told"] = _carefully(partial(tell_waiting, team), 0, team, found)
    team.telemetry.log("swept", **found)
    return found


def _listed(find: Callable[[Collaborators], Iterator[Task]], team: Collaborators) -> list[Task]:
    return list(find(team))


def _carefully(task: Callable[[], T], otherwise: T, team: Collaborators, found: dict[str, int]) -> T:
    """Whatever one task meets stops no other: the error is logged and counted."""
    try:
        return task()
    except Exception as error:  # noqa: BLE001 - one unreadable record must not silence the whole sweep
        team.telemetry.warn(f"the sweep met an error: {error}", error=type(error).__name__)
        found["errors"] += 1
        return otherwise


def _open_tasks(team: Collaborators) -> Iterator[Callable[[], str]]:
    for state in sorted(OPEN):
        for entry in team.index.all_in_state(state):
            yield partial(_look_after, entry.incident_id, team)


def _recovered_tasks(team: Collaborators) -> Iterator[Callable[[], str]]:
    since = team.clock() - STAYED_WELL
    for entry in team.index.all_in_state(State.COMPLETED, since=since):
        yield partial(_look_again, entry.incident_id, team)


def _protected_tasks(team: Collaborators) -> Iterator[Callable[[], str]]:
    home = team.settings
    for entry in team.policy.protected:
        if entry.match.names_one:
            resource = Resource(
                type=entry.match.type, id=entry.match.id, region=home.region, account=home.account
            )
            yield partial(_compare, resource, team)


def _look_after(incident_id: str, team: Collaborators) -> str:
    """Push on, start or end an open incident; its age goes to the metrics."""
    incident = team.incidents.load(incident_id)
    if incident.state not in ENDED:
        age = (team.clock() - incident.opened_at).total_seconds()
        team.telemetry.count("OpenSeconds", age, State=incident.state.value)
    status = team.executions.status(incident_id)
    if status == "RUNNING":
        return _push_on(incident, team)
    if incident.state in ENDED or team.clock() - incident.opened_at < HANGS_AFTER:
        return ""
    step = first_step(incident, team).resumed(incident)
    if not status and incident.state is State.DETECTING:
        team.executions.start(step)
        return "started"
    return _end_lost(step, team)


def _end_lost(step: Step, team: Collaborators) -> str:
    """End an incident whose workflow is gone, unless somebody else did so meanwhile."""
    why = "the workflow ended without ending the incident"
    news = News(what=f"Gave up: {why}", at=team.clock())
    try:
        ended = team.incidents.move_alone(step, State.FAILED, [news], problem=why)
    except StaleRecordError:
        return ""
    learn_outcome(notify_people(ended, team), team)
    return "ended"


def _push_on(incident: Incident, team: Collaborators) -> str:
    """Keep an approval alive; hand in an answer that was recorded but never reached the workflow."""
    token = team.incidents.task_token(incident.incident_id)
    if not token:
        return ""
    if incident.state is State.AWAITING_APPROVAL:
        return _keep_waiting(incident, token, team)
    if incident.approval is not None and incident.state is State.EXECUTING:
        team.executions.answer(token, first_step(incident, team).resumed(incident))
    return ""


def _keep_waiting(incident: Incident, token: str, team: Collaborators) -> str:
    """Unless a warning's resource failed while it was judged, so that the failure only joined it."""
    resource, heard = incident.resource, incident.signals
    for failure in {one.failure for one in heard if incident.failure in warnings_before(one, team)}:
        seen, known_good = team.observe(resource), team.memory.known_good(resource)
        if team.types[resource.type].is_failing(failure, seen, known_good):
            return _open(resource, failure, team)
    team.executions.keep_waiting(token)
    return "kept_waiting"


def _look_again(incident_id: str, team: Collaborators) -> str:
    """Recovered means that it stayed so; what was made anew is looked at under its new name."""
    incident = team.incidents.load(incident_id)
    name = incident.successor or incident.resource.id
    resource = incident.resource.model_copy(update={"id": name})
    return _reopen(resource, incident.failure, team.observe(resource), team.memory.known_good(resource), team)


def _compare(resource: Resource, team: Collaborators) -> str:
    """Remember a protected resource's state at first sight; afterwards any failure is a signal."""
    known_good, observation = team.memory.known_good(resource), team.observe(resource)
    if known_good is None:
        return _remember(resource, observation, team)
    kind = team.types[resource.type]
    found = (_reopen(resource, one.name, observation, known_good, team) for one in kind.failures)
    return next((done for done in found if done), "")


def _remember(resource: Resource, observation: Observation, team: Collaborators) -> str:
    """Only a state that no failure shows in, at rest, and with its tags."""
    kind = team.types[resource.type]
    if not observation.exists or observation.passing:
        return ""
    if any(kind.is_failing(one.name, observation, None) for one in kind.failures):
        return ""
    if kind.read_tags is not None:
        observation = observation.model_copy(update={"tags": kind.read_tags(resource, team.read)})
    team.memory.remember_good_state(resource, observation)
    return "remembered"


def _reopen(
    resource: Resource, failure: str, seen: Observation, known_good: Observation | None, team: Collaborators
) -> str:
    kind = team.types[resource.type]
    if not kind.is_failing(failure, seen, known_good) or not _is_news(resource, failure, team):
        return ""
    return _open(resource, failure, team)


def _open(resource: Resource, failure: str, team: Collaborators) -> str:
    now = team.clock()
    signal = Signal(
        signal_id=f"sweep:{resource.key}:{failure}:{now:%Y-%m-%dT%H:%M}",
        source=SignalSource.SWEEP,
        resource=resource,
        failure=failure,
        event_name="sweep",
        occurred_at=now,
    )
    return "reopened" if open_incident(signal, team).how is How.OPENED else ""


def _is_news(resource: Resource, failure: str, team: Collaborators) -> bool:
    """What people know of, decided on, or were told about is theirs: the sweep only adds what nobody heard.

    So not what is open, was meant, rejected or given up on; but what broke again after it was repaired.
    """
    last = next(iter(team.index.of_resource(resource.key, limit=1).entries), None)
    if last is None or last.failure != failure:
        return last is None or last.state in ENDED
    replaced = bool(team.incidents.load(last.incident_id).successor)
    return last.state in {State.COMPLETED, State.COOLDOWN} and not replaced
