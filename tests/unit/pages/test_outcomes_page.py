"""The page of outcomes says of nothing that it is nothing, and of few that they are few."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib.analysis.shares import Counted
from chalicelib.autonomy import Autonomy, Rung
from chalicelib.incidents.guard import Outcomes
from chalicelib.pages.outcomes import render_outcomes, worth_rows
from chalicelib.prediction.scores import summarize
from chalicelib.reliability import Doubts, Reliability, Said, Times

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def found(**changes: Any) -> Reliability:
    nothing: dict[str, Any] = {
        "since": NOON,
        "until": NOON,
        "incidents": 0,
        "sampled": False,
        "recoveries": Counted(good=0, of=0),
        "times": (),
        "all_times": Times(resource_type="all", seconds=(), p50=None, p90=None),
        "days": (),
        "said": Said(approved=0, rejected=0, expired=0, waiting=0),
        "doubts": Doubts(rejected=0, failed=0, left=0),
        "alerts": {},
        "alerts_sampled": False,
        "worth": (),
        "confidence": (),
        "probability": (),
        "ladder": (),
        "mode": "auto",
    }
    return Reliability(**nothing | changes)


def a_rung(**changes: Any) -> Rung:
    usual: dict[str, Any] = {
        "signature": "ec2.instance/stopped",
        "resource_type": "ec2.instance",
        "title": "was stopped",
        "outcomes": Outcomes(ended=3, recovered=2, rejected=1),
        "confidence": 0.71,
        "threshold": 0.8,
        "most": Autonomy.AUTOMATIC,
        "step": Autonomy.ASK,
        "why": ("It is 71% sure, and 80% are needed.",),
        "needed": 9,
    }
    return Rung(**usual | changes)


def test_nothing_is_never_none_or_all_of_something() -> None:
    page = render_outcomes(found(), base="")
    assert "0 %" not in page.replace("80 %", "")
    assert page.count("nothing to count yet") == 3
    assert "nobody was asked yet" in page


@pytest.mark.parametrize(("of", "few"), [(3, True), (9, True), (10, False), (400, False)])
def test_few_cases_are_said_to_prove_little(of: int, few: bool) -> None:
    page = render_outcomes(found(recoveries=Counted(good=of, of=of)), base="")
    assert ("prove little yet" in page) is few


def test_a_sample_is_said_to_be_one() -> None:
    assert "older days are left out" in render_outcomes(found(sampled=True), base="")
    assert "older days are left out" not in render_outcomes(found(), base="")


def test_a_rung_says_where_it_stands_and_what_is_missing() -> None:
    page = render_outcomes(found(ladder=(a_rung(),)), base="")
    for told in (
        "3 incidents: 2 recovered, 1 rejected",
        "9 more good outcomes",
        ">71 %</span> sure",
        ">ask<",
    ):
        assert told in page
    assert "80% are needed" not in page, "the same is not said twice"


def test_a_rung_says_why_it_comes_no_higher_where_outcomes_change_nothing() -> None:
    capped = a_rung(most=Autonomy.ASK, needed=None, why=("A person always agrees.",))
    assert "A person always agrees." in render_outcomes(found(ladder=(capped,)), base="")


def test_what_people_are_only_told_of_takes_one_line_until_it_happens() -> None:
    told = a_rung(outcomes=Outcomes(), most=Autonomy.OBSERVE, step=Autonomy.OBSERVE, why=("No action.",))
    assert "1 more, about which people are told" in render_outcomes(found(ladder=(told,)), base="")
    happened = told.model_copy(update={"outcomes": Outcomes(ended=1)})
    assert "about which people are told" not in render_outcomes(found(ladder=(happened,)), base="")


def test_what_warnings_were_worth_is_a_row_for_each_detector() -> None:
    rows = [{"week": "2026-W48", "detector": "rate_spike", "failed": 2, "wrong": 2, "lead_minutes": 30.0}]
    assert worth_rows(summarize(rows)) == [
        ("rate spike", 4, "50 %", "100 %", "15 min", 2, 0, 0, 2, 0),
    ]
