"""Where a signature stands, and why no higher: by the policy, actions, and what became of earlier ones."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.analysis.calibration import calibrate
from chalicelib.analysis.policy import read_policy
from chalicelib.autonomy import (
    STEPS,
    Autonomy,
    Rung,
    climb,
    every_signature,
    outcomes_needed,
    usual_prior,
)
from chalicelib.aws.incident_index import Entry
from chalicelib.collaborators import Collaborators
from chalicelib.incidents.guard import Outcomes
from chalicelib.incidents.model import Resource, State
from chalicelib.recovery.actions import ACTIONS
from chalicelib.services import make_collaborators
from tests.unit.teams import SETTINGS

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
STOPPED = "ec2.instance/stopped"


def team_of(policy: str = "{}", **changes: Any) -> Collaborators:
    return replace(make_collaborators(SETTINGS), policy=read_policy(policy), **changes)


def an_entry(hours_ago: float = 1, *, confidence: float | None = 0.9, **changes: Any) -> Entry:
    opened = NOON - timedelta(hours=hours_ago)
    usual: dict[str, Any] = {
        "incident_id": f"i-{hours_ago}",
        "resource": Resource(type="ec2.instance", id="i-1", region="eu-west-1", account="111122223333"),
        "failure": "stopped",
        "state": State.COMPLETED,
        "opened_at": opened,
        "failed_at": opened,
        "ended_at": opened + timedelta(seconds=20),
        "classification": "FAILURE",
        "confidence": confidence,
        "verdict": "RECOVER",
    }
    return Entry(**usual | changes)


def rung_of(
    signature: str = STOPPED,
    *,
    entries: tuple[Entry, ...] = (),
    outcomes: Outcomes | None = None,
    mode: str | None = "auto",
    team: Collaborators | None = None,
) -> Rung:
    known = team or team_of()
    told = {name: Outcomes() for name in every_signature(known.types)}
    found = climb(told | {signature: outcomes or Outcomes()}, entries, mode, known)
    return next(one for one in found if one.signature == signature)


def test_what_aws_only_announces_stands_on_no_ladder() -> None:
    known = team_of()
    announced = {f"{kind.name}/{name}" for kind in known.types.values() for name in kind.announced}
    rungs = climb({name: Outcomes() for name in every_signature(known.types)}, (), "auto", known)

    assert announced
    assert not announced & set(every_signature(known.types))
    assert not announced & {one.signature for one in rungs}


def test_every_signature_fits_into_one_call() -> None:
    assert len(every_signature(team_of().types)) <= 100


# -- what the policy allows ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mode", "most"),
    [
        ("off", Autonomy.OFF),
        (None, Autonomy.OFF),
        ("some other", Autonomy.OFF),
        ("observe", Autonomy.OBSERVE),
        ("approve", Autonomy.ASK),
        ("auto", Autonomy.AUTOMATIC),
    ],
)
def test_the_mode_bounds_every_signature(mode: str | None, most: Autonomy) -> None:
    known = team_of()
    outcomes = {name: Outcomes() for name in every_signature(known.types)}
    rungs = climb(outcomes, (), mode, known)
    assert max((rung.most for rung in rungs), key=STEPS.index) is most


def test_a_mode_that_cannot_be_read_changes_nothing_and_says_so() -> None:
    assert rung_of(mode=None).why == ("The mode cannot be read, so nothing is changed.",)


@pytest.mark.parametrize(
    ("policy", "most", "why"),
    [
        pytest.param("{}", Autonomy.AUTOMATIC, "There was none of late", id="nothing-in-the-way"),
        pytest.param(
            "limits: {leave_alone: true}", Autonomy.OBSERVE, "A rule of the policy", id="left-alone"
        ),
        pytest.param("limits: {recoveries_per_day: 0}", Autonomy.ASK, "allows no recovery", id="no-budget"),
        pytest.param(
            "rules: [{match: {type: ec2.instance}, set: {leave_alone: true}}]",
            Autonomy.OBSERVE,
            "A rule of the policy",
            id="a-rule-for-the-type",
        ),
        pytest.param(
            "rules: [{match: {id: sandbox-*}, set: {leave_alone: true}}]",
            Autonomy.AUTOMATIC,
            "There was none of late",
            id="a-rule-for-others",
        ),
    ],
)
def test_the_policy_bounds_it(policy: str, most: Autonomy, why: str) -> None:
    rung = rung_of(team=team_of(policy))
    assert rung.most is most
    assert why in " ".join(rung.why)


@pytest.mark.parametrize(("prevent", "most"), [("observe", Autonomy.OBSERVE), ("ask", Autonomy.ASK)])
def test_warnings_go_as_far_as_the_policy_prevents(prevent: str, most: Autonomy) -> None:
    rung = rung_of("rds.db-instance/storage_filling", team=team_of(f"limits: {{prevent: {prevent}}}"))
    assert rung.most is most


def test_what_no_action_answers_is_told() -> None:
    without = {name: one for name, one in ACTIONS.items() if "ec2.instance" not in one.resource_types}
    rung = rung_of(team=team_of(actions=without))
    assert (rung.most, rung.step) == (Autonomy.OBSERVE, Autonomy.OBSERVE)
    assert rung.why == ("Mainstay knows no action for it: people are told.",)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        pytest.param({"automatic": False}, "A person always agrees", id="never-automatic"),
        pytest.param({"undo": None}, "Nothing takes back", id="no-undo"),
        pytest.param({"risk": "high"}, "The risk is high", id="too-risky"),
    ],
)
def test_what_every_action_holds_back_is_asked(change: dict[str, Any], why: str) -> None:
    held = {
        name: replace(one, **(change if "risk" not in change else {"risk": type(one.risk)("high")}))
        for name, one in ACTIONS.items()
        if "ec2.instance" in one.resource_types
    }
    rung = rung_of(team=team_of(actions=held))
    assert rung.most is Autonomy.ASK
    assert why in rung.why[0]


def test_one_action_that_may_run_by_itself_is_enough() -> None:
    free = next(one for one in ACTIONS.values() if "stopped" in one.failures and one.automatic)
    held = replace(free, name="another", automatic=False)
    for actions in ({"a": free, "b": held}, {"b": held, "a": free}):
        assert rung_of(team=team_of(actions=actions)).most is Autonomy.AUTOMATIC


# -- how sure it is -----------------------------------------------------------------------------


def test_without_an_incident_its_first_one_decides() -> None:
    rung = rung_of()
    assert (rung.step, rung.confidence, rung.needed) == (None, None, None)
    assert rung.most is Autonomy.AUTOMATIC


def test_sure_enough_is_automatic() -> None:
    rung = rung_of(entries=(an_entry(confidence=0.9),), outcomes=Outcomes(ended=1, recovered=1))
    assert (rung.step, rung.why, rung.needed) == (Autonomy.AUTOMATIC, (), None)


def test_not_sure_enough_asks_and_says_how_many_good_outcomes_are_missing() -> None:
    rung = rung_of(entries=(an_entry(confidence=0.7, state=State.EXPIRED),), outcomes=Outcomes(ended=1))
    assert rung.step is Autonomy.ASK
    assert rung.confidence == pytest.approx(0.7)
    assert rung.needed == 5
    assert rung.why == ("It is 70% sure, and 80% are needed.",)


def test_what_good_outcomes_cannot_lift_there_is_told() -> None:
    rung = rung_of(entries=(an_entry(confidence=0.1, state=State.EXPIRED),), outcomes=Outcomes(ended=1))
    assert (rung.step, rung.needed) == (Autonomy.ASK, None)
    assert "cannot lift it" in rung.why[0]


@given(st.floats(0.01, 0.99), st.integers(0, 60), st.integers(0, 60), st.floats(0, 1))
def test_as_many_as_are_needed_are_enough_and_one_fewer_is_not(
    prior: float, good: int, bad: int, threshold: float
) -> None:
    before = Outcomes(recovered=good, failed=bad)
    needed = outcomes_needed(prior, before, threshold)

    def after(more: int) -> float:
        return calibrate(prior, Outcomes(recovered=good + more, approved=more, failed=bad))

    if needed is None:
        assert after(199) < threshold
    else:
        assert after(needed) >= threshold
        assert needed == 0 or after(needed - 1) < threshold


@given(
    st.floats(0.05, 0.95), st.lists(st.sampled_from(["good", "asked", "bad", "no"]), min_size=1, max_size=12)
)
def test_how_sure_one_is_before_outcomes_is_told_from_records_that_heard_them(
    prior: float, ends: list[str]
) -> None:
    """Each record was calibrated on what had ended before it: taken back, all of them say the same."""
    states = {"good": State.COMPLETED, "asked": State.COMPLETED, "bad": State.FAILED, "no": State.REJECTED}
    heard, entries = Outcomes(), []
    for place, end in enumerate(ends):
        verdict = "REVIEW" if end == "asked" else "RECOVER"
        sure = calibrate(prior, heard)
        entries.append(an_entry(100 - place, confidence=sure, state=states[end], verdict=verdict))
        heard = Outcomes(
            recovered=heard.recovered + (end in {"good", "asked"}),
            approved=heard.approved + (end == "asked"),
            failed=heard.failed + (end == "bad"),
            rejected=heard.rejected + (end == "no"),
        )
    found = usual_prior(entries[::-1], heard)
    assert found == pytest.approx(prior, abs=1e-6)


def test_what_was_judged_normal_says_nothing_of_how_sure_one_is_of_failures() -> None:
    assert usual_prior([an_entry(classification="NORMAL"), an_entry(confidence=None)], Outcomes()) is None
