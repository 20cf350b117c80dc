"""What is tracked is the project, and nothing of the place where it was made."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.contract.source import ROOT

FOREIGN = {
    "a path of a workplace": r"(?<![\w.-])/[w]ork/",
    "a folder that is not here": r"\b[s]hared/(?:DESIGN|STYLE|notes|data|bench)|(?<![\w/.])[n]otes/\w+\.md",
    "a command that is not here": r"\b[i]ssues (?:show|list|comment)\b",
    "somebody's home": r"/(?:[h]ome|Users)/(?!user\b)[a-z]\w+/",
    "unfinished work": r"\b(?:[T]ODO|[F]IXME|[X]XX)\b",
}
"""What must not be in any file, as patterns that do not find themselves."""

GENERATED = ("requirements.txt", "requirements-dev.txt")


def tracked() -> list[Path]:
    """Every text file of the project, by what git knows."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    paths = [ROOT / name for name in listed.stdout.split("\0") if name and name not in GENERATED]
    return [path for path in paths if path.is_file() and b"\0" not in path.read_bytes()[:1024]]


@pytest.mark.parametrize("what", FOREIGN)
def test_no_file_holds(what: str) -> None:
    pattern = re.compile(FOREIGN[what])
    found = [
        f"{name}:{text[: match.start()].count(chr(10)) + 1}: {match.group()}"
        for path in tracked()
        for name, text in [(path.relative_to(ROOT), path.read_text(encoding="utf-8"))]
        for match in pattern.finditer(text)
    ]

    assert found == []


def test_every_text_file_ends_with_one_line_break_and_has_no_carriage_returns() -> None:
    """Recorded texts and plans keep theirs as they came."""
    kept = (".txt", ".json")
    wrong = [
        path.relative_to(ROOT).as_posix()
        for path in tracked()
        if path.suffix not in kept and (text := path.read_bytes())
        if b"\r" in text or not text.endswith(b"\n") or text.endswith(b"\n\n")
    ]

    assert wrong == []
