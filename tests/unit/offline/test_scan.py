"""A log file is played through the whole analysis, whatever is in it."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from mainstay.cli import app

Disorder = Callable[[list[str]], list[str]]
START = datetime(2026, 1, 5, tzinfo=UTC)


def scan(*arguments: str | Path, stdin: bytes = b"") -> Result:
    return CliRunner().invoke(app, ["scan", *map(str, arguments)], input=stdin)


def stamp(seconds: float) -> str:
    return f"{START + timedelta(seconds=seconds):%Y-%m-%d %H:%M:%S}"


def quiet_lines(hours: int) -> list[str]:
    dice = random.Random(1)  # noqa: S311 - an example
    lines = [
        f"{stamp(60 * minute + second)} INFO served page {dice.randrange(9999)}"
        for minute in range(60 * hours)
        for second in (3, 30)
    ]
    return [*lines, f"{stamp(3600 * hours)} INFO served page 1"]


def with_trouble(hours: int) -> list[str]:
    trouble = [
        f"{stamp(3600 * 4 + 30 * number)} ERROR ledger host {number} is unreachable" for number in range(40)
    ]
    return sorted(quiet_lines(hours) + trouble)


def write(path: Path, lines: list[str]) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_trouble_is_told_with_lines_a_picture_and_an_all_clear(tmp_path: Path) -> None:
    result = scan(write(tmp_path / "app.log", with_trouble(8)))

    assert result.exit_code == 0
    assert "ALARM" in result.output
    assert "ERROR lines like 'ledger host <*> is unreachable' had never been seen" in result.output
    assert "| 2026-01-05 04:00:00 ERROR ledger host 0 is unreachable" in result.output
    assert "█" in result.output
    assert "passed" in result.output
    assert "1 alarm;" in result.output


def test_a_disk_that_fills_is_foreseen_before_it_is_full(tmp_path: Path) -> None:
    filling = [
        f"{stamp(300 * step + 20)} INFO disk usage of /data is {50 + step / 2:.1f}%" for step in range(100)
    ]
    path = write(tmp_path / "app.log", sorted(quiet_lines(9) + filling))

    result, events = scan(path), scan(path, "--json").stdout.splitlines()

    (foreseen,) = (one for one in map(json.loads, events) if one["status"] == "FORESEEN")
    assert "AHEAD" in result.output
    assert "is likely to reach 100 % in" in result.output
    assert "2026-01-05T06:00" < foreseen["at"] < "2026-01-05T08:05"
    assert "2026-01-05T08:00" < foreseen["expected_at"] < "2026-01-05T08:40"


def test_a_quiet_log_is_said_to_be_quiet(tmp_path: Path) -> None:
    result = scan(write(tmp_path / "app.log", quiet_lines(6)))

    assert result.exit_code == 0
    assert "no alarm; 100.0% of the time was quiet" in result.output


def test_json_has_one_object_per_alarm_event(tmp_path: Path) -> None:
    result = scan(write(tmp_path / "app.log", with_trouble(8)), "--json")

    events = [json.loads(line) for line in result.stdout.splitlines()]
    assert [one["status"] for one in events if one["status"] != "UPDATED"] == ["OPENED", "CLEARED"]
    assert len({one["alarm_id"] for one in events}) == 1
    assert events[0]["opened_at"].startswith("2026-01-05T04:")
    assert {"what", "score", "probability", "severity", "examples", "rates", "log"} <= events[0].keys()


def test_standard_input_gzip_and_parts_of_one_log_are_read(tmp_path: Path) -> None:
    lines = with_trouble(8)
    whole = "\n".join(lines).encode()
    packed = tmp_path / "app.log.gz"
    packed.write_bytes(gzip.compress(whole))
    parts = [write(tmp_path / "1.log", lines[:500]), write(tmp_path / "2.log", lines[500:])]

    outputs = [
        scan("-", "--json", stdin=whole).stdout,
        scan(packed, "--json").stdout,
        scan(*parts, "--together", "--json").stdout,
    ]

    alarms = [[{**json.loads(line), "log": ""} for line in output.splitlines()] for output in outputs]
    assert alarms[0]
    assert alarms[0] == alarms[1] == alarms[2]


def test_a_log_without_time_stamps_is_named(tmp_path: Path) -> None:
    result = scan(write(tmp_path / "app.log", ["no time here", "nor here"] * 20))

    assert result.exit_code == 2
    assert "app.log: no time stamp found" in result.output
    assert "Traceback" not in result.output


def test_an_empty_log_has_nothing_in_it(tmp_path: Path) -> None:
    (tmp_path / "nothing.log").touch()
    write(tmp_path / "blank.log", ["", "  "])

    result = scan(tmp_path / "nothing.log", tmp_path / "blank.log")

    assert result.exit_code == 0
    assert "nothing in it" in result.output


def test_a_missing_file_is_named() -> None:
    result = scan("nowhere.log")

    assert result.exit_code == 2
    assert "nowhere.log: No such file" in result.output


def insert(line: str) -> Disorder:
    return lambda lines: [*lines[:300], line, *lines[300:]]


@pytest.mark.parametrize(
    "disorder",
    [
        pytest.param(lambda lines: [line for line in lines for _ in (1, 2)], id="every line twice"),
        pytest.param(insert("2099-01-01 00:00:00 INFO served page 9"), id="a time far ahead"),
        pytest.param(insert("1970-01-01 00:00:00 INFO served page 9"), id="a time long ago"),
        pytest.param(lambda lines: lines[:400] + lines[280:], id="an hour again"),
        pytest.param(insert("rubbish \x00\x01\ufffd" + "x" * 2**20), id="a long line of rubbish"),
        pytest.param(
            lambda lines: [
                one for line in lines for one in (line, "  and more, \x1b[31mred")[: 1 + (line[-1] == "7")]
            ],
            id="lines without times",
        ),
    ],
)
def test_disorder_is_survived_and_is_no_alarm(disorder: Disorder, tmp_path: Path) -> None:
    result = scan(write(tmp_path / "app.log", disorder(quiet_lines(6))))

    assert result.exit_code == 0, result.output
    assert "no alarm" in result.output
    assert "\x1b" not in result.output


def test_bytes_that_are_no_text_are_survived(tmp_path: Path) -> None:
    path = tmp_path / "app.log"
    path.write_bytes(random.Random(2).randbytes(200_000))  # noqa: S311 - an example

    result = scan(path)

    assert result.exit_code in (0, 2)
    assert "Traceback" not in result.output
    assert not result.exception or isinstance(result.exception, SystemExit)


def test_scans_may_be_of_any_length(tmp_path: Path) -> None:
    path = write(tmp_path / "app.log", with_trouble(8))

    for minutes in ("1", "15", "60"):
        result = scan(path, "--every", minutes)
        assert result.exit_code == 0
        assert "1 alarm;" in result.output
