"""The style: one text, inlined once, allowed by its hash, and legible in light and dark."""

from __future__ import annotations

import base64
import hashlib
import re
from itertools import product

import pytest

from chalicelib.pages.dress import style_hash
from chalicelib.pages.errors import render_error
from tests.unit.pages.reading import Page

STYLE = Page(render_error(404, "", base="")).one("style").text
COLOURS = {
    name: (light, dark)
    for name, light, dark in re.findall(
        r"--([\w-]+):\s*light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)", STYLE, re.IGNORECASE
    )
}
TONES = ("ok", "warn", "bad", "info", "ask", "idle")
GROUNDS = ("bg", "panel", "sunken", "hover")
READ = [
    *product(("ink", "soft", "faint", "accent", *TONES), GROUNDS),
    *((tone, f"{tone}-soft") for tone in TONES),
    *(("ink", f"{tone}-soft") for tone in TONES),
    *(("soft", f"{tone}-soft") for tone in TONES),
    *(("on-solid", solid) for solid in ("accent-solid", "approve", "reject")),
    ("accent", "idle-soft"),
]
"""Text and the ground that it may stand on."""
SEEN = [
    *product(("line-strong", "accent", *TONES), ("bg", "panel")),
    *((tone, "idle-soft") for tone in TONES),
]
"""Edges of fields, outlines, bars and dots, and what they have to stand out from."""


def _luminance(colour: str) -> float:
    """Of sRGB, by WCAG 2.2."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """From 1 to 21, by WCAG 2.2."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_is_reckoned_as_wcag_does() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize(("scheme", "which"), [("light", 0), ("dark", 1)])
def test_every_text_can_be_read(scheme: str, which: int) -> None:
    poor = [
        f"{text} on {ground} in {scheme}: {found:.2f}"
        for text, ground in READ
        if (found := contrast(COLOURS[text][which], COLOURS[ground][which])) < 4.5
    ]

    assert poor == []


@pytest.mark.parametrize(("scheme", "which"), [("light", 0), ("dark", 1)])
def test_every_edge_and_bar_can_be_seen(scheme: str, which: int) -> None:
    poor = [
        f"{mark} on {ground} in {scheme}: {found:.2f}"
        for mark, ground in SEEN
        if (found := contrast(COLOURS[mark][which], COLOURS[ground][which])) < 3
    ]

    assert poor == []


def test_the_hash_that_is_allowed_is_that_of_the_style_on_the_page() -> None:
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()

    assert style_hash() == f"sha256-{digest}"


def test_no_rule_names_a_colour_of_its_own() -> None:
    rules = re.sub(r"/\*.*?\*/|:root \{.*?\n\}", "", STYLE, flags=re.DOTALL)

    assert re.findall(r"#[0-9a-fA-F]{3,8}\b(?![^{]*\{)|\brgba?\(|\bhsla?\(", rules) == []


def test_every_variable_that_is_used_is_there() -> None:
    given = set(re.findall(r"(--[\w-]+):", STYLE))

    assert set(re.findall(r"var\((--[\w-]+)", STYLE)) - given == set()


def test_nothing_is_fetched_from_anywhere() -> None:
    assert re.findall(r"url\((?!#)|@import|@font-face", STYLE) == []


def test_nothing_moves_for_whoever_wants_it_still() -> None:
    moving = re.sub(r"@media \(prefers-reduced-motion: no-preference\) \{.*?\n\}", "", STYLE, flags=re.DOTALL)

    assert moving != STYLE
    assert re.findall(r"animation|transition|@keyframes|scroll-behavior", moving) == []


def test_the_style_answers_to_paper_to_narrow_and_to_forced_colours() -> None:
    for media in ("print", "(max-width: 760px)", "(forced-colors: active)"):
        assert f"@media {media}" in STYLE
    assert ":focus-visible" in STYLE


def test_braces_pair_up() -> None:
    depth = 0
    for sign in re.sub(r"/\*.*?\*/", "", STYLE, flags=re.DOTALL):
        depth += (sign == "{") - (sign == "}")
        assert 0 <= depth <= 3
    assert depth == 0
