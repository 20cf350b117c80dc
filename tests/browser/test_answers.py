"""What a person does at three in the morning: read a mail, follow its link, decide."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from chalicelib.aws.incident_reader import Story
from chalicelib.incidents.model import Resource, State
from tests.browser.conftest import Open
from tests.browser.mails import link_about
from tests.functional.scene import BAD, GOOD, Scene


@pytest.fixture
def asked(scene: Scene) -> tuple[Resource, Story, str]:
    """A parameter that people are asked about, its story, and the link in the mail."""
    parameter = scene.make_parameter("asks")
    scene.tamper(parameter)
    story = scene.waits(parameter)
    scene.world.settle()
    return parameter, story, link_about(scene.world, parameter.id)


def _no_sideways(page: Page) -> None:
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"the page is {wide} px wider than the screen"


def test_the_link_of_the_mail_approves_and_the_page_of_the_incident_shows_it_healed(
    scene: Scene, open_page: Open, asked: tuple[Resource, Story, str]
) -> None:
    parameter, story, link = asked
    page = open_page(link, script=False)
    expect(page.get_by_role("heading", level=1)).to_contain_text(parameter.id)
    assert story.incident.plan
    expect(page.locator("main")).to_contain_text(story.incident.plan.digest)
    page.get_by_label("Your name").fill("Bob")
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("You approved the plan")
    assert scene.story(parameter).incident.state is State.COMPLETED
    assert scene.value_of(parameter) == GOOD
    page = open_page(f"/ui/incidents/{story.incident.incident_id}")
    expect(page.locator("main")).to_contain_text("Completed")
    expect(page.locator("main")).to_contain_text("Bob (by the link for on-call)")


def test_the_link_of_the_mail_rejects_on_a_phone_and_the_reason_is_kept(
    scene: Scene, open_page: Open, asked: tuple[Resource, Story, str]
) -> None:
    parameter, _, link = asked
    page = open_page(link, size="phone", scheme="dark")
    _no_sideways(page)
    page.get_by_label("Reason").fill("we are moving it <b>tonight</b>")
    page.get_by_role("button", name="Reject").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("You rejected the plan")
    ended = scene.story(parameter).incident
    assert ended.state is State.REJECTED
    assert ended.approval
    assert ended.approval.reason == "we are moving it <b>tonight</b>"
    assert scene.value_of(parameter) == BAD


def test_a_link_that_was_answered_shows_what_became_of_it_and_offers_no_answer(
    scene: Scene, open_page: Open, asked: tuple[Resource, Story, str]
) -> None:
    parameter, _, link = asked
    first, second = open_page(link), open_page(link)
    first.get_by_role("button", name="Reject").click()
    scene.story(parameter)
    second.get_by_label("Your name").fill("Carol")
    second.get_by_role("button", name="Approve").click()
    expect(second.get_by_role("heading", level=1)).to_contain_text("answered already")
    expect(second.get_by_role("button")).to_have_count(0)
    assert scene.value_of(parameter) == BAD


def test_a_link_that_has_expired_says_so_and_what_to_do_instead(
    scene: Scene, open_page: Open, asked: tuple[Resource, Story, str]
) -> None:
    parameter, _, link = asked
    later = timedelta(hours=2)
    scene.world.set_clock(lambda: datetime.now(UTC) + later)
    page = open_page(link)
    scene.world.set_clock(None)
    expect(page.get_by_role("heading", level=1)).to_contain_text("expired")
    expect(page.locator("main")).to_contain_text("Nothing was changed")
    expect(page.get_by_role("button")).to_have_count(0)
    scene.say(parameter, approved=False)
    scene.story(parameter)


def test_whoever_is_signed_in_approves_on_the_page_of_the_incident_by_keyboard(
    scene: Scene, open_page: Open, asked: tuple[Resource, Story, str]
) -> None:
    parameter, story, _ = asked
    page = open_page("/ui")
    page.get_by_role("link", name=parameter.id).first.click()
    expect(page).to_have_url(f"{page.url.partition('/ui')[0]}/ui/incidents/{story.incident.incident_id}")
    page.get_by_role("button", name="Approve").focus()
    page.keyboard.press("Enter")
    ended = scene.story(parameter).incident
    assert ended.state is State.COMPLETED
    assert ended.approval
    assert ended.approval.by.endswith(":user/olivia")
