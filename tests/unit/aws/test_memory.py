"""What is remembered beside the incidents, read in one call whatever the history."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.analysis.policy import Budgets
from chalicelib.aws.clients import Aws, TransactionCancelledError
from chalicelib.aws.incident_table import IncidentTable
from chalicelib.aws.memory import Memory
from chalicelib.errors import UnknownIncidentError, UnreachableError, WrongStateError
from chalicelib.incidents.guard import Guard
from chalicelib.incidents.model import Observation, PastIncident, State
from tests.unit.aws.making import (
    INSTANCE,
    NOON,
    STOPPED,
    a_past_incident,
    a_resource,
    a_signal,
    a_step,
    after,
    an_incident,
)

TYPE = INSTANCE.type


class CountingAws(Aws):
    """Counts what is read through it."""

    def __init__(self, aws: Aws) -> None:
        super().__init__(region=aws.region)
        self.operations: list[str] = []

    def read(self, service: str, operation: str, /, **parameters: Any) -> dict[str, Any]:
        self.operations.append(operation)
        return super().read(service, operation, **parameters)


def _learn(
    table: IncidentTable, memory: Memory, past: Sequence[PastIncident], *, approved: bool = False
) -> None:
    for one in past:
        table.write(memory.outcome_learnt(one, TYPE, approved=approved))


# -- outcomes -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "approved", "counted"),
    [
        (State.COMPLETED, False, {"recovered": 1}),
        (State.COMPLETED, True, {"recovered": 1, "approved": 1}),
        (State.FAILED, False, {"failed": 1}),
        (State.REJECTED, False, {"rejected": 1}),
        (State.DISMISSED, False, {"dismissed": 1}),
        (State.EXPIRED, False, {}),
        (State.COOLDOWN, False, {}),
    ],
    ids=["completed", "approved", "failed", "rejected", "dismissed", "expired", "cooldown"],
)
def test_an_outcome_is_counted_for_its_signature(
    table: IncidentTable, memory: Memory, state: State, approved: bool, counted: dict[str, int]
) -> None:
    _learn(table, memory, [a_past_incident(1, state=state)], approved=approved)
    outcomes = memory.for_analysis(a_step(an_incident(table)), NOON).outcomes
    found = outcomes.model_dump(exclude={"recent"}, exclude_defaults=True)
    assert found == {"ended": 1, **counted}
    assert outcomes.recent == (a_past_incident(1, state=state),)


def test_only_the_same_signature_counts_but_the_same_type_is_shown_after_it(
    table: IncidentTable, memory: Memory
) -> None:
    other = a_past_incident(9, signature="ec2.instance/terminated")
    _learn(table, memory, [a_past_incident(1), other])
    material = memory.for_analysis(a_step(an_incident(table)), NOON)
    assert material.outcomes.ended == 1
    assert material.similar == (a_past_incident(1), other)


def test_similar_incidents_are_shown_newest_first_and_each_once(table: IncidentTable, memory: Memory) -> None:
    _learn(table, memory, [a_past_incident(number) for number in (2, 3, 1)])
    similar = memory.for_analysis(a_step(an_incident(table)), NOON).similar
    assert list(similar) == sorted(similar, key=lambda one: one.ended_at, reverse=True)
    assert len({one.incident_id for one in similar}) == len(similar)


def test_however_many_there_were_a_few_are_kept_and_all_are_counted(
    table: IncidentTable, memory: Memory
) -> None:
    _learn(table, memory, [a_past_incident(number) for number in range(60)])
    outcomes = memory.for_analysis(a_step(an_incident(table)), NOON).outcomes
    assert outcomes.ended == outcomes.recovered == 60
    assert len(outcomes.recent) == 8
    assert outcomes.recent[0].incident_id == "inc-59"


def test_outcomes_learnt_at_once_are_all_counted(aws: Aws, table: IncidentTable, memory: Memory) -> None:
    def learn(number: int) -> None:
        apart = IncidentTable(aws, table.table)
        apart.write(memory.outcome_learnt(a_past_incident(number), TYPE, approved=False))

    with ThreadPoolExecutor(max_workers=10) as pool:
        list(pool.map(learn, range(20)))
    assert memory.for_analysis(a_step(an_incident(table)), NOON).outcomes.ended == 20


# -- one call -----------------------------------------------------------------------------------


def test_each_task_reads_what_it_needs_in_one_call_whatever_the_history(
    aws: Aws, table: IncidentTable, memory: Memory
) -> None:
    counting = CountingAws(aws)
    watched = Memory(counting, table.table)
    step = a_step(an_incident(table))
    watched.for_analysis(step, NOON)
    watched.for_decision(step, NOON)
    _learn(table, memory, [a_past_incident(number) for number in range(40)])
    for number in range(40):
        an_incident(table, a_signal(number + 10, resource=a_resource(number)))
    watched.for_analysis(step, NOON)
    watched.for_decision(step, NOON)
    assert counting.operations == ["batch_get_item"] * 4


def test_a_key_that_was_left_unread_is_an_error_and_no_gap(aws: Aws, table: IncidentTable) -> None:
    class Hurried(Aws):
        def read(self, service: str, operation: str, /, **parameters: Any) -> dict[str, Any]:
            answer = super().read(service, operation, **parameters)
            (wanted,) = parameters["RequestItems"].values()
            return answer | {"UnprocessedKeys": {table.table: {"Keys": wanted["Keys"][:1]}}}

    with pytest.raises(UnreachableError, match="left keys unread"):
        Memory(Hurried(region=aws.region), table.table).mode()


def test_an_incident_that_there_is_not_is_named(table: IncidentTable, memory: Memory) -> None:
    step = a_step(an_incident(table)).moved(incident_id="inc-nowhere")
    with pytest.raises(UnknownIncidentError, match="inc-nowhere"):
        memory.for_decision(step, NOON)


def test_what_nobody_has_written_yet_is_said_so(table: IncidentTable, memory: Memory) -> None:
    material = memory.for_decision(a_step(an_incident(table)), NOON)
    assert material.mode is None
    with pytest.raises(WrongStateError, match="no observation yet"):
        _ = material.observed
    with pytest.raises(WrongStateError, match="no assessment yet"):
        _ = material.assessed


# -- load ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("minutes", "seen"),
    [(0, 3), (9, 3), (10, 3), (19, 3), (20, 0), (60, 0)],
)
def test_opened_incidents_are_seen_for_ten_to_twenty_minutes(
    table: IncidentTable, memory: Memory, minutes: int, seen: int
) -> None:
    for number in range(3):
        an_incident(table, a_signal(number, resource=a_resource(number)))
    step = a_step(table.load(an_incident(table, a_signal(9, occurred_at=after(-7200))).incident_id))
    load = memory.for_decision(step, NOON + timedelta(minutes=minutes)).load
    assert load
    assert load.opened.get(TYPE, 0) == seen


def test_recoveries_are_counted_by_the_hour_for_the_account_and_each_type(
    table: IncidentTable, memory: Memory
) -> None:
    step = a_step(an_incident(table))
    for minute in (0, 59):
        guard = memory.for_decision(step, NOON).guard
        assert guard
        table.write(memory.recovery_begun(step, guard, NOON + timedelta(minutes=minute), None))
    load = memory.for_decision(step, NOON + timedelta(minutes=59)).load
    assert load
    assert load.recovering == {"total": 2, TYPE: 2}
    guard = memory.for_decision(step, NOON).guard
    assert guard
    assert guard.recoveries == (NOON, NOON + timedelta(minutes=59))


def test_recoveries_older_than_a_day_are_forgotten(table: IncidentTable, memory: Memory) -> None:
    step = a_step(an_incident(table))
    old = Guard(
        open_incident=step.incident_id, recoveries=(NOON - timedelta(days=2), NOON - timedelta(hours=2))
    )
    table.write(memory.recovery_begun(step, old, NOON, None))
    guard = memory.for_decision(step, NOON).guard
    assert guard
    assert guard.recoveries == (NOON - timedelta(hours=2), NOON)


@pytest.mark.parametrize(
    "budgets",
    [
        Budgets(recoveries_per_hour=3, recoveries_per_hour_per_type=100),
        Budgets(recoveries_per_hour=100, recoveries_per_hour_per_type=3),
    ],
    ids=["of the account", "of the type"],
)
def test_many_recoveries_at_once_cannot_overshoot_a_budget(
    aws: Aws, table: IncidentTable, memory: Memory, budgets: Budgets
) -> None:
    steps = [a_step(an_incident(table, a_signal(n, resource=a_resource(n)))) for n in range(10)]
    guards = [memory.for_decision(step, NOON).guard for step in steps]

    def begin(number: int) -> bool:
        guard = guards[number]
        assert guard
        try:
            IncidentTable(aws, table.table).write(memory.recovery_begun(steps[number], guard, NOON, budgets))
        except TransactionCancelledError:
            return False
        return True

    with ThreadPoolExecutor(max_workers=10) as pool:
        assert sum(pool.map(begin, range(10))) == 3


def test_a_recovery_of_a_resource_that_another_incident_holds_is_not_counted(
    table: IncidentTable, memory: Memory
) -> None:
    step = a_step(an_incident(table))
    guard = memory.for_decision(step, NOON).guard
    assert guard
    other = step.moved(incident_id="inc-other")
    with pytest.raises(TransactionCancelledError):
        table.write(memory.recovery_begun(other, guard, NOON, None))
    load = memory.for_decision(step, NOON).load
    assert load
    assert load.recovering == {}


# -- mode and good states -----------------------------------------------------------------------


def test_the_mode_is_what_was_set_last(memory: Memory) -> None:
    assert memory.mode() is None
    for mode in ("auto", "off"):
        memory.set_mode(mode, by="bob", now=NOON)
    assert memory.mode() == "off"


def test_the_first_good_state_stands_until_a_better_one_is_written_on_purpose(
    table: IncidentTable, memory: Memory
) -> None:
    later = Observation(exists=True, attributes={"state": "running"}, tags={"a": "b"}, observed_at=after(9))
    assert memory.known_good(INSTANCE) is None
    memory.remember_good_state(INSTANCE, STOPPED)
    memory.remember_good_state(INSTANCE, later)
    assert memory.known_good(INSTANCE) == STOPPED
    table.write([memory.good_state(INSTANCE, later)])
    assert memory.known_good(INSTANCE) == later
    assert memory.for_analysis(a_step(an_incident(table)), NOON).known_good == later


def test_what_nothing_was_planned_for_is_no_failed_recovery(table: IncidentTable, memory: Memory) -> None:
    _learn(table, memory, [a_past_incident(1, state=State.FAILED, action="")])
    outcomes = memory.for_analysis(a_step(an_incident(table)), NOON).outcomes
    assert (outcomes.ended, outcomes.failed) == (1, 0)
