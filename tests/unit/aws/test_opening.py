"""A signal opens an incident, joins one, or was seen before: one transaction, whoever else is at it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from chalicelib.aws.clients import Aws
from chalicelib.aws.incident_parts import MAX_SIGNALS
from chalicelib.aws.incident_table import How, IncidentTable
from chalicelib.aws.memory import Memory
from chalicelib.incidents.model import SignalSource, State
from chalicelib.incidents.timeline import check_timeline
from tests.unit.aws.making import (
    INSTANCE,
    NOBODY,
    NOON,
    STOPPED,
    a_resource,
    a_signal,
    a_step,
    after,
    an_incident,
    an_opening,
    ended,
)

_THREADS = 20
TO_EXECUTION = (State.ANALYZING, State.PLANNING, State.EXECUTING)
TO_COMPLETION = (*TO_EXECUTION, State.VERIFYING, State.COMPLETED)
TO_ROLLBACK = (*TO_EXECUTION, State.ROLLING_BACK, State.FAILED)
TO_REJECTION = (State.ANALYZING, State.PLANNING, State.AWAITING_APPROVAL, State.REJECTED)
TO_COOLDOWN = (State.ANALYZING, State.PLANNING, State.COOLDOWN)
TO_DISMISSAL = (State.ANALYZING, State.PLANNING, State.DISMISSED)


def test_the_first_signal_opens_an_incident_with_its_first_event(table: IncidentTable) -> None:
    opening = an_opening(table, a_signal())
    story = table.story(opening.incident_id)
    assert opening.how is How.OPENED
    assert story.incident.state is State.DETECTING
    assert story.incident.signals == (a_signal(),)
    assert [event.what for event in story.timeline] == ["Heard of it"]
    check_timeline(opening.incident_id, story.timeline, story.incident.bookmark)


def test_a_record_is_read_as_it_was_written(table: IncidentTable) -> None:
    incident = an_incident(table, a_signal(details={"event_id": "e-1", "answered": True, "times": 3}))
    assert incident.signals[0].details == {"event_id": "e-1", "answered": True, "times": 3}
    assert (incident.opened_at, incident.failed_at, incident.ended_at) == (NOON, NOON, None)
    assert table.load(incident.incident_id) == incident


def test_a_time_from_long_ago_is_read_as_it_was_written(table: IncidentTable) -> None:
    """Whatever year an event names, its record must be readable, or its resource would be taken for good."""
    long_ago = NOON.replace(year=999)
    assert an_incident(table, a_signal(occurred_at=long_ago), at=NOON).failed_at == long_ago


def test_the_same_signal_again_is_a_duplicate_of_the_same_incident(table: IncidentTable) -> None:
    first = an_opening(table, a_signal())
    again = an_opening(table, a_signal(), at=after(40))
    assert (again.how, again.incident_id) == (How.DUPLICATE, first.incident_id)
    assert len(table.load(first.incident_id).signals) == 1


def test_another_view_while_it_is_open_joins(table: IncidentTable) -> None:
    first = an_opening(table, a_signal(1))
    second = an_opening(table, a_signal(2, actor=NOBODY), at=after(3))
    assert (second.how, second.incident_id) == (How.JOINED, first.incident_id)
    incident = table.load(first.incident_id)
    assert [signal.signal_id for signal in incident.signals] == ["signal-1", "signal-2"]
    assert incident.bookmark == a_step(incident).bookmark


@pytest.mark.parametrize("number", [2, 3, 4])
def test_a_view_joins_whether_or_not_this_process_opened_the_incident(
    aws: Aws, table: IncidentTable, number: int
) -> None:
    first = an_opening(table, a_signal(1))
    elsewhere = [IncidentTable(aws, table.table) for _ in range(number)]
    views = [an_opening(one, a_signal(2 + at), at=after(1)) for at, one in enumerate(elsewhere)]
    assert {(view.how, view.incident_id) for view in views} == {(How.JOINED, first.incident_id)}
    assert len(table.load(first.incident_id).signals) == 1 + number


def test_a_view_joins_without_holding_up_the_workflow(table: IncidentTable) -> None:
    incident = an_incident(table)
    an_opening(table, a_signal(2), at=after(1))
    assert table.load(incident.incident_id).bookmark == incident.bookmark


def test_a_record_takes_no_more_than_so_many_views_and_knows_the_others_all_the_same(
    table: IncidentTable,
) -> None:
    first = an_opening(table, a_signal(0))
    for number in range(1, MAX_SIGNALS + 5):
        assert an_opening(table, a_signal(number)).how is How.JOINED
    assert len(table.load(first.incident_id).signals) == MAX_SIGNALS
    assert an_opening(table, a_signal(MAX_SIGNALS + 4)).how is How.DUPLICATE


def test_resources_do_not_hold_up_each_other(table: IncidentTable) -> None:
    openings = [an_opening(table, a_signal(number, resource=a_resource(number))) for number in range(3)]
    assert [one.how for one in openings] == [How.OPENED] * 3
    assert len({one.incident_id for one in openings}) == 3


# -- after an incident has ended ----------------------------------------------------------------


@pytest.mark.parametrize(
    "states",
    [TO_COMPLETION, TO_ROLLBACK, TO_REJECTION, TO_COOLDOWN, TO_DISMISSAL],
    ids=["completed", "undone", "rejected", "in cooldown", "dismissed"],
)
def test_a_view_of_what_happened_before_the_end_joins_the_incident_that_ended(
    table: IncidentTable, states: tuple[State, ...]
) -> None:
    before = ended(table, a_signal(1), *states, at=after(60))
    late = an_opening(table, a_signal(2, occurred_at=after(20)), at=after(90))
    assert (late.how, late.incident_id) == (How.JOINED, before.incident_id)
    assert len(table.load(before.incident_id).signals) == 2


@pytest.mark.parametrize(
    "states",
    [TO_COMPLETION, TO_ROLLBACK, TO_REJECTION, TO_DISMISSAL],
    ids=["completed", "undone", "rejected", "dismissed"],
)
def test_what_somebody_did_after_the_end_opens_another(
    table: IncidentTable, states: tuple[State, ...]
) -> None:
    before = ended(table, a_signal(1), *states, at=after(60))
    opening = an_opening(table, a_signal(2, occurred_at=after(61)))
    assert opening.how is How.OPENED
    assert opening.incident_id != before.incident_id


def test_what_happened_in_the_second_of_the_end_opens_another(table: IncidentTable) -> None:
    """Those who write event times cut them to whole seconds: better one incident too many than one lost."""
    ended(table, a_signal(1), *TO_COMPLETION, at=after(60.9))
    assert an_opening(table, a_signal(2, occurred_at=after(60))).how is How.OPENED


def test_inside_a_cooldown_that_people_know_of_everything_of_the_same_failure_joins(
    table: IncidentTable,
) -> None:
    ended(table, a_signal(1), *TO_COMPLETION, at=after(60), cooldown_seconds=900)
    told = ended(table, a_signal(2, occurred_at=after(70)), *TO_COOLDOWN, at=after(80))
    views = [an_opening(table, a_signal(number, occurred_at=after(100 * number))) for number in (3, 4)]
    assert {(view.how, view.incident_id) for view in views} == {(How.JOINED, told.incident_id)}


def test_after_the_cooldown_it_opens_another(table: IncidentTable) -> None:
    ended(table, a_signal(1), *TO_COMPLETION, at=after(60), cooldown_seconds=900)
    ended(table, a_signal(2, occurred_at=after(70)), *TO_COOLDOWN, at=after(80), cooldown_seconds=900)
    assert an_opening(table, a_signal(3, occurred_at=after(959))).how is How.JOINED
    assert an_opening(table, a_signal(4, occurred_at=after(960))).how is How.OPENED


def test_another_failure_inside_the_cooldown_opens_its_own(table: IncidentTable) -> None:
    ended(table, a_signal(1), *TO_COMPLETION, at=after(60))
    ended(table, a_signal(2, occurred_at=after(70)), *TO_COOLDOWN, at=after(80))
    assert an_opening(table, a_signal(3, occurred_at=after(90), failure="terminated")).how is How.OPENED


def test_what_happened_after_the_look_by_which_it_was_dismissed_opens_another(table: IncidentTable) -> None:
    seen = STOPPED.model_copy(update={"observed_at": after(20)})
    ended(table, a_signal(1), *TO_DISMISSAL, at=after(60), observation=seen)
    assert an_opening(table, a_signal(2, occurred_at=after(30))).how is How.OPENED


# -- our own doing ------------------------------------------------------------------------------


def test_the_nameless_echo_of_an_undoing_joins_and_a_person_opens_another(table: IncidentTable) -> None:
    undone = ended(table, a_signal(1), *TO_ROLLBACK, at=after(60))
    echo = an_opening(table, a_signal(2, actor=NOBODY, occurred_at=after(62)))
    assert (echo.how, echo.incident_id) == (How.JOINED, undone.incident_id)
    assert an_opening(table, a_signal(3, occurred_at=after(63))).how is How.OPENED


def test_long_after_an_undoing_what_nobody_is_named_for_opens_another(table: IncidentTable) -> None:
    ended(table, a_signal(1), *TO_ROLLBACK, at=after(60))
    assert an_opening(table, a_signal(2, actor=NOBODY, occurred_at=after(181))).how is How.OPENED


def test_the_echo_of_our_own_call_opens_nothing_however_often_it_comes(table: IncidentTable) -> None:
    table.hush(a_signal(1), NOON)
    echo = a_signal(2, actor=NOBODY, occurred_at=after(2))
    assert an_opening(table, echo).how is How.ECHO
    assert an_opening(table, echo).how is How.DUPLICATE
    assert an_opening(table, echo).incident_id == ""


def test_our_own_call_is_heard_by_the_incident_that_is_open(table: IncidentTable) -> None:
    incident = an_incident(table, a_signal(1))
    table.hush(a_signal(2, occurred_at=after(5)), after(6))
    assert [one.signal_id for one in table.load(incident.incident_id).signals] == ["signal-1", "signal-2"]


# -- at once ------------------------------------------------------------------------------------


def test_of_twenty_signals_about_one_resource_at_once_one_opens_and_all_others_join(
    aws: Aws, table: IncidentTable
) -> None:
    tables = [IncidentTable(aws, table.table) for _ in range(_THREADS)]
    ready = Barrier(_THREADS)

    def open_one(number: int) -> tuple[How, str]:
        ready.wait()
        opening = an_opening(tables[number], a_signal(number))
        return opening.how, opening.incident_id

    with ThreadPoolExecutor(max_workers=_THREADS) as pool:
        found = list(pool.map(open_one, range(_THREADS)))
    assert sorted(how for how, _ in found) == [How.JOINED] * (_THREADS - 1) + [How.OPENED]
    (incident_id,) = {incident_id for _, incident_id in found}
    assert len(table.load(incident_id).signals) == _THREADS
    assert len(table.story(incident_id).timeline) == 1


def test_opened_incidents_are_counted_once_each(table: IncidentTable, memory: Memory) -> None:
    for number in range(12):
        an_opening(table, a_signal(number, resource=a_resource(number)))
        an_opening(table, a_signal(number, resource=a_resource(number)))
    step = a_step(an_incident(table, a_signal(99, resource=INSTANCE)))
    load = memory.for_decision(step, after(1)).load
    assert load is not None
    assert load.opened == {"ec2.instance": 13}


def test_an_ignored_event_is_kept_with_its_reason(aws: Aws, table: IncidentTable) -> None:
    table.note_ignored("malformed", "it has no detail", '{"detail": null}', NOON)
    found = aws.read(
        "dynamodb",
        "query",
        TableName=table.table,
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": "IGNORED#2030-05-01"}},
    )["Items"]
    assert [(one["code"]["S"], one["reason"]["S"]) for one in found] == [("malformed", "it has no detail")]
    assert int(found[0]["expires_at"]["N"]) > NOON.timestamp()


# -- what gives way ---------------------------------------------------------------------------------


@pytest.mark.parametrize("here", [True, False], ids=["opened-here", "opened-elsewhere"])
def test_an_incident_that_is_to_give_way_is_answered_and_not_joined(
    aws: Aws, table: IncidentTable, *, here: bool
) -> None:
    first = an_opening(table, a_signal(1, failure="disk_filling", source=SignalSource.FORECAST))
    opener = table if here else IncidentTable(aws, table.table)

    second = an_opening(opener, a_signal(2), at=after(3), yielding={"disk_filling"})

    assert (second.how, second.incident_id) == (How.IN_THE_WAY, first.incident_id)
    assert len(table.load(first.incident_id).signals) == 1
    assert an_opening(opener, a_signal(2), at=after(4)).how is How.JOINED


def test_an_incident_of_another_failure_does_not_give_way(table: IncidentTable) -> None:
    an_opening(table, a_signal(1))

    assert an_opening(table, a_signal(2), at=after(3), yielding={"disk_filling"}).how is How.JOINED
