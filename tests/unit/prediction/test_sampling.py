"""Which lines of a large log group are sampled, and which are read whole."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.prediction.sampling import MOST_FREQUENT, SAMPLE, frequent_pieces, one_in, pattern_of


def test_the_longest_constant_piece_of_a_frequent_template_is_what_it_is_found_by() -> None:
    templates = [("<*> GET <*> answered with status <*>", 900), ("cache <*> missed for <*>", 100)]
    assert frequent_pieces(templates) == ("answered with status", "missed for")


def test_what_is_rare_is_not_sampled() -> None:
    assert frequent_pieces([("something usual came", 10_000), ("something rare came", 40)]) == (
        "something usual came",
    )


def test_what_has_no_piece_of_its_own_is_not_sampled() -> None:
    assert frequent_pieces([("<*> ok <*>", 1000), ("", 1000), ("<*>", 1000)]) == ()


def test_templates_with_the_same_piece_are_found_by_it_once() -> None:
    assert frequent_pieces([("user <*> has logged in", 5), ("admin <*> has logged in", 4)]) == (
        "has logged in",
    )


def test_no_more_than_the_most_frequent_are_named() -> None:
    templates = [(f"this is template number {number}", 100 + number) for number in range(60)]
    found = frequent_pieces(templates)
    assert len(found) == MOST_FREQUENT
    assert found[0] == "this is template number 59"


def test_of_nothing_nothing_is_frequent() -> None:
    assert frequent_pieces([]) == ()


@pytest.mark.parametrize(
    "piece",
    [
        "GET /api/v1/orders?id=",
        "a.b*c+d?e^f$g(h)i[j]k{l}m|n\\o/p",
        "'quoted' \"twice\" and `thrice`",
        "/ | stats count(*) as lines",
        "größer als erlaubt",
    ],
)
def test_a_pattern_finds_its_piece_and_nothing_in_it_is_an_instruction(piece: str) -> None:
    pattern = pattern_of([piece])
    assert pattern[0] == pattern[-1] == "/"
    assert re.fullmatch("[A-Za-z0-9 _.-]*", pattern[1:-1])
    assert re.search(pattern[1:-1], f"before {piece} behind")


def test_a_pattern_finds_any_of_several_pieces() -> None:
    pattern = re.compile(pattern_of(["first (one)", "second/one"])[1:-1])
    assert pattern.search("the second/one came")
    assert pattern.search("the first (one) came")
    assert not pattern.search("the third one came")


def test_few_lines_are_not_thinned() -> None:
    assert {one_in(0), one_in(1), one_in(SAMPLE)} == {1}


@given(st.floats(0, 1e9))
def test_a_sample_is_small_enough_and_not_much_smaller_than_it_may_be(lines: float) -> None:
    every = one_in(lines)
    assert lines / every <= SAMPLE
    assert every == 1 or lines / every > SAMPLE / 4


@given(st.floats(0, 1e8))
def test_lines_that_are_stamped_in_whole_seconds_are_thinned_all_the_same(lines: float) -> None:
    every = one_in(lines)
    kept = sum(second * 1000 % every == 0 for second in range(every))
    assert kept == 1


def test_what_holds_a_secret_is_no_part_of_a_query() -> None:
    templates = [
        ("connected with password=hunter2hunter2 to the database", 900),
        ("all is well with <*>", 100),
    ]
    assert frequent_pieces(templates) == ("all is well with",)


def test_a_query_is_never_longer_than_it_may_be() -> None:
    templates = [(f"{number} said " + "very much " * 500, 100) for number in range(MOST_FREQUENT)]
    found = frequent_pieces(templates)
    assert len(found) == MOST_FREQUENT
    assert len(pattern_of(found)) < 5000
    assert all(piece in text for piece, (text, _) in zip(found, templates, strict=True))
