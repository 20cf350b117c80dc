"""``mainstay mine``: whatever is in the files, they are mined, or named."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from mainstay.cli import app

LOG = [
    "081109 203615 148 INFO dfs.DataNode: Received block blk_38 of size 67",
    "081109 203616 148 ERROR dfs.DataNode: Lost block blk_39: disk",
    "java.io.IOException: disk",
    "\tat org.example.Disk.read(Disk.java:5)",
    "081109 203617 148 INFO dfs.DataNode: Received block blk_40 of size 9",
]


def write(path: Path, lines: list[str]) -> str:
    path.write_text("".join(f"{line}\n" for line in lines))
    return str(path)


def mine(*arguments: str, stdin: bytes = b"") -> Result:
    return CliRunner().invoke(app, ["mine", *arguments], input=stdin)


def documents(result: Result) -> list[dict[str, Any]]:
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_each_line_of_input_is_one_object_in_order(tmp_path: Path) -> None:
    found = documents(mine(write(tmp_path / "a.log", LOG), "--json"))

    assert [one["line"] for one in found] == [1, 2, 3, 4, 5]
    assert [one["template"] for one in found] == [
        "Received block blk_<*> of size <*>",
        *["Lost block blk_<*>: disk"] * 3,
        "Received block blk_<*> of size <*>",
    ]
    assert found[0].keys() == {"line", "template_id", "template"}
    assert found[0]["template_id"] == found[4]["template_id"] != found[1]["template_id"]


def test_each_template_is_one_object(tmp_path: Path) -> None:
    received, lost = documents(mine(write(tmp_path / "a.log", LOG), "--json", "--templates"))

    assert received.keys() == {"template_id", "template", "count"}
    assert (received["template"], received["count"]) == ("Received block blk_<*> of size <*>", 2)
    assert (lost["template"], lost["count"]) == ("Lost block blk_<*>: disk", 1)


def test_a_line_has_the_template_as_it_stands_at_the_end(tmp_path: Path) -> None:
    lines = [f"user {name} left" for name in ("alice", "bob", "carol", "dave")]

    found = documents(mine(write(tmp_path / "a.log", lines), "--json"))

    assert {(one["template"], one["template_id"]) for one in found} == {
        ("user <*> left", found[0]["template_id"])
    }


def test_several_files_share_templates_and_are_named(tmp_path: Path) -> None:
    one, other = (
        write(tmp_path / "a.log", ["took 5 ms", "took 6 ms"]),
        write(tmp_path / "b.log", ["took 7 ms"]),
    )

    found = documents(mine(one, other, "--json"))

    assert [(item["file"], item["line"]) for item in found] == [(one, 1), (one, 2), (other, 1)]
    assert len({item["template_id"] for item in found}) == 1


def test_people_get_a_table(tmp_path: Path) -> None:
    shown = mine(write(tmp_path / "a.log", LOG)).stdout

    assert "2 templates in 3 events" in shown
    assert "66.7%" in shown
    assert "Lost block" in shown


def test_gzip_and_standard_input_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.gz").write_bytes(gzip.compress(b"took 5 ms\n"))

    assert documents(mine(str(tmp_path / "a.gz"), "--json")) == documents(
        mine("-", "--json", stdin=b"took 9 ms\n")
    )


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        pytest.param(b"", 0, id="empty"),
        pytest.param(b"\n\n\n", 3, id="empty lines"),
        pytest.param(bytes(range(256)) * 40, 41, id="rubbish"),
        pytest.param(b"\0" * 5_000 + b"\nnext\n", 2, id="NUL bytes"),
        pytest.param("Größe 5\n".encode("latin-1") * 3, 3, id="another encoding"),
        pytest.param("größe 5\nß 6\n".encode("utf-16"), 2, id="UTF-16"),
        pytest.param(b"x" * 1_500_000 + b"\n" + b"y 7 " * 400_000 + b"\nend\n", 3, id="very long lines"),
        pytest.param(b"\x1b[31mred\x1b[0m 5\n", 1, id="terminal codes"),
        pytest.param(b"[" * 5_000 + b"\n" + b"{" * 5_000 + b"\n", 2, id="brackets"),
    ],
)
def test_whatever_is_in_a_file_it_is_mined(content: bytes, lines: int, tmp_path: Path) -> None:
    path = tmp_path / "some.log"
    path.write_bytes(content)

    assert len(documents(mine(str(path), "--json"))) == lines
    shown = mine(str(path))
    assert shown.exit_code == 0
    assert "\x1b" not in shown.stdout


def test_more_templates_than_are_kept_are_shown_all_the_same(tmp_path: Path) -> None:
    words = ["".join("abcdefghij"[int(digit)] for digit in str(number)) for number in range(10, 10_600)]
    lines = [f"{word} {word[::-1]}{'x' * (number % 7)} came" for number, word in enumerate(words)]

    found = documents(mine(write(tmp_path / "a.log", lines), "--json"))

    assert len({one["template_id"] for one in found}) > 10_000
    assert found[0]["template"] == lines[0]


def test_a_file_that_is_missing_is_one_line_and_exit_code_2(tmp_path: Path) -> None:
    result = mine(write(tmp_path / "a.log", LOG), str(tmp_path / "missing.log"), "--json")

    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert "missing.log: No such file or directory" in result.stderr


def test_a_gzip_file_that_is_cut_off_is_shown_as_far_as_it_goes_and_named(tmp_path: Path) -> None:
    whole = gzip.compress("".join(f"took {number * 7919 % 10007} ms\n" for number in range(99_999)).encode())
    (tmp_path / "cut.gz").write_bytes(whole[: len(whole) // 2])

    result = mine(str(tmp_path / "cut.gz"), "--json")

    assert result.exit_code == 2
    assert json.loads(result.stdout.splitlines()[0])["template"] == "took <*> ms"
    assert "cut off" in result.stderr


def test_a_reader_that_leaves_early_is_no_error(tmp_path: Path) -> None:
    path = write(tmp_path / "a.log", [f"took {number} ms" for number in range(20_000)])
    reading, writing = os.pipe()
    with subprocess.Popen(
        [sys.executable, "-m", "mainstay", "mine", path, "--json"], stdout=writing, stderr=subprocess.PIPE
    ) as process:
        os.close(writing)
        os.read(reading, 100)
        os.close(reading)
        complaint = process.communicate()[1]

    assert complaint == b""
    assert process.returncode == 0
