"""Percentages that fill something are followed, and others are not."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.prediction.log_limits import Heading, LogLimits


def follow(texts: list[str]) -> list[Heading]:
    """What is news of it."""
    return [heading for heading in all_of(texts) if heading.is_news]


def all_of(texts: list[str]) -> list[Heading]:
    limits, found = LogLimits(), []
    for number, text in enumerate(texts):
        limits.read(text)
        found += limits.step(300.0 * number)
    return found


def rising(form: str) -> list[str]:
    return [form.format(50 + step / 2) for step in range(98)]


def test_what_fills_is_foreseen_once() -> None:
    (heading,) = follow(rising("volume data-3: {:.1f}% used"))

    assert heading.warned
    assert 80 < heading.value < 100
    assert heading.forecast.expected_at is not None


@pytest.mark.parametrize(
    "form",
    [
        "import is {:.1f}% done, 3 queues",
        "cache hit ratio {:.1f}% of memory reads",
        "cpu usage {:.1f}%",
        "{:.1f}% of it",
    ],
)
def test_what_may_well_reach_a_hundred_is_not(form: str) -> None:
    assert follow(rising(form)) == []


def test_two_things_that_are_told_of_in_the_same_words_but_names_are_two() -> None:
    texts = [
        line
        for pair in zip(rising("disk root {:.1f}%"), ["disk data 60%"] * 98, strict=True)
        for line in pair
    ]

    assert [heading.text.split()[1] for heading in follow(texts)] == ["root"]


@given(st.lists(st.text(max_size=60), max_size=20))
def test_whatever_is_logged_is_survived(texts: list[str]) -> None:
    assert all(
        0 <= heading.forecast.probability <= 1 for heading in follow([f"disk {text}%" for text in texts])
    )


def test_as_long_as_it_heads_for_a_hundred_each_step_says_so_and_since_when() -> None:
    first, *others = all_of(rising("volume data-3: {:.1f}% used"))

    assert first.is_news
    assert others
    assert {(one.began_at, one.is_news, one.key) for one in others} == {(first.began_at, False, first.key)}


def test_a_state_goes_on_as_if_nothing_had_been_in_between_and_holds_no_word_of_the_log() -> None:
    texts = rising("volume data-3: {:.1f}% used")
    limits, found = LogLimits(), []
    for number, text in enumerate(texts):
        limits = LogLimits.restore(json.loads(json.dumps(limits.state())))
        limits.read(text)
        found += limits.step(300.0 * number)

    assert found == all_of(texts)
    assert "volume" not in json.dumps(limits.state())
