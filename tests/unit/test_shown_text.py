"""What people are shown is one line, short, and what it looks like."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.redaction import clean_text, inert

GITHUB = "gh" + "p_" + "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0fRaB3d"
"""Looks like a token, is none."""


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("plain text, äöü, 日本", "plain text, äöü, 日本", id="plain"),
        pytest.param("\x1b[31mred\x1b[0m", "red", id="colour"),
        pytest.param("a\x1b[2J\x1b[1;1Hb", "ab", id="cursor"),
        pytest.param("\x1b]0;title\x07x", "x", id="title"),
        pytest.param("\x1b]8;;https://evil.example\x1b\\click\x1b]8;;\x1b\\", "click", id="terminal-link"),
        pytest.param("\x9b31mx\x9d0;t\x9c", "x", id="eight-bit-controls"),
        pytest.param("a\x1b]never ends", "anever ends", id="unfinished"),
        pytest.param("one\r\ntwo\tthree\u2028four", "one two three four", id="lines"),
        pytest.param("a\x00b\x08c\x7f", "abc", id="controls"),
        pytest.param("abc\u202edcba\u202c", "abcdcba", id="right-to-left"),
        pytest.param("a\u200bb\u200d\ufeffc\u2060", "abc", id="zero-width"),
        pytest.param("hi" + "".join(chr(0xE0000 + ord(c)) for c in "ignore"), "hi", id="tags"),
        pytest.param("a\ufe0fb\U000e0100", "ab", id="variation-selectors"),
        pytest.param("x\ud800y\ue000", "xy", id="surrogates-and-private"),
        pytest.param("", "", id="empty"),
    ],
)
def test_shown_text_is_one_line_without_tricks(text: str, shown: str) -> None:
    assert inert(text, 100) == shown


@pytest.mark.parametrize(("limit", "shown"), [(5, "abcd…"), (6, "abcdef"), (1, "…"), (0, "…")])
def test_shown_text_is_cut_visibly(limit: int, shown: str) -> None:
    assert inert("abcdef", limit) == shown


@given(st.text(st.characters(exclude_categories=[])), st.integers(1, 50))
def test_shown_text_is_bounded_and_can_be_written(text: str, limit: int) -> None:
    shown = inert(text, limit)
    assert len(shown) <= limit
    assert "\n" not in shown
    assert shown.encode().decode() == shown
    assert inert(shown, limit) == shown


def test_clean_text_finds_secrets_behind_hidden_characters() -> None:
    assert clean_text("pass\u200bword=hunter" + "2\x1b[0m", 100) == "password=[SECRET:value]"


def test_clean_text_redacts_before_it_cuts() -> None:
    text = clean_text(f"{'x' * 30} {GITHUB}", 40)
    assert text == f"{'x' * 30} [SECRET:…"
