"""What a page says and what it is made of, as a browser would read it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import pairwise

VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
)
"""Elements that have no end."""
APART = frozenset({"br", "dt", "dd", "td", "th", "li", "p", "div", "button", "option", "summary", "h2", "h3"})
"""Elements that are seen apart from what is before them."""
HIDDEN = frozenset({"style", "script", "title"})


@dataclass
class Element:
    """One element of a page, with the text directly and deeply in it."""

    tag: str
    attributes: dict[str, str]
    text: str = ""
    within: tuple[str, ...] = ()


@dataclass
class Page(HTMLParser):
    """A page, read once."""

    html: str
    elements: list[Element] = field(default_factory=list)
    text: str = ""
    loose: list[str] = field(default_factory=list)
    """Elements that were closed and not open, or never closed."""

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._open: list[Element] = []
        self.feed(self.html)
        self.close()
        self.loose += [one.tag for one in self._open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(
            tag, {name: value or "" for name, value in attrs}, within=tuple(one.tag for one in self._open)
        )
        self.elements.append(element)
        self.text += " " if tag in APART else ""
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open[-1].tag != tag:
            self.loose.append(tag)
            return
        self._open.pop()

    def handle_data(self, data: str) -> None:
        for one in self._open:
            one.text += data
        if not HIDDEN & {one.tag for one in self._open}:
            self.text += data

    def all(self, *tags: str) -> list[Element]:
        """Every element of these kinds, in order."""
        return [one for one in self.elements if one.tag in tags]

    def one(self, tag: str, **attributes: str) -> Element:
        """The only element of a kind with these attributes."""
        (found,) = (one for one in self.all(tag) if attributes.items() <= one.attributes.items())
        return found

    @property
    def words(self) -> str:
        """All text that is seen, with single spaces."""
        return re.sub(r"\s+", " ", self.text)


def find_faults(html: str, *, base: str = "", guarded: bool = True) -> list[str]:
    """Everything about a page that would break its promises; see each rule."""
    page = Page(html)
    return [
        fault
        for rule in (_loose, _active, _ids, _labels, _headings, _tables, _links, _landmarks)
        for fault in rule(page, base, guarded)
    ]


def _loose(page: Page, _base: str, _guarded: bool) -> list[str]:
    return [f"<{tag}> is not closed where it should be" for tag in page.loose]


def _active(page: Page, base: str, guarded: bool) -> list[str]:
    """Nothing runs but the one script, and nothing is styled but by the one style."""
    scripts = [one.attributes.get("src", "inline") for one in page.all("script")]
    faults = [] if scripts == ([f"{base}/ui/assets/app.js"] if guarded else []) else [f"scripts: {scripts}"]
    faults += [] if len(page.all("style")) == 1 else ["there is not one style"]
    for one in page.elements:
        faults += [
            f"<{one.tag} {name}>"
            for name, value in one.attributes.items()
            if name == "style"
            or name.startswith("on")
            or value.strip().lower().startswith(("javascript:", "vbscript:"))
        ]
        if one.tag in ("iframe", "object", "embed", "base", "link", "img", "foreignobject"):
            faults += [] if one.attributes.get("rel") == "icon" else [f"<{one.tag}>"]
    return faults


def _ids(page: Page, _base: str, _guarded: bool) -> list[str]:
    ids = [one.attributes["id"] for one in page.elements if "id" in one.attributes]
    faults = [
        f"id {name} is there {ids.count(name)} times" for name in sorted(set(ids)) if ids.count(name) > 1
    ]
    for one in page.elements:
        for name in ("for", "aria-labelledby", "aria-describedby"):
            faults += [
                f"{name}={named} names nothing"
                for named in one.attributes.get(name, "").split()
                if named not in ids
            ]
    return faults


def _labels(page: Page, _base: str, _guarded: bool) -> list[str]:
    labelled = {one.attributes.get("for") for one in page.all("label")}
    unlabelled = [
        one.attributes.get("name", one.tag)
        for one in page.all("input", "select", "textarea")
        if one.attributes.get("type") != "hidden" and one.attributes.get("id") not in labelled
    ]
    silent = [
        one.tag
        for one in page.all("a", "button", "summary")
        if not (one.text.strip() or one.attributes.get("aria-label"))
    ]
    return [f"{name} has no label" for name in unlabelled + silent]


def _headings(page: Page, _base: str, _guarded: bool) -> list[str]:
    levels = [int(one.tag[1]) for one in page.all("h1", "h2", "h3", "h4", "h5", "h6")]
    faults = (
        [] if levels.count(1) == 1 and levels[0] == 1 else [f"h1 is not the first and only one: {levels}"]
    )
    deeper = pairwise(levels)
    return faults + [f"h{below} follows h{above}" for above, below in deeper if below > above + 1]


def _tables(page: Page, _base: str, _guarded: bool) -> list[str]:
    faults = [f"th {one.text} has no scope" for one in page.all("th") if "scope" not in one.attributes]
    if len(page.all("table")) != len(page.all("thead")):
        faults.append("a table has no head")
    unlabelled = [one for one in page.all("td") if "data-label" not in one.attributes]
    return faults + ["a cell does not say what it is when narrow" for one in unlabelled if one.text.strip()]


def _links(page: Page, base: str, guarded: bool) -> list[str]:
    """Every link stays here, and begins with the base."""
    targets = [one.attributes.get("href", "") for one in page.all("a")]
    targets += [one.attributes["action"] for one in page.all("form") if "action" in one.attributes]
    allowed = re.compile(
        rf"#main|{re.escape(base)}/ui(/[\w%./~-]*)?(\?[\w%.=&+~-]*)?" if guarded else "#main"
    )
    return [f"a link to {target}" for target in targets if not allowed.fullmatch(target)]


def _landmarks(page: Page, _base: str, _guarded: bool) -> list[str]:
    faults = [f"no <{tag}>" for tag in ("main", "header", "footer", "title") if not page.all(tag)]
    skips = [one for one in page.all("a") if one.attributes.get("href") == "#main"]
    faults += (
        [] if skips and page.all("a")[0] is skips[0] else ["the first link does not skip to the content"]
    )
    return faults + ([] if page.one("html").attributes.get("lang") == "en" else ["no language"])
