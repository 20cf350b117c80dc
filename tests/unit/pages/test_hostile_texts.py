"""Whatever a name, a tag, a user agent or a reason says: on every page it is text, and short enough."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.aws.incident_reader import Story
from chalicelib.pages.errors import render_error
from chalicelib.pages.incident_page import render_incident
from chalicelib.pages.review_page import render_closed, render_review
from tests.unit.pages.reading import Page, find_faults
from tests.unit.pages.records import HOSTILE, a_hostile_story, a_review, a_sheet, later

_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")


def _incident(story: Story) -> str:
    review = a_review(story.incident, approver=story.incident.resource.id, confirm=story.incident.resource.id)
    return render_incident(a_sheet(story, review), base="/prod", now=later(story, 60))


def _ended(story: Story) -> str:
    review = a_review(story.incident, asked=False)
    return render_incident(a_sheet(story, review), base="/prod", now=later(story, 60))


def _review(story: Story) -> str:
    text = story.incident.resource.id
    assert story.incident.approval
    review = a_review(
        story.incident,
        approver=text,
        confirm=text,
        if_nobody_answers=text,
        approvals=(story.incident.approval,),
    )
    return render_review(review, base="/prod")


def _closed(story: Story) -> str:
    text = story.incident.resource.id
    return render_closed(text, text, base="/prod", incident=story.incident)


def _error(story: Story) -> str:
    return render_error(404, story.incident.resource.id, base="/prod", guarded=False)


PAGES: dict[str, tuple[Callable[[Story], str], bool]] = {
    "incident": (_incident, True),
    "ended": (_ended, True),
    "review": (_review, False),
    "closed": (_closed, False),
    "error": (_error, False),
}


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("kind", HOSTILE)
def test_a_text_from_outside_stays_a_text(page: str, kind: str) -> None:
    render, guarded = PAGES[page]
    html = render(a_hostile_story(HOSTILE[kind]))

    assert find_faults(html, base="/prod", guarded=guarded) == []
    assert _UNSEEN.findall(html) == []
    assert not {"alert(1)", "onerror"} & {one.tag for one in Page(html).elements}


@pytest.mark.parametrize("page", PAGES)
def test_a_secret_is_shown_on_no_page(page: str) -> None:
    html = PAGES[page][0](a_hostile_story(HOSTILE["secret"]))

    assert "AKIAIOSFODNN7EXAMPLE" not in html
    assert "hunter2" not in html


@pytest.mark.parametrize("page", PAGES)
def test_no_text_from_outside_becomes_a_link(page: str) -> None:
    found = Page(PAGES[page][0](a_hostile_story(HOSTILE["link"])))

    assert not [one for one in found.all("a") if "example" in one.attributes["href"].split("/")[0]]
    assert [one for one in found.all("a") if one.attributes["href"].startswith(("http", "java"))] == []


@pytest.mark.parametrize("page", PAGES)
def test_a_name_of_ten_thousand_letters_makes_no_page_of_megabytes(page: str) -> None:
    html = PAGES[page][0](a_hostile_story(HOSTILE["long"]))

    assert len(html) < 400_000
    heading = Page(html).one("h1").text
    assert len(heading) < 5000


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40))
def test_no_text_at_all_breaks_the_page_of_an_incident(text: str) -> None:
    html = _incident(a_hostile_story(text))

    assert find_faults(html, base="/prod") == []
    assert _UNSEEN.findall(html) == []
