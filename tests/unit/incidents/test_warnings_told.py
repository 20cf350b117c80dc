"""A warning is told as one, however it ends."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.incidents.foreseen import GAVE_WAY
from chalicelib.incidents.messages import Message, render_message
from chalicelib.incidents.model import Classification, State
from chalicelib.incidents.signal_text import told_signals
from tests.unit.incidents.told import after, an_assessment
from tests.unit.incidents.warnings_told import EXPECTED, FORECAST, GROW, foreseen

LONGEST = 100


def told(state: State, *, signals: Any = (FORECAST,), **changes: Any) -> Message:
    incident = foreseen(state, signals=signals, **changes)
    return render_message(incident, [], console_url="", happened=EXPECTED)


def a_forecast(**details: Any) -> Any:
    return FORECAST.model_copy(update={"details": FORECAST.details | details})


@pytest.mark.parametrize("state", list(State))
def test_no_end_of_a_warning_speaks_of_a_repair(state: State) -> None:
    message = told(state)

    assert len(message.subject) < LONGEST
    assert "is not repaired" not in message.text
    assert "it failed." not in message.text
    assert "\nWarned    " in message.text
    assert "\nFailed    " not in message.text


@pytest.mark.parametrize(
    ("state", "when"),
    [
        (State.AWAITING_APPROVAL, "is expected to run out of storage in 40 min"),
        (State.EXECUTING, "is expected to run out of storage in 40 min"),
        (State.COMPLETED, "was expected to run out of storage"),
        (State.REJECTED, "is expected to run out of storage by 03:52 UTC"),
    ],
)
def test_it_says_when_the_failure_is_expected(state: State, when: str) -> None:
    assert told(state).document["summary"].startswith(f"orders-db {when}:")


@pytest.mark.parametrize("expected_at", [None, "soon", "2026-09-14T03:52:05"])
@pytest.mark.parametrize("state", [State.AWAITING_APPROVAL, State.EXPIRED])
def test_without_an_instant_it_does_not_say_when(state: State, expected_at: Any) -> None:
    message = told(state, signals=(a_forecast(expected_at=expected_at),))

    assert message.document["summary"].startswith(f"orders-db {EXPECTED}: ")
    assert "\nExpected  " not in message.text


def test_the_newest_forecast_says_when() -> None:
    later = a_forecast(expected_at=after(5000).isoformat()).model_copy(update={"occurred_at": after(600)})

    assert "in 73 min" in told(State.AWAITING_APPROVAL, signals=(FORECAST, later)).subject


def test_what_failed_first_is_no_unanswered_question() -> None:
    message = told(State.EXPIRED, problem=GAVE_WAY)

    assert message.subject.endswith("it failed first")
    assert "Nobody answered in time" not in message.text


def test_a_warning_that_is_over_asks_for_nothing() -> None:
    over = an_assessment(classification=Classification.NORMAL)

    assert "You need to do nothing." in told(State.DISMISSED, assessment=over).text


def test_who_has_to_act_or_to_agree_reads_what_was_changed_and_what_it_costs() -> None:
    assert "changed nothing" in told(State.FAILED, plan=None).text
    assert GROW.warning in told(State.AWAITING_APPROVAL).text.replace("\n", " ")


@pytest.mark.parametrize(
    ("details", "line"),
    [
        (
            {"value": 1.2e9, "unit": "bytes"},
            "free storage is 1.12 GiB and heads for 0 B, 93% likely within 60 minutes",
        ),
        (
            {"value": 512, "unit": "bytes"},
            "free storage is 512 B and heads for 0 B, 93% likely within 60 minutes",
        ),
        (
            {"metric": "used memory", "value": 91.25, "limit": 100.0, "unit": "percent"},
            "used memory is 91.25% and heads for 100%, 93% likely within 60 minutes",
        ),
        ({"value": None, "limit": None, "horizon_minutes": None}, "free storage, 93% likely"),
        (
            {"evidence": "errors came 40 times as often."},
            "errors came 40 times as often, 93% likely within 60 minutes",
        ),
        ({"probability": None, "value": float("nan")}, "free storage and heads for 0 B"),
    ],
    ids=["gibibytes", "bytes", "percent", "no-numbers", "own-words", "no-probability"],
)
def test_a_forecast_tells_its_numbers_as_people_say_them(details: dict[str, Any], line: str) -> None:
    (said,) = told_signals([a_forecast(**details)])

    assert said == f"03:12:05 Mainstay foresaw it: {line}"
