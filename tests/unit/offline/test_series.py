from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainstay.offline.series import (
    BAD_TIME,
    DUPLICATE,
    NAN,
    NOT_A_NUMBER,
    PROBLEMS,
    UNSORTED,
    Row,
    parse_time,
    read_series,
)

MIDNIGHT = 1_772_323_200.0
"""2026-03-01 00:00:00 UTC."""


def rows_of(text: str) -> list[Row]:
    return list(read_series(text.splitlines(keepends=True)))


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-01T00:00:00Z",
        "2026-03-01T00:00:00",
        "2026-03-01 00:00:00",
        "2026-03-01 00:00:00 UTC",
        "2026/03/01 00:00:00",
        "2026-03-01T01:00:00+01:00",
        "2026-03-01T00:00:00.000Z",
        "1772323200",
        "1772323200000",
        "1772323200000000",
        "1.7723232e9",
    ],
)
def test_a_time_is_read_however_it_is_written(text: str) -> None:
    assert parse_time(text) == MIDNIGHT


@pytest.mark.parametrize(
    "text", ["", "noon", "2026-13-01", "1e300", "nan", "inf", "9999-12-31T23:59:59-10:00"]
)
def test_what_is_no_time_is_none(text: str) -> None:
    assert parse_time(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-01,4.5\n",
        "timestamp,value\n2026-03-01,4.5\n",
        "value,timestamp\n4.5,2026-03-01\n",
        "host,Value,region,Timestamp\ndb-1,4.5,eu,2026-03-01\n",
        "when,much\n2026-03-01,4.5\n",
        "\ufefftimestamp,value\r\n2026-03-01,4.5\r\n",
        "timestamp;value\n2026-03-01;4,5\n",
        "timestamp\tvalue\n2026-03-01\t4.5\n",
        '"timestamp","value"\n"2026-03-01","4.5"\n',
        "\n\n2026-03-01 4.5\n\n",
        "time,note,value\n2026-03-01,,4.5,further\n",
    ],
    ids=lambda text: ascii(text)[:30],
)
def test_a_row_is_read_however_it_is_laid_out(text: str) -> None:
    [row] = rows_of(text)

    assert (row.at, row.value, row.timestamp, row.problems) == (MIDNIGHT, 4.5, "2026-03-01", ())


@pytest.mark.parametrize(
    ("line", "problems"),
    [
        ("30,much", (NOT_A_NUMBER,)),
        ("30,inf", (NOT_A_NUMBER,)),
        ("30,1_000", (NOT_A_NUMBER,)),
        ("30,NaN", (NAN,)),
        ("30,", (NAN,)),
        ("30", (NAN,)),
        ("soon,5", (BAD_TIME,)),
        ("20,5", (DUPLICATE,)),
        ("10,5", (UNSORTED,)),
        ("10,x", (UNSORTED, NOT_A_NUMBER)),
        ("\0\x01\ufffd\ufffd", (BAD_TIME, NAN)),
        ("7" * 1_000_000, (BAD_TIME, NAN)),
    ],
    ids=lambda what: ascii(what)[:20],
)
def test_what_is_wrong_with_a_row_is_named_and_the_next_one_is_read(
    line: str, problems: tuple[str, ...]
) -> None:
    rows = rows_of(f"20,1\n{line}\n40,2\n")

    assert [row.problems for row in rows] == [(), problems, ()]
    assert [row.value for row in rows][::2] == [1.0, 2.0]


def test_rubbish_before_the_first_row_does_not_set_the_layout() -> None:
    rubbish, row = rows_of("\x01|;|;|\x02\n20,1\n")

    assert rubbish.problems == (BAD_TIME, NOT_A_NUMBER)
    assert row == Row(2, "20", 20.0, 1.0)


def test_one_time_far_ahead_does_not_make_all_others_unsorted() -> None:
    rows = rows_of("10,1\n4000000000,1\n" + "".join(f"{20 + i},1\n" for i in range(30)))

    assert rows[-1].problems == ()
    assert sum(UNSORTED in row.problems for row in rows) == 10


@pytest.mark.parametrize("text", ["", "\n\n", "timestamp,value\n", "\ufeff", "\0\0\0"])
def test_without_data_there_are_no_rows(text: str) -> None:
    assert rows_of(text) == []


@given(
    st.lists(st.text(st.characters(exclude_characters="\r\n")) | st.sampled_from(["1,2", "t,value", ";;"]))
)
def test_any_text_gives_a_row_for_each_line_that_is_neither_empty_nor_the_header(lines: list[str]) -> None:
    rows = list(read_series(lines))
    filled = [line for line in lines if line.strip("\r\n\ufeff\0 ")]

    assert len(filled) - 1 <= len(rows) <= len(filled)
    assert all(row.value is None or math.isfinite(row.value) for row in rows)
    assert all(set(row.problems) <= set(PROBLEMS) for row in rows)
    assert all(row.problems or (row.at is not None and row.value is not None) for row in rows)
