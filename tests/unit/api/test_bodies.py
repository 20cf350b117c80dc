"""JSON as it comes in: what is read, and what is refused before anything looks at it."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.api.bodies import parse_json
from chalicelib.api.problems import INVALID_BODY, ProblemError

_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)


@given(_JSON)
def test_what_is_json_is_read(value: Any) -> None:
    assert parse_json(json.dumps(value, ensure_ascii=False).encode()) == value


@given(st.binary(max_size=200))
def test_whatever_comes_is_read_or_refused(body: bytes) -> None:
    """What is read can be written again, which NaN and halves of characters cannot."""
    with suppress(ProblemError):
        json.dumps(parse_json(body), allow_nan=False, ensure_ascii=False).encode()


@pytest.mark.parametrize(
    "body",
    [
        b"[NaN]",
        b"[Infinity]",
        b'{"a": 1, "a": 1}',
        b'{"a": {"b": 1, "b": 2}}',
        b'"\\ud800"',
        b'{"\\udfff": 1}',
        b"\xff",
        b"[" * 50_000,
        b'{"a":' * 50_000,
        b"[" * 50_000 + b"]" * 50_000,
        b"",
        b"1" * 60_000,
    ],
    ids=lambda body: body[:20].decode(errors="replace"),
)
def test_what_is_no_json_that_we_take_is_refused(body: bytes) -> None:
    with pytest.raises(ProblemError) as refused:
        parse_json(body)
    assert refused.value.kind is INVALID_BODY


def test_a_pair_of_halves_is_one_character() -> None:
    assert parse_json(b'"\\ud83d\\ude00"') == "\U0001f600"
