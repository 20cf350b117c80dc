"""The sweep: what events alone would miss.

Every few minutes: incidents that hang are ended or pushed on, recovered resources are looked at again, and
protected resources are compared with their known-good state, since some services deliver events only as
well as they can.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any

from chalicelib.collaborators import Collaborators
from chalicelib.errors import MainstayError
from chalicelib.incidents.lifecycle import OPEN
from chalicelib.incidents.model import Incident, Resource, Signal, SignalSource, State
from chalicelib.intake import first_step, open_incident
from chalicelib.undoing import give_up
from chalicelib.workflow import learn_outcome, notify_people

HANGS_AFTER = timedelta(minutes=10)
"""An open incident that is older and has no running workflow hangs."""

STAYED_WELL = timedelta(hours=2)
"""For so long a recovered resource is looked at again."""


def sweep(team: Collaborators) -> dict[str, Any]:
    """Look after everything once; answer what was found, as counts. One resource's error stops no other."""
    found = {"ended": 0, "kept_waiting": 0, "reopened": 0, "remembered": 0, "errors": 0}
    for task in (*_open_tasks(team), *_recovered_tasks(team), *_protected_tasks(team)):
        try:
            result = task()
        except MainstayError as error:
            team.telemetry.warn(f"the sweep met an error: {error}", error=type(error).__name__)
            result = "errors"
        if result:
            found[result] += 1
    team.telemetry.log("swept", **found)
    return found


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
    """Push on or end an open incident."""
    incident = team.incidents.load(incident_id)
    if team.executions.is_running(incident.incident_id):
        return _push_on(incident, team)
    if team.clock() - incident.opened_at < HANGS_AFTER:
        return ""
    step = first_step(incident, team).resumed(incident)
    ended = give_up(step, "the workflow ended without ending the incident", team)
    learn_outcome(notify_people(ended, team), team)
    return "ended"


def _push_on(incident: Incident, team: Collaborators) -> str:
    """Keep an approval alive; hand in an answer that was recorded but never reached the workflow."""
    token = team.incidents.task_token(incident.incident_id)
    if not token:
        return ""
    if incident.state is State.AWAITING_APPROVAL:
        team.executions.keep_waiting(token)
        return "kept_waiting"
    if incident.approval is not None and incident.state is State.EXECUTING:
        team.executions.answer(token, first_step(incident, team).resumed(incident))
    return ""


def _look_again(incident_id: str, team: Collaborators) -> str:
    """Recovered means that it stayed so; what was made anew is looked at under its new name."""
    incident = team.incidents.load(incident_id)
    name = incident.successor or incident.resource.id
    return _reopen(incident.resource.model_copy(update={"id": name}), incident.failure, team)


def _compare(resource: Resource, team: Collaborators) -> str:
    """Remember a protected resource's state at first sight; afterwards any failure is a signal."""
    known_good = team.memory.known_good(resource)
    if known_good is None:
        observation = team.observe(resource)
        if not observation.exists:
            return ""
        team.memory.remember_good_state(resource, observation)
        return "remembered"
    kind = team.types[resource.type]
    return next((done for one in kind.failures if (done := _reopen(resource, one.name, team))), "")


def _reopen(resource: Resource, failure: str, team: Collaborators) -> str:
    kind = team.types[resource.type]
    observation = team.observe(resource)
    if not kind.is_failing(failure, observation, team.memory.known_good(resource)):
        return ""
    now = team.clock()
    signal = Signal(
        signal_id=f"sweep:{resource.key}:{failure}:{now:%Y-%m-%dT%H:%M}",
        source=SignalSource.SWEEP,
        resource=resource,
        failure=failure,
        event_name="sweep",
        occurred_at=now,
    )
    return "reopened" if open_incident(signal, team).how.value == "opened" else ""
