"""What every page wears: cleaned, escaped, and strict about what a template may leave out."""

from __future__ import annotations

import pytest
from jinja2 import TemplateNotFound, UndefinedError
from markupsafe import Markup

from chalicelib.pages import asset, render
from chalicelib.pages.dress import NAV
from chalicelib.pages.errors import render_error
from tests.unit.pages.reading import Page, find_faults


def test_a_template_that_lacks_something_is_no_page() -> None:
    with pytest.raises(UndefinedError):
        render("error.html", base="", active="", status=404, title="t")


def test_a_file_that_is_not_there_is_not_made_up() -> None:
    with pytest.raises(TemplateNotFound):
        asset("app.css")
    with pytest.raises(TemplateNotFound):
        asset("../settings.py")


@pytest.mark.parametrize("base", ["", "/prod", "/tools/mainstay"])
@pytest.mark.parametrize("active", [name for name, _, _ in NAV])
def test_the_navigation_begins_with_the_base_and_says_where_one_is(base: str, active: str) -> None:
    html = render("error.html", base=base, active=active, status=404, title="t", detail="", steps=())

    assert find_faults(html, base=base) == []
    links = {
        one.attributes["href"]: one.attributes.get("aria-current")
        for one in Page(html).all("a")
        if "nav" in one.within
    }
    path = next(path for name, path, _ in NAV if name == active)
    assert [href for href, current in links.items() if current] == [f"{base}{path}"]
    assert {f"{base}{path}" for _, path, _ in NAV} == links.keys()


@pytest.mark.parametrize(
    ("mode", "says", "tone"),
    [
        (None, "Mode: never set", "bad"),
        ("off", "Mode: off", "bad"),
        ("observe", "Mode: observe", "warn"),
        ("approve", "Mode: approve", "info"),
        ("auto", "Mode: auto", "ok"),
        ("<b>", "Mode: <b>", "bad"),
    ],
)
def test_every_page_says_the_mode(mode: str | None, says: str, tone: str) -> None:
    html = render("error.html", base="", active="", mode=mode, status=404, title="t", detail="", steps=())

    chip = next(one for one in Page(html).all("a") if one.text == says)
    assert f"tone-{tone}" in chip.attributes["class"]


def test_a_page_that_anybody_may_see_has_no_script_and_leads_nowhere() -> None:
    html = render_error(404, "", base="/prod", guarded=False)

    assert find_faults(html, guarded=False) == []
    assert Page(html).all("nav") == []


def test_what_we_made_ourselves_stays_as_it_is_but_for_its_escaping() -> None:
    given = {"base": '/a"b', "active": "", "status": 404, "detail": "", "steps": ()}
    html = render("error.html", title=Markup("<i>ours</i>"), **given)

    assert "<i>ours</i>" in html
    assert 'href="/a&#34;b/ui"' in html


@pytest.mark.parametrize("status", [400, 403, 404, 409, 412, 500, 503])
def test_each_error_says_what_happened_and_what_to_do(status: int) -> None:
    page = Page(render_error(status, "UnknownIncidentError: there is no incident inc-1", base=""))

    assert page.one("h1").text
    assert "there is no incident inc-1" in page.words
    assert [one.text for one in page.all("li") if one.text.strip()]
    assert str(status) in page.words


def test_the_script_makes_no_code_of_texts_and_asks_nobody_else() -> None:
    script = asset("app.js")

    unsafe = ("eval(", "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "Function(", "://")
    assert [word for word in unsafe if word in script] == []
