"""What became of alerts, and what their detectors were worth."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.incidents.alert import AlertOutcome, AlertState
from chalicelib.incidents.model import Incident, State
from chalicelib.incidents.plans import Decision, GateAnswer, Verdict
from chalicelib.incidents.timeline import START
from chalicelib.prediction.scores import (
    HELD_OUT,
    LONGEST,
    SETTLED_AFTER,
    Score,
    Worth,
    calibrated,
    judge_alert,
    summarize,
)
from tests.unit.incidents.alerts import DATABASE, OPENED, after, an_alert
from tests.unit.incidents.told import a_signal

CLEARED = {"state": AlertState.CLEARED, "cleared_at": after(60), "updated_at": after(60)}
SETTLED = after(60) + SETTLED_AFTER


def an_incident(state: State, **changes: Any) -> Incident:
    usual: dict[str, Any] = {
        "incident_id": "inc-1",
        "resource": DATABASE,
        "failure": "storage_filling",
        "state": state,
        "bookmark": START,
        "opened_at": OPENED,
        "failed_at": OPENED,
        "signals": (a_signal(),),
    }
    return Incident(**usual | changes)


def a_decision(verdict: Verdict, gate: str) -> Decision:
    answer = GateAnswer(gate=gate, verdict=verdict, reason="so it was drawn")
    return Decision(verdict=verdict, reason="it says so", gates=(answer,), policy_version="v1")


HELD = an_incident(State.DISMISSED, decision=a_decision(Verdict.IGNORE, HELD_OUT))


def judged(
    own: Incident | None = None,
    *,
    failed_at: datetime | None = None,
    now: datetime = SETTLED,
    **changes: Any,
) -> Score | None:
    return judge_alert(an_alert(**changes), own=own, failed_at=failed_at, now=now)


def counted(score: Score | None) -> tuple[AlertOutcome, str, float | None] | None:
    return score and (score.outcome, score.counted_as, score.lead_minutes)


# -- one alert ----------------------------------------------------------------------------------


def test_a_failure_that_was_foretold_counts_with_the_time_that_people_had() -> None:
    score = judged(failed_at=after(42.04), now=after(43))
    assert counted(score) == (AlertOutcome.FAILED, "failed", 42.0)


@pytest.mark.parametrize("late", [0, -5])
def test_an_alert_that_came_with_its_failure_foretold_nothing(late: float) -> None:
    assert counted(judged(failed_at=after(late))) == (AlertOutcome.FAILED, "missed", 0.0)


def test_what_was_over_before_anybody_could_be_told_was_foretold_to_nobody() -> None:
    assert counted(judged(failed_at=after(42), noticed_at=after(30))) == (AlertOutcome.FAILED, "failed", 12.0)
    assert counted(judged(failed_at=after(42), noticed_at=after(43))) == (AlertOutcome.FAILED, "missed", 0.0)


def test_a_failure_counts_although_something_was_done() -> None:
    score = judged(an_incident(State.COMPLETED), failed_at=after(42), **CLEARED)
    assert counted(score) == (AlertOutcome.FAILED, "failed", 42.0)


@pytest.mark.parametrize(
    ("own", "outcome"),
    [
        (an_incident(State.COMPLETED), AlertOutcome.PREVENTED),
        (an_incident(State.REJECTED), AlertOutcome.WRONG),
        (an_incident(State.FAILED), AlertOutcome.PASSED),
        (an_incident(State.DISMISSED), AlertOutcome.PASSED),
        (None, AlertOutcome.PASSED),
    ],
    ids=["done and verified", "a person said no", "tried in vain", "left alone", "no incident"],
)
def test_what_passed_is_judged_by_what_was_done_about_it(own: Incident | None, outcome: AlertOutcome) -> None:
    assert counted(judged(own, **CLEARED)) == (outcome, outcome.value, None)


def test_what_was_gone_at_the_next_look_was_never_there() -> None:
    score = judged(state=AlertState.CLEARED, cleared_at=after(5), updated_at=after(5))
    assert counted(score) == (AlertOutcome.WRONG, "wrong", None)


@pytest.mark.parametrize(
    ("outcome", "failed_at"),
    [("held_failed", after(30)), ("held_passed", None)],
)
def test_a_warning_that_was_held_out_is_counted_apart(outcome: str, failed_at: datetime | None) -> None:
    score = judged(HELD, failed_at=failed_at, **CLEARED)
    assert score is not None
    assert score.held_out
    assert score.counted_as == outcome


@pytest.mark.parametrize(
    "decision",
    [a_decision(Verdict.IGNORE, "mode"), a_decision(Verdict.RECOVER, HELD_OUT)],
    ids=["left alone by another gate", "not held out"],
)
def test_only_the_hold_out_holds_out(decision: Decision) -> None:
    score = judged(an_incident(State.DISMISSED, decision=decision), **CLEARED)
    assert score is not None
    assert not score.held_out


def test_soon_after_the_all_clear_it_is_too_early_to_tell() -> None:
    assert judged(now=SETTLED - timedelta(seconds=1), **CLEARED) is None


def test_what_does_not_pass_is_judged_after_a_day() -> None:
    still_there = {"updated_at": OPENED + LONGEST}
    assert judged(now=OPENED + LONGEST - timedelta(seconds=1), **still_there) is None
    assert counted(judged(now=OPENED + LONGEST, **still_there)) == (AlertOutcome.PASSED, "passed", None)


def test_what_is_still_there_after_a_day_was_not_prevented() -> None:
    done, still_there = an_incident(State.COMPLETED), {"updated_at": OPENED + LONGEST}
    score = judged(done, now=OPENED + LONGEST, **still_there)
    assert counted(score) == (AlertOutcome.PASSED, "passed", None)


def test_the_detectors_that_first_told_are_those_that_are_scored() -> None:
    alert = an_alert()
    later = alert.sight.model_copy(update={"detectors": ("metric_anomaly",)})
    score = judge_alert(
        alert.model_copy(update={"sight": later}), own=None, failed_at=after(20), now=after(20)
    )
    assert score is not None
    assert score.detectors == ("forecast",)


# -- all of a detector --------------------------------------------------------------------------


def worth(*rows: dict[str, Any]) -> Worth:
    (found,) = summarize({"week": "2026-W47", "detector": "forecast", "failed": 0, **row} for row in rows)
    return found


def test_precision_recall_and_lead_come_from_the_counts_of_all_weeks() -> None:
    found = worth({"failed": 3, "lead_minutes": 90.0, "missed": 1}, {"prevented": 3, "passed": 1, "wrong": 1})
    assert found.alerts == 8
    assert found.precision == 0.75
    assert found.recall == round(6 / 7, 3)
    assert found.mean_lead_minutes == 30.0
    assert (found.held_out, found.expected_failures) == (0, None)


def test_what_was_held_out_counts_and_tells_what_prevention_is_worth() -> None:
    found = worth({"prevented": 10, "held_failed": 6, "held_passed": 2, "lead_minutes": 60.0})
    assert (found.alerts, found.failed, found.passed) == (18, 6, 2)
    assert (found.held_out, found.held_out_failed) == (8, 6)
    assert found.expected_failures == 7.0
    assert found.mean_lead_minutes == 10.0


def test_where_nothing_was_told_there_is_no_share() -> None:
    found = worth({"missed": 2})
    assert (found.alerts, found.precision, found.recall, found.mean_lead_minutes) == (0, None, 0.0, None)


def test_each_detector_has_a_worth_of_its_own() -> None:
    rows = [{"detector": "silence", "passed": 1}, {"detector": "forecast", "failed": 1}]
    assert [(one.detector, one.alerts) for one in summarize(rows)] == [("forecast", 1), ("silence", 1)]
    assert summarize([]) == ()


_COUNTS = st.fixed_dictionaries(
    {},
    optional={
        name: st.integers(0, 500)
        for name in ("failed", "prevented", "passed", "wrong", "missed", "held_failed", "held_passed")
    },
)


@given(st.lists(_COUNTS, min_size=1, max_size=5))
def test_shares_are_shares_whatever_was_counted(rows: list[dict[str, int]]) -> None:
    found = worth(*rows)
    for share in (found.precision, found.recall):
        assert share is None or 0 <= share <= 1
    assert found.failed + found.prevented + found.passed + found.wrong == found.alerts
    assert found.expected_failures is None or 0 <= found.expected_failures <= found.prevented


# -- what is learnt from it ---------------------------------------------------------------------


def test_a_detector_of_which_nothing_is_known_is_believed() -> None:
    assert calibrated(0.7, None) == 0.7
    assert calibrated(0.7, worth({"missed": 3})) == 0.7


@given(st.floats(0, 1), _COUNTS)
def test_outcomes_move_a_number_towards_the_share_that_was_right_and_never_beyond(
    probability: float, row: dict[str, int]
) -> None:
    known = worth(row)
    found = calibrated(probability, known)
    would_fail = (known.held_out_failed + 1) / (known.held_out + 2)
    right = (known.failed + known.prevented * would_fail) / known.alerts if known.alerts else probability
    assert min(probability, right) - 1e-9 <= found <= max(probability, right) + 1e-9


def test_what_was_prevented_proves_a_warning_no_further_than_what_was_left_alone_did() -> None:
    acted_on = {"prevented": 60}
    assert calibrated(0.5, worth(acted_on)) == 0.5
    assert calibrated(0.9, worth(acted_on, {"held_passed": 18})) < 0.3
    assert calibrated(0.5, worth(acted_on, {"held_failed": 18})) > 0.8


def test_however_many_outcomes_there_are_the_detector_keeps_a_say() -> None:
    many = worth({"wrong": 100_000})
    assert calibrated(0.8, many) == pytest.approx(0.2)
    assert calibrated(0.4, many) < calibrated(0.8, many)
