"""The pages as people meet them: on phones, in the dark, without a script, and with hostile text on them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from chalicelib.aws.incident_reader import Story
from chalicelib.incidents.model import Resource
from tests.browser.conftest import SIZES, Open
from tests.browser.mails import link_about
from tests.functional.scene import Scene

HOSTILE = (
    "<script>document.title='owned'</script><img src=x onerror=document.title='owned'>"
    "\" onmouseover=\"document.title='owned' https://evil.example/ \u202egnp.exe \x1b[31mred"
)
PAGES = ("/ui", "/ui/outcomes", "/ui/forecasts", "/ui/patterns", "/ui/policy")


@pytest.fixture
def healed(scene: Scene) -> tuple[Resource, Story]:
    """A parameter that was put right."""

    def play() -> tuple[Resource, Story]:
        parameter = scene.make_parameter()
        scene.tamper(parameter)
        return parameter, scene.story(parameter)

    return scene.play_once("healed", play)


@pytest.fixture
def mode_auto_again(scene: Scene) -> Iterator[None]:
    yield
    scene.world.team.memory.set_mode("auto", by="mainstay", now=scene.world.team.clock())


def _wider(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_is_wider_than_the_screen(
    open_page: Open, healed: tuple[Resource, Story], size: str, scheme: str
) -> None:
    incident = f"/ui/incidents/{healed[1].incident.incident_id}"
    wide = {path: _wider(open_page(path, size=size, scheme=scheme)) for path in (*PAGES, incident)}
    assert {path: by for path, by in wide.items() if by > 0} == {}


_TABLE = """() => {
  const table = document.createElement("table");
  table.className = "table";
  table.innerHTML = "<thead><tr><th>What</th><th>Probability</th></tr></thead><tbody><tr>"
    + `<td class="wrap-any">${"a long text ".repeat(99)}</td><td class="num">9 %</td></tr></tbody>`;
  document.querySelector("main").append(table);
  return table.tHead.clientHeight;
}"""


def test_a_word_at_the_head_of_a_column_is_not_broken(open_page: Open) -> None:
    assert 0 < open_page("/ui").evaluate(_TABLE) < 40


@pytest.mark.parametrize("path", PAGES)
def test_every_page_can_be_read_and_left_without_a_script(open_page: Open, path: str) -> None:
    page = open_page(path, script=False)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.get_by_role("navigation").get_by_role("link", name="Incidents").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Incidents")


def test_the_first_key_press_offers_to_skip_to_what_matters(open_page: Open) -> None:
    page = open_page("/ui")
    page.keyboard.press("Tab")
    focused = page.locator(":focus")
    expect(focused).to_contain_text("Skip")
    page.keyboard.press("Enter")
    assert page.evaluate(
        "document.querySelector('main').contains(document.activeElement) "
        "|| location.hash === '#' + document.querySelector('main').id"
    )


def test_hostile_text_is_shown_and_does_nothing(scene: Scene, open_page: Open) -> None:
    parameter = scene.make_parameter("asks")
    scene.tamper(parameter)
    scene.waits(parameter)
    page = open_page(link_about(scene.world, parameter.id))
    page.get_by_label("Reason").fill(HOSTILE)
    page.get_by_role("button", name="Reject").click()
    story = scene.story(parameter)
    for shown in (page, open_page(f"/ui/incidents/{story.incident.incident_id}")):
        shown.mouse.move(300, 300)
        assert "owned" not in shown.title()
        assert shown.locator("main img, main iframe, main script, main a[href*=evil]").count() == 0
        assert not {"\u202e", "\x1b"} & set(shown.content())
    expect(shown.locator("main")).to_contain_text("<img src=x onerror")


@pytest.mark.usefixtures("mode_auto_again")
def test_the_kill_switch_stops_all_changes_in_one_press_and_needs_a_reason_to_go_on(
    scene: Scene, open_page: Open
) -> None:
    page = open_page("/ui/policy", script=False)
    page.get_by_role("button", name="Stop all changes").click()
    expect(page.locator("main")).to_contain_text("The mode is off")
    assert scene.world.team.memory.mode() == "off"
    page = open_page("/ui", script=False)
    expect(page.locator("body")).to_contain_text("off")
    page = open_page("/ui/policy", script=False)
    page.get_by_label("approve", exact=False).first.check()
    page.get_by_role("button", name="Set the mode").click()
    assert scene.world.team.memory.mode() == "off"
    page.get_by_label("Why").fill("the storm is over")
    page.get_by_role("button", name="Set the mode").click()
    expect(page.locator("main")).to_contain_text("The mode is approve")
    assert scene.world.team.memory.mode() == "approve"


def test_the_list_shows_by_itself_what_is_new(scene: Scene, open_page: Open) -> None:
    page = open_page("/ui")
    parameter = scene.make_parameter()
    scene.tamper(parameter)
    scene.story(parameter)
    expect(page.get_by_role("link", name=parameter.id).first).to_be_visible(timeout=30_000)
