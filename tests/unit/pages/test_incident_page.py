"""One incident: its first lines say what happened, how it stands and whether to act; all reasons follow."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from chalicelib.aws.incident_reader import Story
from chalicelib.incidents.lifecycle import OPEN
from chalicelib.incidents.model import PastIncident, State
from chalicelib.incidents.plans import Approval, Verdict
from chalicelib.pages.incident_page import render_incident
from tests.unit.incidents import stories, told
from tests.unit.incidents.stories import STORIES, WARNINGS
from tests.unit.pages.reading import Element, Page, find_faults
from tests.unit.pages.records import a_review, a_sheet, an_effect, later, story_of

BASE = "/prod"


def shown(story: Story, *, reviewed: bool = True, after: float = 400, **review: Any) -> Page:
    asked = a_review(story.incident, **review) if story.incident.plan and reviewed else None
    html = render_incident(a_sheet(story, asked), base=BASE, now=later(story, after))
    assert find_faults(html, base=BASE) == []
    return Page(html)


def every_story() -> Iterator[tuple[str, Story]]:
    for name, given in {**STORIES, **WARNINGS}.items():
        yield name, story_of(given() if callable(given) else given)


ALL = dict(every_story())


def forms(page: Page) -> list[Element]:
    return page.all("form")


@pytest.mark.parametrize("name", ALL)
def test_every_story_makes_a_page_without_a_fault(name: str) -> None:
    story = ALL[name]
    page = shown(story)

    assert page.one("h1").text.startswith(f"{story.incident.resource.id} ")
    assert story.incident.incident_id in page.text
    assert "All " in page.words
    assert "unchanged and in order" in page.words


@pytest.mark.parametrize("name", ALL)
def test_every_event_stands_in_the_list(name: str) -> None:
    page = shown(ALL[name])

    for event in ALL[name].timeline:
        assert event.what in page.text


def test_the_headline_says_it_all_in_one_sentence() -> None:
    page = shown(story_of(stories.completed()))

    assert page.one("h1").text == "i-0d5f1c2b3a4e59687 was stopped: repaired and verified in 6.2 s"
    assert "No action needed" in page.words
    assert "You need to do nothing." in page.words


def test_whoever_is_asked_sees_the_exact_plan_and_can_answer() -> None:
    story = story_of(stories.awaiting_approval())
    page = shown(story)

    (form,) = forms(page)
    assert form.attributes["method"] == "post"
    assert form.attributes["action"] == f"{BASE}/ui/incidents/{story.incident.incident_id}/answer"
    answers = {
        one.attributes["value"]: one for one in page.all("button") if one.attributes.get("name") == "answer"
    }
    assert answers.keys() == {"approve", "reject"}
    assert page.one("input", name="nonce").attributes["value"] == "n.once-1.signed"
    for said in (
        "rds:orders-db-2026-09-14-02-00",
        "what was written after 2026-09-14 02:00 UTC",
        "medium risk",
        "Undone by: delete the restored database",
        "Time left 50 min, until 2026-09-14 04:12:09 UTC",
        "Nothing is changed, and the incident ends as expired.",
        story.incident.plan.digest if story.incident.plan else "no plan",
        '"6-1a2b3c4d"',
    ):
        assert said in page.words


def test_the_question_comes_before_the_reasons_on_every_screen() -> None:
    words = shown(story_of(stories.awaiting_approval())).words

    order = ["It needs you", "Approve exactly this?", "Reject", "Timeline", "Why Mainstay thinks so", "Facts"]
    assert [words.index(one) for one in order] == sorted(words.index(one) for one in order)


def test_what_cannot_be_undone_asks_for_the_name_of_the_resource_to_approve_and_not_to_reject() -> None:
    story = story_of(stories.awaiting_approval())
    page = shown(story, confirm="orders-db")

    assert "required" in page.one("input", name="confirm").attributes
    assert "formnovalidate" in page.one("button", value="reject").attributes
    assert "formnovalidate" not in page.one("button", value="approve").attributes
    assert not [one for one in shown(story).all("input") if one.attributes.get("name") == "confirm"]


def test_of_two_people_it_says_who_has_approved_already() -> None:
    first = Approval(approved=True, by="bob@example.com", digest="0" * 64, decided_at=told.after(60))
    page = shown(story_of(stories.awaiting_approval()), approvals_needed=2, approvals=(first,))

    assert "Approvals 1 of 2" in page.words
    assert "bob@example.com at 03:13:05" in page.words


def test_who_may_not_answer_gets_no_form() -> None:
    page = shown(story_of(stories.awaiting_approval()), nonce="")

    assert forms(page) == []
    assert "You may look, and not answer" in page.words


@pytest.mark.parametrize("name", [name for name, one in ALL.items() if one.incident.state not in OPEN])
def test_what_has_ended_asks_nobody(name: str) -> None:
    page = shown(ALL[name])

    assert forms(page) == []
    assert [one for one in page.elements if "data-live" in one.attributes] == []


def test_a_page_that_asks_is_not_exchanged_under_the_reader_s_hands() -> None:
    page = shown(story_of(stories.awaiting_approval()))

    assert [one for one in page.elements if "data-live" in one.attributes] == []
    notice = page.one("p", **{"data-version": '"6-1a2b3c4d"'})
    assert "hidden" in notice.attributes
    assert "It has moved on" in notice.text


def test_an_incident_that_is_at_work_refreshes_itself() -> None:
    timeline = told.a_timeline(*told.STARTED, Began=told.DOING)
    story = story_of(told.Told(told.an_incident(State.EXECUTING), timeline, ""))
    page = shown(story)

    assert [one.tag for one in page.elements if "data-live" in one.attributes] == ["div"]


def test_an_incident_that_nobody_has_judged_yet_is_shown_too() -> None:
    incident = told.an_incident(State.DETECTING, assessment=None, plan=None, decision=None)
    story = story_of(told.Told(incident, told.a_timeline(told.BEGINNING[0]), ""))
    page = shown(story)

    assert "being looked into" in page.one("h1").text
    assert "Why Mainstay thinks so" not in page.words


def test_the_plan_is_shown_where_the_question_about_it_cannot_be_read() -> None:
    page = shown(story_of(stories.completed()), reviewed=False)

    assert "ec2.start-instance" in page.words


def test_evidence_is_weighed_on_both_sides_and_added_up() -> None:
    page = shown(story_of(stories.awaiting_approval()))

    assert "it is not there when read again describe_db_instances +1.5" in page.words
    assert "deletion protection was off known good state -0.4" in page.words
    assert (
        "Adds up to 92% by the facts; 88% once earlier outcomes and the model were heard +2.5" in page.words
    )


def test_the_gates_that_hold_it_back_stand_before_those_that_allow_it() -> None:
    story = story_of(stories.awaiting_approval())
    page = shown(story)

    assert story.incident.decision
    for gate in story.incident.decision.gates:
        assert gate.reason in page.words
    allowing = sum(one.verdict is Verdict.RECOVER for one in story.incident.decision.gates)
    assert f"{allowing} gate allows it" in page.words
    assert page.words.index("The risk medium is above low.") < page.words.index("The mode is auto.")


def test_a_timeline_that_was_changed_is_called_broken() -> None:
    whole = story_of(stories.completed())
    changed = whole.timeline[2].model_copy(update={"what": "Judged it NORMAL"})
    broken = Story(
        incident=whole.incident, timeline=(*whole.timeline[:2], changed, *whole.timeline[3:]), effects=()
    )
    page = shown(broken)

    assert "This timeline cannot be relied on: event 3 was changed." in page.words
    assert "unchanged and in order" not in page.words


def test_a_timeline_whose_end_was_cut_off_is_called_broken() -> None:
    whole = story_of(stories.completed())
    page = shown(Story(incident=whole.incident, timeline=whole.timeline[:-1], effects=()))

    assert "This timeline cannot be relied on: the timeline ends at event" in page.words


def test_what_was_changed_is_listed_with_what_became_of_it() -> None:
    effects = (an_effect(), an_effect(name="undo-0", action="ec2.stop-instance", status="unsure"))
    page = shown(story_of(stories.completed(), effects=effects))

    assert "Changes to resources (2)" in page.words
    assert "undo-0 ec2.stop-instance unsure 03:12:08 none" in page.words


def test_similar_incidents_are_linked() -> None:
    past = PastIncident(
        incident_id="inc-20260901-000000-aaaa0000",
        signature="ec2.instance/stopped",
        resource_id="i-9",
        state=State.COMPLETED,
        ended_at=told.after(-3600),
        healthy_seconds=4.2,
    )
    incident = told.an_incident(State.COMPLETED, assessment=told.an_assessment(similar=(past,)))
    page = shown(story_of(stories.completed()._replace(incident=incident)))

    link = next(one for one in page.all("a") if one.text == "i-9")
    assert link.attributes["href"] == f"{BASE}/ui/incidents/inc-20260901-000000-aaaa0000"
    assert "well after 4.2 s" in page.words


def test_messages_that_were_sent_are_listed_by_their_ids() -> None:
    timeline = told.a_timeline(
        *told.STARTED, (7, State.COMPLETED, "Told people"), Told={"messages": ["4f0c-1", "4f0c-2"]}
    )
    page = shown(story_of(stories.completed()._replace(timeline=timeline)))

    assert "Messages that were sent (1) 03:12:12 Told people 4f0c-1, 4f0c-2" in page.words


def test_an_answer_that_was_no_use_says_why_above_the_question() -> None:
    story = story_of(stories.awaiting_approval())
    sheet = a_sheet(story, a_review(story.incident))
    said = "confirm: type orders-db exactly"
    page = Page(render_incident(sheet, base="", now=later(story, 9), problem=said))

    alert = page.one("p", role="alert")
    assert "Confirm: type orders-db exactly. Nothing was changed by it." in alert.text
    assert page.words.index("Your answer did not count") < page.words.index("Approve exactly this?")


@pytest.mark.parametrize(
    ("story", "says"),
    [
        (stories.awaiting_approval, "Approve exactly this?"),
        (stories.completed, "What was done"),
        (stories.rejected, "What Mainstay would have done"),
    ],
)
def test_the_plan_is_told_as_far_as_it_came(story: Callable[[], told.Told], says: str) -> None:
    assert says in [one.text for one in shown(story_of(story())).all("h2")]


def test_a_word_of_aws_is_no_repair_that_failed() -> None:
    failed = stories.failed_without_a_plan()
    word = told.a_signal(failure="change_planned", details={"for_people": True, "said": "It retires."})
    incident = failed.incident.model_copy(
        update={"failure": "change_planned", "signals": (word,), "problem": "", "plan": None}
    )
    page = shown(story_of(failed._replace(incident=incident)))

    assert "It needs you" not in page.words
    assert "Please have a look" in page.words
    assert page.one("h1").text.endswith("needs you to look")
    assert page.one("span", **{"class": "chip tone-warn"}).text == "Told"


def test_what_one_needs_elsewhere_can_be_copied() -> None:
    story = story_of(stories.completed())
    copied = [
        one.attributes["data-copy"] for one in shown(story).all("button") if "data-copy" in one.attributes
    ]

    incident = story.incident
    assert copied == [incident.incident_id, incident.resource.id, incident.bookmark.head]
