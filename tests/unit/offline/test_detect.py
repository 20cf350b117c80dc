from __future__ import annotations

import gzip
import json
from collections.abc import Iterable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from mainstay.cli import app

DICE = Random(1)  # noqa: S311 - seeded
QUIET = [round(DICE.gauss(50.0, 2.0), 3) for _ in range(600)]
SPIKE = [*QUIET[:500], 95.0, *QUIET[500:]]


def write(path: Path, values: Iterable[object], *, start: int = 1_772_323_200) -> Path:
    rows = (f"{start + number * 300},{value}" for number, value in enumerate(values))
    path.write_text("\n".join(["timestamp,value", *rows, ""]))
    return path


def run(*arguments: object, code: int = 0, stdin: bytes = b"") -> tuple[str, str]:
    result = CliRunner().invoke(app, ["detect", *map(str, arguments)], input=stdin)
    assert result.exit_code == code, result.output
    return result.stdout, result.stderr


def rows_of(output: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.splitlines()]


@pytest.fixture
def spike(tmp_path: Path) -> Path:
    return write(tmp_path / "spike.csv", SPIKE)


def test_json_has_one_object_for_each_row_in_order(spike: Path) -> None:
    rows = rows_of(run(spike, "--json")[0])

    assert [row["value"] for row in rows] == SPIKE
    assert rows[0] == {"timestamp": "1772323200", "value": SPIKE[0], "score": 0.0, "alarm": False}
    assert [number for number, row in enumerate(rows) if row["alarm"]] == [500]
    assert all(0 <= row["score"] <= 1 for row in rows)


def test_the_threshold_is_the_score_of_an_alarm(spike: Path) -> None:
    rows = rows_of(run(spike, "--json", "--threshold", 0.2)[0])

    assert [row["alarm"] for row in rows] == [row["score"] >= 0.2 for row in rows]
    assert not any(row["alarm"] for row in rows_of(run(spike, "--json", "--threshold", 1)[0]))
    assert not all(row["alarm"] for row in rows_of(run(spike, "--json", "--threshold", 0)[0]))


def test_people_are_told_when_and_what_was_unusual(spike: Path) -> None:
    output, _ = run(spike)

    assert "1772473200  95  score 0." in output
    assert "): " in output
    assert "above" in output
    assert "601 rows, 1 alarm" in output
    assert "▲" in output


def test_of_many_alarms_the_most_unusual_are_listed(tmp_path: Path) -> None:
    path = write(tmp_path / "x.csv", [value for _ in range(4) for value in SPIKE])
    output, _ = run(path, "--threshold", 0.01)

    assert "of which the 20 most unusual are listed" in output
    assert output.count("score") == 20


def test_with_several_files_each_row_says_which(spike: Path, tmp_path: Path) -> None:
    other = write(tmp_path / "other.csv", [1, 2])
    rows = rows_of(run(spike, other, "--json")[0])

    assert [row["file"] for row in rows] == [str(spike)] * len(SPIKE) + [str(other)] * 2


def test_gzip_and_standard_input_are_read(spike: Path, tmp_path: Path) -> None:
    packed = tmp_path / "spike.csv.gz"
    packed.write_bytes(gzip.compress(spike.read_bytes()))
    plain = run(spike, "--json")[0]

    assert run(packed, "--json")[0] == plain
    assert run("-", "--json", stdin=spike.read_bytes())[0] == plain


def test_rows_that_cannot_be_used_score_0_and_are_named(tmp_path: Path) -> None:
    path = write(tmp_path / "gaps.csv", [*QUIET[:300], "NaN", "much", "inf", "1e999", *QUIET[300:]])
    output, errors = run(path, "--json")
    rows = rows_of(output)

    assert [row["value"] for row in rows[300:304]] == [None] * 4
    assert [row["score"] for row in rows[300:304]] == [0.0] * 4
    assert [row["problem"] for row in rows[300:302]] == ["NaN", "not a number"]
    assert f"{path}: 1 of 604 rows: NaN" in errors
    assert len(rows) == 604


def test_huge_values_unsorted_and_duplicate_times_are_scored(tmp_path: Path) -> None:
    path = tmp_path / "odd.csv"
    numbers = [f"{1_772_323_200 + 60 * number},{value}" for number, value in enumerate(QUIET)]
    path.write_text("\n".join([*numbers, numbers[-1], numbers[3], "1772400000,1e308", "soon,50", ""]))
    rows = rows_of(run(path, "--json")[0])

    assert [row.get("problem") for row in rows[-4:]] == ["duplicate", "unsorted", None, "bad time"]
    assert rows[-2]["alarm"]
    assert len(rows) == len(numbers) + 4


@given(st.binary(max_size=400))
@settings(max_examples=40, deadline=None)
def test_rubbish_is_read_to_its_end(rubbish: bytes) -> None:
    for arguments in (["-", "--json"], ["-"]):
        run(*arguments, stdin=b"0" + rubbish)


def test_an_empty_file_has_no_rows(tmp_path: Path) -> None:
    path = tmp_path / "empty.csv"
    path.write_text("")

    assert run(path, "--json") == ("", "")
    assert "0 rows, 0 alarms" in run(path)[0]


def test_a_missing_file_is_an_error_of_one_line(tmp_path: Path) -> None:
    output, errors = run(tmp_path / "none.csv", "--json", code=2)

    assert output == ""
    assert errors.count("\n") == 1
    assert "none.csv" in errors


def test_a_threshold_beyond_1_is_refused(spike: Path) -> None:
    assert "--threshold" in run(spike, "--threshold", 2, code=2)[1]
