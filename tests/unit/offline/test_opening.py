"""Whatever bytes there are, they are read, or named."""

from __future__ import annotations

import codecs
import gzip
import io
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainstay.offline.opening import LONGEST_LINE, UnreadableInputError, reading, split_lines


def read(*names: str | Path) -> dict[str, list[str]]:
    with reading([str(name) for name in names]) as sources:
        found = {source.name: list(source) for source in sources}
    sources.check()
    return found


def lines_of(path: Path) -> list[str]:
    return read(path)[str(path)]


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        pytest.param(b"", [], id="nothing"),
        pytest.param(b"\n\n", ["", ""], id="empty lines"),
        pytest.param(b"one\ntwo\n", ["one", "two"], id="plain"),
        pytest.param(b"one\ntwo", ["one", "two"], id="no end of the last line"),
        pytest.param(b"one\r\ntwo\r\n", ["one", "two"], id="Windows"),
        pytest.param(b"a\x00b\n\xff\xfe\xfa\n", ["a\0b", "\ufffd" * 3], id="rubbish"),
        pytest.param("Größe\n".encode(), ["Größe"], id="UTF-8"),
        pytest.param("Größe\n".encode("latin-1"), ["Gr\ufffd\ufffde"], id="Latin-1"),
        pytest.param(codecs.BOM_UTF8 + b"one\n", ["one"], id="byte order mark"),
        pytest.param("é1\né2\n".encode("utf-16"), ["é1", "é2"], id="UTF-16"),
        pytest.param(codecs.BOM_UTF16_BE + "é\n".encode("utf-16-be"), ["é"], id="UTF-16, big end first"),
        pytest.param(
            b"one\x0btwo\x0cthree\x1cfour\n", ["one\x0btwo\x0cthree\x1cfour"], id="only line feeds end lines"
        ),
    ],
)
def test_bytes_become_lines(content: bytes, lines: list[str], tmp_path: Path) -> None:
    path = tmp_path / "some.log"
    path.write_bytes(content)

    assert lines_of(path) == lines


def test_gzip_is_known_by_its_content(tmp_path: Path) -> None:
    path = tmp_path / "no-suffix"
    path.write_bytes(gzip.compress(b"one\n") + gzip.compress(b"two\n"))

    assert lines_of(path) == ["one", "two"]


def test_a_gzip_file_that_is_cut_off_is_read_as_far_as_it_goes_and_named(tmp_path: Path) -> None:
    path = tmp_path / "cut.gz"
    whole = gzip.compress("".join(f"line {number * 7919 % 10007}\n" for number in range(200_000)).encode())
    path.write_bytes(whole[: len(whole) // 2])

    with reading([str(path)]) as sources:
        lines = [line for source in sources for line in source]

    assert lines[0] == "line 0"
    with pytest.raises(UnreadableInputError, match=r"cut\.gz could be read up to line \d+ only"):
        sources.check()


def test_a_gzip_file_that_is_rubbish_is_named(tmp_path: Path) -> None:
    path = tmp_path / "rubbish.gz"
    path.write_bytes(b"\x1f\x8b" + b"\x07" * 100)

    with pytest.raises(UnreadableInputError, match="rubbish"):
        read(path)


def test_a_folder_stands_for_its_files_but_hidden_ones(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    for name in ["b.log", "a.log", ".hidden", "deep/c.log"]:
        (tmp_path / name).write_text(f"{name}\n")

    assert list(read(tmp_path).values()) == [["a.log"], ["b.log"], ["deep/c.log"]]


@pytest.mark.parametrize("name", ["missing.log", "a\0b", "empty"])
def test_what_cannot_be_opened_is_named_before_anything_is_read(name: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "there.log").write_text("one\n")

    with (
        pytest.raises(UnreadableInputError, match=r"missing|a\0b|empty"),
        reading([str(tmp_path / "there.log"), str(tmp_path / name)]),
    ):
        pytest.fail("it began to read")


def test_a_dash_is_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"one\ntwo\n")))

    assert read("-") == {"-": ["one", "two"]}


def test_a_line_without_end_is_one_line_and_bounded() -> None:
    chunks = iter([b"x" * 300_000] * 8 + [b"y\nshort\n"])

    lines = [line for batch in split_lines(chunks) for line in batch]

    assert [len(line) for line in lines] == [LONGEST_LINE, len("short")]


@given(st.binary(max_size=200), st.integers(1, 50))
def test_lines_do_not_depend_on_how_the_bytes_arrive(content: bytes, size: int) -> None:
    whole = [line for batch in split_lines(iter([content])) for line in batch] if content else []
    parts = (content[start : start + size] for start in range(0, len(content), size))
    if size < 4:
        parts = iter(
            [content[:4], *(content[start : start + size] for start in range(4, len(content), size))]
        )

    assert [line for batch in split_lines(parts) for line in batch] == whole
