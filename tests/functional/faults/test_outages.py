"""What is away altogether, or is switched off meanwhile: promises 2, 4 and 7."""

from __future__ import annotations

import pytest

from chalicelib.incidents.model import State
from tests.functional.faults.flows import (
    APPROVED,
    EXHAUSTED,
    REJECTED,
    STOPPED,
    TAMPERED,
    UNDONE,
    Flow,
)
from tests.functional.faults.injector import Call, Fault, Plan, at
from tests.functional.faults.promises import people_are_told_how_it_ended, problems_of
from tests.functional.faults.runs import Laboratory, broken_promises, ended_as_planned

OUTAGES = (Fault.CRASH_BEFORE, Fault.CONN_TIMEOUT, Fault.LOST_ALWAYS, Fault.THROTTLED, Fault.DENIED)
_TOLD = people_are_told_how_it_ended.__name__


def always(fault: Fault, service: str) -> Plan:
    """The fault at each call of a service, for good."""
    return lambda call: fault if call.service == service else None


def until(moment: int, fault: Fault) -> Plan:
    """The fault at each call up to this one: then everything is back."""
    return lambda call: fault if call.number <= moment else None


# -- switched off -------------------------------------------------------------------------------


@pytest.mark.parametrize("flow", EXHAUSTED, ids=str)
def test_nothing_is_begun_once_the_mode_is_off(flow: Flow, laboratory: Laboratory) -> None:
    results = laboratory.run_each(flow, Fault.SWITCH_OFF)
    assert all(result.switched_off_at for result in results)
    assert broken_promises(results) == []


@pytest.mark.parametrize("flow", [APPROVED, UNDONE], ids=str)
def test_neither_an_approval_nor_an_undoing_outlasts_the_switch(flow: Flow, laboratory: Laboratory) -> None:
    acting = [call.number for call in laboratory.run(flow, lambda _call: None).calls if _may_act(call)]
    results = [laboratory.run(flow, at(number, Fault.SWITCH_OFF)) for number in acting]
    assert broken_promises(results) == []


@pytest.mark.parametrize("fault", [Fault.CRASH_BEFORE, Fault.LOST_ALWAYS, Fault.THROTTLED])
def test_an_attempt_that_is_made_again_asks_for_the_mode_again(fault: Fault, laboratory: Laboratory) -> None:
    """The change fails, and somebody switches off before it is tried again."""
    changing = next(
        call.number
        for call in laboratory.run(STOPPED, lambda _call: None).calls
        if call.operation == "StartInstances"
    )

    def plan(call: Call) -> Fault | None:
        return {changing: fault, changing + 1: Fault.SWITCH_OFF}.get(call.number)

    result = laboratory.run(STOPPED, plan)
    assert broken_promises([result]) == []
    assert len(result.changes) <= 1


def _may_act(call: Call) -> bool:
    return call.by in {"answer", "run_action", "roll_back"}


# -- away ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", OUTAGES)
@pytest.mark.parametrize("flow", [STOPPED, UNDONE, REJECTED], ids=str)
def test_people_who_cannot_be_told_neither_stop_nor_repeat_a_recovery(
    flow: Flow, fault: Fault, laboratory: Laboratory
) -> None:
    result = laboratory.run(flow, always(fault, "sns"))
    (story,) = result.stories
    if flow is REJECTED:  # nobody could be asked
        assert (story.incident.state, result.changes) == (State.FAILED, [])
    else:
        assert story.incident.state is flow.ends
    assert [problem for problem in problems_of(result) if not problem.startswith(_TOLD)] == []
    if fault is not Fault.LOST_ALWAYS:
        assert "Could not tell people" in [event.what for event in story.timeline]


@pytest.mark.parametrize("fault", OUTAGES)
def test_an_outage_of_everything_at_the_start_delays_the_recovery_only(
    fault: Fault, laboratory: Laboratory
) -> None:
    result = laboratory.run(TAMPERED, until(2, fault))
    assert broken_promises([result]) == []
    assert ended_as_planned(result)


@pytest.mark.parametrize("service", ["ssm", "dynamodb", "stepfunctions"])
@pytest.mark.parametrize("fault", [Fault.CONN_TIMEOUT, Fault.THROTTLED, Fault.DENIED])
def test_a_service_that_is_away_for_good_leads_to_nothing_unsafe(
    service: str, fault: Fault, laboratory: Laboratory
) -> None:
    result = laboratory.run(TAMPERED, always(fault, service))
    assert result.changes == []
    assert State.COMPLETED not in [story.incident.state for story in result.stories]


def test_a_failure_that_nobody_tells_of_is_found_by_the_sweep(laboratory: Laboratory) -> None:
    """The event is lost altogether: the handler is never reached."""
    result = laboratory.run(TAMPERED, _deaf)
    (story,) = result.stories
    assert story.incident.signals[0].event_name == "sweep"
    assert story.incident.state is State.EXPIRED
    assert problems_of(result) == []


def _deaf(call: Call) -> Fault | None:
    return Fault.CRASH_BEFORE if call.by == "on_resource_event" else None
