from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from chalicelib.errors import PlanChangedError
from chalicelib.incidents.model import (
    Bookmark,
    Classification,
    Incident,
    Observation,
    Resource,
    Signal,
    SignalSource,
    State,
)
from chalicelib.incidents.plans import ActionCall, Decision, RecoveryPlan, Risk, Verdict
from chalicelib.incidents.step import Step

NOON = datetime(2030, 5, 1, 12, 0, tzinfo=UTC)
INSTANCE = Resource(type="ec2.instance", id="i-1", region="eu-west-1", account="111122223333")
SEEN = Observation(exists=True, attributes={"state": "stopped"}, tags={"Name": "web"}, observed_at=NOON)
PLAN = RecoveryPlan(
    actions=(ActionCall(action="start_ec2_instance"),),
    goal={"state": "running"},
    observed_digest=SEEN.digest,
    risk=Risk.LOW,
    automatic=True,
    reversible=True,
    summary="start it",
)


def _step(**changes: Any) -> Step:
    usual: dict[str, Any] = {
        "incident_id": "inc-1",
        "resource": INSTANCE,
        "failure": "stopped",
        "state": State.PLANNING,
        "bookmark": Bookmark(version=3, head="a" * 64),
        "opened_at": NOON,
        "failed_at": NOON,
        "since": NOON,
    }
    return Step(**usual | changes)


def _record(**changes: Any) -> Incident:
    signal = Signal(
        signal_id="signal-1",
        source=SignalSource.STATE_CHANGE,
        resource=INSTANCE,
        failure="stopped",
        event_name="stopped",
        occurred_at=NOON,
    )
    usual: dict[str, Any] = {
        "incident_id": "inc-1",
        "resource": INSTANCE,
        "failure": "stopped",
        "state": State.EXECUTING,
        "bookmark": Bookmark(version=7, head="b" * 64),
        "opened_at": NOON,
        "failed_at": NOON,
        "signals": (signal,),
    }
    return Incident(**usual | changes)


def test_a_step_passes_through_json_as_it_is() -> None:
    step = _step(plan=PLAN, observation=SEEN, verdict=Verdict.RECOVER, healthy_seconds=2.5, told=("m-1",))
    assert Step.model_validate(json.loads(json.dumps(step.model_dump(mode="json")))) == step


def test_what_the_state_machine_caught_is_read_in_its_own_spelling() -> None:
    caught = {"Error": "States.Timeout", "Cause": "it took too long", "Something": "else"}
    step = Step.model_validate({**_step().model_dump(mode="json"), "error": caught})
    assert step.error is not None
    assert (step.error.Error, step.error.Cause) == ("States.Timeout", "it took too long")


def test_a_step_holds_nothing_that_nobody_declared() -> None:
    with pytest.raises(ValidationError):
        Step.model_validate({**_step().model_dump(mode="json"), "task_token": "secret"})


def test_a_step_without_a_plan_has_nothing_that_was_agreed_on() -> None:
    with pytest.raises(PlanChangedError, match="inc-1 has no plan"):
        _ = _step().agreed_plan
    assert _step(plan=PLAN).agreed_plan == PLAN


def test_what_is_looked_at_is_the_successor_where_there_is_one() -> None:
    assert _step().target == INSTANCE
    assert _step(successor="i-2").target.id == "i-2"
    assert _step(successor="i-2").resource == INSTANCE


@pytest.mark.parametrize(
    ("seen", "known_good", "tags"),
    [
        pytest.param(None, None, {}, id="nothing seen"),
        pytest.param(SEEN, None, {"Name": "web"}, id="there"),
        pytest.param(SEEN.model_copy(update={"tags": {}}), SEEN, {}, id="there without tags"),
        pytest.param(Observation(exists=False, observed_at=NOON), SEEN, {"Name": "web"}, id="gone"),
        pytest.param(Observation(exists=False, observed_at=NOON), None, {}, id="gone and unknown"),
    ],
)
def test_the_tags_of_what_is_gone_are_those_it_last_had(
    seen: Observation | None, known_good: Observation | None, tags: dict[str, str]
) -> None:
    assert _step(observation=seen, known_good=known_good).tags == tags


def test_a_step_resumes_where_an_earlier_attempt_left_the_record() -> None:
    decision = Decision(verdict=Verdict.REVIEW, reason="asked", gates=(), policy_version="v")
    record = _record(observation=SEEN, plan=PLAN, decision=decision, successor="i-2")
    resumed = _step(error={"Error": "x"}, observation=SEEN, told=("m-1",)).resumed(record)
    assert (resumed.state, resumed.bookmark) == (State.EXECUTING, record.bookmark)
    assert (resumed.plan, resumed.verdict, resumed.successor) == (PLAN, Verdict.REVIEW, "i-2")
    assert resumed.error is None
    assert resumed.observation is None
    assert resumed.told == ("m-1",)


def test_what_the_record_does_not_say_yet_stays_as_the_step_knew_it() -> None:
    step = _step(plan=PLAN, verdict=Verdict.RECOVER, classification=Classification.FAILURE, successor="i-2")
    resumed = step.resumed(_record(observation=SEEN))
    assert (resumed.plan, resumed.verdict, resumed.successor) == (PLAN, Verdict.RECOVER, "i-2")
    assert resumed.classification is Classification.FAILURE
    assert resumed.observation == SEEN


def test_a_moved_step_is_another_one() -> None:
    step = _step()
    assert step.moved(position=1).position == 1
    assert step.position == 0
    assert step.moved(since=NOON + timedelta(seconds=1)).since > step.since


def test_its_signature_is_that_of_the_incident() -> None:
    assert _step().signature == _record().signature == "ec2.instance/stopped"
