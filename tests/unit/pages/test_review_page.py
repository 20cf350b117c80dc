"""What a signed link opens: one question, all that is needed to answer it in order, and no way out."""

from __future__ import annotations

import pytest

from chalicelib.incidents.model import Incident, State
from chalicelib.pages.review_page import render_closed, render_review
from tests.unit.incidents import stories, told
from tests.unit.pages.reading import Page, find_faults
from tests.unit.pages.records import a_review

ASKED = stories.awaiting_approval().incident


def shown(html: str) -> Page:
    assert find_faults(html, base="/prod", guarded=False) == []
    return Page(html)


def test_everything_that_is_needed_comes_in_the_order_of_need() -> None:
    words = shown(render_review(a_review(ASKED, approver="carol"), base="/prod")).words

    order = (
        "orders-db was deleted. May Mainstay restore from its newest snapshot",
        "medium risk",
        "what was written after 2026-09-14 02:00 UTC",
        "rds.restore-db-instance",
        "What changes",
        "Why Mainstay thinks so",
        "Your answer",
        "Approve Reject",
    )
    places = [words.index(one) for one in order]
    assert places == sorted(places)


def test_it_has_no_script_and_no_link_and_posts_to_itself() -> None:
    page = shown(render_review(a_review(ASKED), base="/prod"))

    assert page.all("script") == []
    assert [one.attributes["href"] for one in page.all("a")] == ["#main"]
    assert "action" not in page.one("form").attributes
    assert page.one("form").attributes["method"] == "post"
    assert "Whoever has this link can answer" in page.words


def test_it_says_for_whom_until_when_and_what_silence_means() -> None:
    words = shown(render_review(a_review(ASKED, approver="carol@example.com"), base="")).words

    assert "You are carol@example.com" in words
    assert "until 2026-09-14 04:12:09 UTC, 50 min from now" in words
    assert "If nobody answers Nothing is changed, and the incident ends as expired." in words


@pytest.mark.parametrize(("approver", "asked_for"), [("", True), ("carol", False)])
def test_a_link_that_was_made_for_nobody_asks_for_a_name(approver: str, asked_for: bool) -> None:
    page = shown(render_review(a_review(ASKED, approver=approver), base=""))

    names = [one for one in page.all("input") if one.attributes.get("name") == "name"]
    assert bool(names) is asked_for
    assert all("required" in one.attributes for one in names)


def test_approve_and_reject_are_equally_near() -> None:
    page = shown(render_review(a_review(ASKED), base=""))

    buttons = page.all("button")
    assert [(one.text, one.attributes["value"]) for one in buttons] == [
        ("Approve", "approve"), ("Reject", "reject"),
    ]  # fmt: skip
    assert {one.within for one in buttons} == {buttons[0].within}


def test_what_cannot_be_undone_is_said_and_confirmed() -> None:
    plan = ASKED.plan.model_copy(update={"reversible": False}) if ASKED.plan else None
    incident = ASKED.model_copy(update={"plan": plan})
    page = shown(render_review(a_review(incident, confirm="orders-db"), base=""))

    assert "cannot be undone" in page.words
    assert "Nothing takes this back." in page.words
    assert "required" in page.one("input", name="confirm").attributes


@pytest.mark.parametrize("changes", [{"asked": False, "nonce": ""}, {"nonce": ""}, {"asked": False}])
def test_where_no_answer_is_waited_for_there_is_no_form(changes: dict[str, object]) -> None:
    incident = stories.approved_and_completed().incident
    page = shown(render_review(a_review(incident, **changes), base=""))

    assert page.all("form") == []
    assert "There is nothing to answer." in page.words


def test_a_plan_without_an_end_of_time_says_none() -> None:
    words = shown(render_review(a_review(ASKED, expires_at=None), base="")).words

    assert "Time left" not in words


def test_after_the_answer_it_says_what_was_answered_and_how_it_stands() -> None:
    incident = stories.rejected().incident
    page = shown(render_closed("You rejected it", "Nothing is changed.", base="", incident=incident))

    assert page.one("h1").text == "You rejected it"
    assert "Rejected by bob@example.com at 2026-09-14 03:18:57 UTC: we moved to the new cluster" in page.words
    assert "so nothing was changed" in page.words


def test_a_link_that_is_good_for_nothing_shows_nothing_of_any_incident() -> None:
    page = shown(render_closed("This link cannot be used", "It is too old.", base=""))

    assert page.words.strip().endswith("It is too old. You can close this page. Times are UTC.")


def test_an_incident_that_is_still_asked_about_is_closed_with_its_state() -> None:
    incident = told.an_incident(State.AWAITING_APPROVAL)
    words = shown(
        render_closed("Recorded", "One more person has to approve.", base="", incident=incident)
    ).words

    assert "Awaiting approval" in words
    assert "Nothing is changed as long as an answer is waited for." in words


@pytest.mark.parametrize(
    ("incident", "says", "never"),
    [
        (stories.approved_and_completed().incident, "It is well by now", "before Mainstay did anything"),
        (told.an_incident(State.FAILED), "It was not repaired, and needs a person", "changed nothing"),
        (told.an_incident(State.EXECUTING), "Mainstay is at work on it", "well"),
    ],
)
def test_of_what_only_the_timeline_tells_nothing_is_claimed(
    incident: Incident, says: str, never: str
) -> None:
    words = shown(render_closed("This was answered", "", base="", incident=incident)).words

    assert says in words
    assert never not in words
