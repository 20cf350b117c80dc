from __future__ import annotations

from collections.abc import Callable
from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.pages.numbers import NOTHING, say_count, say_number, say_seconds, say_share


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0, "0"),
        (7, "7"),
        (0.25, "0.25"),
        (3.14159, "3.1"),
        (12.6, "13"),
        (999.4, "999"),
        (999.6, "1 k"),
        (1234, "1.2 k"),
        (-1234, "-1.2 k"),
        (34_000_000, "34 M"),
        (1e30, "1e+30"),
        (None, NOTHING),
        (nan, NOTHING),
        (inf, NOTHING),
    ],
)
def test_a_number_is_as_long_as_it_means_something(value: float | None, said: str) -> None:
    assert say_number(value) == said


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (0.0, "0 %"),
        (0.0001, "0.1 %"),
        (0.004, "0.4 %"),
        (0.934, "93 %"),
        (0.996, "99.6 %"),
        (0.99999, "99.9 %"),
        (1.0, "100 %"),
        (None, NOTHING),
        (nan, NOTHING),
    ],
)
def test_a_share_is_rounded_to_none_or_all_only_where_it_is_that(share: float | None, said: str) -> None:
    assert say_share(share) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.42, "0.42 s"),
        (6.24, "6.2 s"),
        (12.3, "12 s"),
        (60, "1 min"),
        (200, "3.3 min"),
        (1860, "31 min"),
        (3600, "1 h"),
        (9000, "2.5 h"),
        (4 * 86400, "4 days"),
        (None, NOTHING),
        (inf, NOTHING),
    ],
)
def test_a_time_is_told_in_the_one_unit_that_fits(seconds: float | None, said: str) -> None:
    assert say_seconds(seconds) == said


def test_one_of_something_is_no_plural() -> None:
    assert (say_count(1, "incident"), say_count(0, "incident")) == ("1 incident", "0 incidents")
    assert say_count(1200, "query", "queries") == "1.2 k queries"


@given(st.floats(), st.sampled_from([say_number, say_seconds, say_share]))
def test_every_number_can_be_told_in_a_few_letters(value: float, say: Callable[[float], str]) -> None:
    assert 1 <= len(say(value)) <= 14
