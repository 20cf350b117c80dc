from __future__ import annotations

import gzip
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from mainstay.cli import app

LEAK = [30.0] * 40 + [30 + 0.5 * number for number in range(145)]


def write(path: Path, values: Iterable[object], *, start: int = 1_772_323_200) -> Path:
    rows = (f"{start + number * 300},{value}" for number, value in enumerate(values))
    path.write_text("\n".join(["timestamp,value", *rows, ""]))
    return path


def run(*arguments: object, code: int = 0, stdin: bytes = b"") -> str:
    result = CliRunner().invoke(app, ["forecast", *map(str, arguments)], input=stdin)
    assert result.exit_code == code, result.output
    return result.output


def rows_of(output: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.splitlines()]


@pytest.fixture
def leak(tmp_path: Path) -> Path:
    return write(tmp_path / "leak.csv", LEAK)


def test_json_has_one_object_for_each_row_in_order(leak: Path) -> None:
    rows = rows_of(run(leak, "--limit", 100, "--json"))

    assert [row["value"] for row in rows] == LEAK
    assert rows[0] == {
        "timestamp": "1772323200",
        "value": 30.0,
        "probability": rows[0]["probability"],
        "expected_at": None,
    }
    assert rows[100]["probability"] < 0.1
    assert rows[-1]["probability"] > 0.9
    assert rows[-1]["expected_at"].startswith("2026-03-01T15:2")


def test_with_several_files_each_row_says_which(leak: Path, tmp_path: Path) -> None:
    other = write(tmp_path / "other.csv", [1, 2])
    rows = rows_of(run(leak, other, "--limit", 100, "--json"))

    assert [row["file"] for row in rows] == [str(leak)] * len(LEAK) + [str(other)] * 2


def test_gzip_and_standard_input_are_read(leak: Path, tmp_path: Path) -> None:
    packed = tmp_path / "leak.csv.gz"
    packed.write_bytes(gzip.compress(leak.read_bytes()))
    plain = run(leak, "--limit", 100, "--json")

    assert run(packed, "--limit", 100, "--json") == plain
    assert run("-", "--limit", 100, "--json", stdin=leak.read_bytes()) == plain


def test_rows_that_cannot_be_used_are_named_and_change_nothing(tmp_path: Path) -> None:
    path = write(tmp_path / "gaps.csv", [*LEAK[:150], "NaN", "much", *LEAK[150:]])
    rows = rows_of(run(path, "--limit", 100, "--json"))

    assert [row["problem"] for row in rows[150:152]] == ["NaN", "not a number"]
    assert rows[150]["value"] is None
    assert rows[149]["probability"] == rows[150]["probability"] == rows[151]["probability"]


def test_people_are_told_when_it_will_cross(leak: Path) -> None:
    output = run(leak, "--limit", 103)

    assert "crosses 103 in about 10 minutes (80 %: " in output
    assert "warning 2026-03-01T14:" in output
    assert "╌ 103" in output


def test_people_are_told_that_nothing_is_ahead(leak: Path) -> None:
    output = run(leak, "--limit", 1000)

    assert "probability 0.1 % that it crosses 1000 within 60 minutes" in output
    assert "warning" not in output


def test_below_is_about_falling(tmp_path: Path) -> None:
    path = write(tmp_path / "free.csv", [120 - value for value in LEAK])

    assert "falls below 15 in about" in run(path, "--limit", 15, "--below")
    assert "over 10 now" in run(path, "--limit", 10)


def test_a_longer_horizon_warns_earlier(leak: Path) -> None:
    assert "probability" in run(leak, "--limit", 108, "--horizon", 60)
    assert "crosses 108 in about" in run(leak, "--limit", 108, "--horizon", 120)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0\xff\xfe" * 500,
        b"x" * 2_000_000,
        b"timestamp,value\n",
        b"a;b\n\n1;2,5\n",
        b"\xef\xbb\xbf1,2\r\n",
    ],
    ids=["nothing", "rubbish", "one long line", "a header", "semicolons", "a byte order mark"],
)
def test_any_bytes_are_processed_or_named(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "any.csv"
    path.write_bytes(content)

    run(path, "--limit", 100)
    assert all("probability" in row for row in rows_of(run(path, "--limit", 100, "--json")))


def test_a_missing_file_and_a_senseless_limit_are_usage_errors(leak: Path, tmp_path: Path) -> None:
    run(tmp_path / "missing.csv", "--limit", 100, code=2)
    run(leak, "--limit", "nan", code=2)
    run(leak, code=2)
