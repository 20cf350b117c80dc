"""The gates that look at what is remembered about the resource."""

from datetime import timedelta

import pytest

from chalicelib.analysis.gates import Gate
from chalicelib.analysis.gates.circuit import ask_circuit
from chalicelib.analysis.gates.cooldown import ask_cooldown
from chalicelib.analysis.gates.resource_budget import ask_resource_budget
from chalicelib.analysis.policy import Limits
from chalicelib.incidents.guard import Guard
from chalicelib.incidents.plans import Verdict
from tests.unit.analysis.builders import NOW, a_question


def recovered(*minutes_ago: int) -> Guard:
    return Guard(recoveries=tuple(NOW - timedelta(minutes=ago) for ago in sorted(minutes_ago, reverse=True)))


@pytest.mark.parametrize(
    ("seconds", "verdict"),
    [
        pytest.param(None, Verdict.RECOVER, id="never-recovered"),
        pytest.param(-1, Verdict.RECOVER, id="over"),
        pytest.param(0, Verdict.RECOVER, id="just-over"),
        pytest.param(1, Verdict.IGNORE, id="inside"),
    ],
)
def test_inside_the_cooldown_nothing_is_done(seconds: int | None, verdict: Verdict) -> None:
    until = None if seconds is None else NOW + timedelta(seconds=seconds)
    assert ask_cooldown(a_question(guard=Guard(cooldown_until=until))).verdict is verdict


@pytest.mark.parametrize(
    ("guard", "budget", "verdict"),
    [
        pytest.param(recovered(60, 120, 180, 240), 5, Verdict.RECOVER, id="some-left"),
        pytest.param(recovered(60, 120, 180, 240, 300), 5, Verdict.REVIEW, id="used-up"),
        pytest.param(recovered(60, 120, 180, 240, 1441), 5, Verdict.RECOVER, id="yesterday-is-forgotten"),
        pytest.param(Guard(), 0, Verdict.REVIEW, id="zero-is-none"),
    ],
)
def test_a_resource_is_recovered_only_so_often_a_day(guard: Guard, budget: int, verdict: Verdict) -> None:
    question = a_question(guard=guard, limits=Limits(recoveries_per_day=budget))
    assert ask_resource_budget(question).verdict is verdict


@pytest.mark.parametrize(
    ("guard", "recoveries", "verdict"),
    [
        pytest.param(recovered(5, 20), 3, Verdict.RECOVER, id="closed"),
        pytest.param(recovered(5, 20, 40), 3, Verdict.REVIEW, id="open"),
        pytest.param(recovered(5, 20, 61), 3, Verdict.RECOVER, id="closed-again-in-time"),
        pytest.param(Guard(), 0, Verdict.REVIEW, id="zero-is-always-open"),
    ],
)
def test_the_circuit_opens_where_recoveries_do_not_last(
    guard: Guard, recoveries: int, verdict: Verdict
) -> None:
    limits = Limits(circuit_recoveries=recoveries, circuit_seconds=3600)
    assert ask_circuit(a_question(guard=guard, limits=limits)).verdict is verdict


@pytest.mark.parametrize(
    "gate",
    [Gate("cooldown", ask_cooldown), Gate("budget", ask_resource_budget), Gate("circuit", ask_circuit)],
    ids=lambda gate: gate.name,
)
def test_a_memory_that_cannot_be_read_asks_a_person(gate: Gate) -> None:
    answer = gate.ask(a_question(guard=None))
    assert answer.verdict is Verdict.REVIEW
    assert "could not be read" in answer.reason
