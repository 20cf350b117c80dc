"""Nothing is done that is not on record as intended; only the holder of its fence writes its outcome."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from chalicelib.aws.incident_table import IncidentTable
from chalicelib.aws.ledger import LEASE_SECONDS, Ledger
from chalicelib.aws.memory import Memory
from chalicelib.errors import ConflictError, PlanChangedError, StaleRecordError, SwitchedOffError
from chalicelib.incidents.model import State
from chalicelib.incidents.plans import Verdict
from chalicelib.incidents.step import Effect, Step
from chalicelib.incidents.timeline import News, check_timeline
from tests.unit.aws.making import NOON, a_plan, a_step, after, an_effect, an_incident, moved

_BEGAN = News(what="Began to start the instance", at=after(30))
_DONE = [News(what="Done: start the instance", at=after(33))]


@pytest.fixture
def step(table: IncidentTable, memory: Memory) -> Step:
    """An incident whose plan was decided on, in the mode auto."""
    memory.set_mode("auto", by="bob", now=NOON)
    planned = moved(table, a_step(an_incident(table)), State.ANALYZING, State.PLANNING)
    plan = a_plan()
    decided = planned.moved(plan=plan, verdict=Verdict.RECOVER)
    return table.advance(
        decided, State.EXECUTING, [News(what="Decided", at=after(20))], plan=plan, plan_digest=plan.digest
    )


def _begun(ledger: Ledger, step: Step, fence: str = "fence-1") -> Step:
    found = ledger.begin(step, an_effect(fence), _BEGAN)
    assert isinstance(found, Step)
    return found


def test_an_intent_is_on_record_with_its_event(table: IncidentTable, ledger: Ledger, step: Step) -> None:
    begun = _begun(ledger, step)
    story = table.story(step.incident_id)
    assert story.effects == (an_effect(),)
    assert story.timeline[-1].what == "Began to start the instance"
    check_timeline(step.incident_id, story.timeline, begun.bookmark)


def test_a_second_attempt_is_shown_what_the_first_intended(ledger: Ledger, step: Step) -> None:
    _begun(ledger, step, "fence-1")
    assert ledger.begin(step, an_effect("fence-2"), _BEGAN) == an_effect("fence-1")


def test_of_ten_attempts_at_once_one_begins(ledger: Ledger, step: Step) -> None:
    ready = Barrier(10)

    def begin(number: int) -> Step | Effect:
        ready.wait()
        return ledger.begin(step, an_effect(f"fence-{number}"), _BEGAN)

    with ThreadPoolExecutor(max_workers=10) as pool:
        found = list(pool.map(begin, range(10)))
    assert sum(isinstance(one, Step) for one in found) == 1
    assert len({one.fence for one in found if isinstance(one, Effect)}) == 1


@pytest.mark.parametrize(
    ("mode", "verdict"),
    [("auto", Verdict.RECOVER), ("auto", Verdict.REVIEW), ("approve", Verdict.REVIEW)],
)
def test_the_mode_allows_what_was_decided(
    memory: Memory, ledger: Ledger, step: Step, mode: str, verdict: Verdict
) -> None:
    memory.set_mode(mode, by="bob", now=after(25))
    assert isinstance(ledger.begin(step.moved(verdict=verdict), an_effect(), _BEGAN), Step)


@pytest.mark.parametrize("verdict", [Verdict.RECOVER, Verdict.REVIEW])
@pytest.mark.parametrize("mode", ["observe", "off", "AUTO", ""])
def test_the_mode_is_asked_in_the_transaction_of_the_intent(
    memory: Memory, ledger: Ledger, step: Step, mode: str, verdict: Verdict
) -> None:
    memory.set_mode(mode, by="bob", now=after(25))
    with pytest.raises(SwitchedOffError, match=f"the mode is {mode}: nothing may be changed"):
        ledger.begin(step.moved(verdict=verdict), an_effect(), _BEGAN)
    assert ledger.find(step, "do-0")[1] is None


def test_in_the_mode_approve_what_no_person_agreed_to_is_not_begun(
    memory: Memory, ledger: Ledger, step: Step
) -> None:
    memory.set_mode("approve", by="bob", now=after(25))
    with pytest.raises(SwitchedOffError, match="the mode is approve"):
        ledger.begin(step, an_effect(), _BEGAN)


def test_a_mode_that_was_never_set_allows_nothing(table: IncidentTable, ledger: Ledger) -> None:
    planned = moved(table, a_step(an_incident(table)), State.ANALYZING, State.PLANNING)
    decided = planned.moved(plan=a_plan(), verdict=Verdict.REVIEW)
    step = table.advance(
        decided,
        State.EXECUTING,
        [News(what="Decided", at=after(20))],
        plan=a_plan(),
        plan_digest=a_plan().digest,
    )
    with pytest.raises(SwitchedOffError, match="the mode is never set"):
        ledger.begin(step, an_effect(), _BEGAN)


@pytest.mark.parametrize("mode", ["auto", "approve"])
def test_what_was_done_is_undone_without_asking_a_person_again(
    memory: Memory, ledger: Ledger, step: Step, mode: str
) -> None:
    memory.set_mode(mode, by="bob", now=after(25))
    undo = an_effect("fence-u", name="undo-0", action="stop_ec2_instance")
    assert isinstance(ledger.begin(step, undo, _BEGAN, undoing=True), Step)


def test_another_plan_than_the_one_decided_on_is_not_begun(
    table: IncidentTable, ledger: Ledger, step: Step
) -> None:
    other = step.moved(plan=a_plan(goal={"exists": True}))
    with pytest.raises(PlanChangedError):
        ledger.begin(other, an_effect(), _BEGAN)
    assert table.story(step.incident_id).effects == ()


def test_a_step_that_is_stale_begins_nothing(table: IncidentTable, ledger: Ledger, step: Step) -> None:
    table.note(step, [News(what="Somebody noted something", at=after(25))])
    with pytest.raises(StaleRecordError):
        ledger.begin(step, an_effect(), _BEGAN)
    assert table.story(step.incident_id).effects == ()


def test_the_outcome_moves_the_incident_on_in_the_same_transaction(
    table: IncidentTable, ledger: Ledger, step: Step
) -> None:
    begun = _begun(ledger, step)
    done = an_effect(status="done", handle={"version": 3})
    after_it = ledger.save(begun, done, State.VERIFYING, _DONE)
    story = table.story(step.incident_id)
    assert story.effects == (done,)
    assert story.incident.state is after_it.state is State.VERIFYING


def test_only_the_holder_of_the_fence_writes_the_outcome(
    table: IncidentTable, ledger: Ledger, step: Step
) -> None:
    begun = _begun(ledger, step, "fence-1")
    with pytest.raises(StaleRecordError, match="is not ours any more"):
        ledger.save(begun, an_effect("fence-2", status="failed"), State.EXECUTING, _DONE)
    assert table.story(step.incident_id).effects == (an_effect("fence-1"),)


# -- what an earlier attempt left ---------------------------------------------------------------


def _later(seconds: float, fence: str = "fence-2") -> Effect:
    return an_effect(fence, intended_at=after(30) + timedelta(seconds=seconds))


def test_an_attempt_that_may_still_be_at_work_is_not_taken_over(ledger: Ledger, step: Step) -> None:
    _begun(ledger, step)
    with pytest.raises(ConflictError, match="is being done by another attempt"):
        ledger.take_over(step, an_effect(), _later(LEASE_SECONDS - 1))


def test_an_attempt_that_is_gone_is_taken_over_and_can_write_nothing_any_more(
    table: IncidentTable, ledger: Ledger, step: Step
) -> None:
    begun = _begun(ledger, step)
    ledger.take_over(step, an_effect(), _later(LEASE_SECONDS))
    with pytest.raises(StaleRecordError):
        ledger.save(begun, an_effect(status="done"), State.VERIFYING, _DONE)
    assert table.story(step.incident_id).effects == (_later(LEASE_SECONDS),)
    assert table.load(step.incident_id).state is State.EXECUTING


def test_an_attempt_that_said_it_is_unsure_is_gone(ledger: Ledger, step: Step) -> None:
    begun = _begun(ledger, step)
    unsure = an_effect(status="unsure")
    ledger.save(begun, unsure, State.EXECUTING, _DONE)
    ledger.renew(step, unsure, _later(1))


def test_an_effect_is_taken_over_once(ledger: Ledger, step: Step) -> None:
    _begun(ledger, step)
    ledger.take_over(step, an_effect(), _later(LEASE_SECONDS, "fence-2"))
    with pytest.raises(ConflictError, match="was taken over"):
        ledger.take_over(step, an_effect(), _later(LEASE_SECONDS, "fence-3"))


def test_the_mode_is_asked_again_before_an_effect_is_tried_again(
    memory: Memory, ledger: Ledger, step: Step
) -> None:
    _begun(ledger, step)
    memory.set_mode("off", by="bob", now=after(40))
    with pytest.raises(SwitchedOffError, match="the mode is off"):
        ledger.renew(step, an_effect(), _later(LEASE_SECONDS))


def test_the_plan_is_compared_again_before_an_effect_is_tried_again(ledger: Ledger, step: Step) -> None:
    _begun(ledger, step)
    other = step.moved(plan=a_plan(goal={"exists": True}))
    with pytest.raises(PlanChangedError):
        ledger.renew(other, an_effect(), _later(LEASE_SECONDS))


def test_an_effect_of_an_incident_that_has_ended_is_not_tried_again(
    table: IncidentTable, ledger: Ledger, step: Step
) -> None:
    begun = _begun(ledger, step)
    table.advance(begun, State.FAILED, [News(what="Gave up", at=after(50))])
    with pytest.raises(PlanChangedError):
        ledger.renew(step, an_effect(), _later(LEASE_SECONDS))


def test_an_effect_is_found_with_the_record_as_it_now_stands(ledger: Ledger, step: Step) -> None:
    assert ledger.find(step, "do-0")[1] is None
    begun = _begun(ledger, step)
    current, found = ledger.find(step, "do-0")
    assert found == an_effect()
    assert current.bookmark == begun.bookmark
    assert ledger.resume(step).bookmark == begun.bookmark
