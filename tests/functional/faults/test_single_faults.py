"""Whatever goes wrong once, at whichever AWS call: promises 1, 2, 3 and 4 are kept.

Every call of two flows meets every kind of fault. The calls of the other flows meet a sample with a fixed
seed, and pairs of faults are a sample for all flows. ``FAULTS=all pytest tests/functional/faults`` leaves no
single fault out, and draws a thousand pairs for each flow: about an hour. ``python -m bench.faults`` shows
the same in numbers.
"""

from __future__ import annotations

import os
from collections import Counter

import pytest

from chalicelib.incidents.model import State
from tests.functional.faults.flows import APPROVED, EXHAUSTED, SAMPLED, STOPPED, TAMPERED, Flow
from tests.functional.faults.injector import SINGLE_FAULTS, Fault, at, at_each, no_fault
from tests.functional.faults.runs import Laboratory, Report, broken_promises, ended_as_planned, tally

EVERYTHING = os.environ.get("FAULTS") == "all"
SINGLES, PAIRS = (10_000, 1_000) if EVERYTHING else (16, 6)
SEED = 20260302


@pytest.mark.parametrize("flow", [*EXHAUSTED, *SAMPLED], ids=str)
def test_without_a_fault_it_ends_as_it_should(flow: Flow, laboratory: Laboratory) -> None:
    result = laboratory.run(flow, no_fault)
    assert broken_promises([result]) == []
    assert ended_as_planned(result)


@pytest.mark.parametrize("fault", SINGLE_FAULTS)
@pytest.mark.parametrize("flow", EXHAUSTED, ids=str)
def test_a_fault_at_any_call_breaks_no_promise(
    flow: Flow, fault: Fault, laboratory: Laboratory, report: Report
) -> None:
    results = laboratory.run_each(flow, fault)
    report(tally(results))
    assert all(result.met for result in results)
    assert broken_promises(results) == []


@pytest.mark.parametrize("flow", SAMPLED, ids=str)
def test_some_faults_in_longer_flows_break_no_promise(
    flow: Flow, laboratory: Laboratory, report: Report
) -> None:
    results = laboratory.run_some(flow, SINGLES, SEED)
    report(tally(results))
    assert broken_promises(results) == []


@pytest.mark.parametrize("flow", [*EXHAUSTED, *SAMPLED], ids=str)
def test_two_faults_soon_after_each_other_break_no_promise(
    flow: Flow, laboratory: Laboratory, report: Report
) -> None:
    results = laboratory.run_pairs(flow, PAIRS, SEED)
    report(tally(results))
    assert broken_promises(results) == []


# -- what is more than a promise ------------------------------------------------------------------


@pytest.mark.parametrize("fault", [fault for fault in SINGLE_FAULTS if fault is not Fault.DENIED])
def test_what_passes_by_itself_is_healed_without_a_person(fault: Fault, laboratory: Laboratory) -> None:
    """At any call of the workflow; only a missing permission needs somebody."""
    calls = laboratory.run(TAMPERED, no_fault).calls
    numbers = [call.number for call in calls if call.by not in {"on_resource_event", "sweep"}]
    results = [laboratory.run(TAMPERED, at(number, fault)) for number in numbers[::4]]
    assert Counter(map(ended_as_planned, results)) == {True: len(results)}


def test_a_failure_that_is_given_up_at_once_is_one_incident_whoever_tells_of_it_later(
    laboratory: Laboratory,
) -> None:
    """The state change comes when the call's own incident has ended already."""
    looking = _number_of(STOPPED, "ec2:DescribeInstances", laboratory)
    result = laboratory.run(STOPPED, at(looking, Fault.DENIED))
    (story,) = result.stories
    assert (story.incident.state, len(story.incident.signals)) == (State.FAILED, 2)


def test_an_answer_that_did_not_get_through_is_handed_in_later(laboratory: Laboratory) -> None:
    handing_in = _number_of(APPROVED, "stepfunctions:SendTaskSuccess", laboratory)
    result = laboratory.run(APPROVED, at(handing_in, Fault.CRASH_BEFORE))
    assert ended_as_planned(result)


def test_a_process_that_dies_again_and_again_is_outlived(laboratory: Laboratory) -> None:
    number = _number_of(TAMPERED, "ssm:PutParameter", laboratory)
    faults = {number: Fault.CRASH_BEFORE, number + 3: Fault.CRASH_BEFORE, number + 6: Fault.CRASH_BEFORE}
    result = laboratory.run(TAMPERED, at_each(faults))
    assert broken_promises([result]) == []
    assert len(result.met) == 3


def _number_of(flow: Flow, call: str, laboratory: Laboratory) -> int:
    calls = laboratory.run(flow, no_fault).calls
    return next(one.number for one in calls if f"{one.service}:{one.operation}" == call)
