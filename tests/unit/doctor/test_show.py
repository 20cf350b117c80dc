"""How an examination looks on a terminal of 80 columns."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from rich.console import Console

from mainstay.doctor.case import Case
from mainstay.doctor.check import Check
from mainstay.doctor.examine import examine
from mainstay.doctor.findings import Finding, Level
from mainstay.doctor.show import show
from tests.unit.doctor.asking import a_case

LONG = "a sentence that goes on for longer than one line of a terminal has room for, and says [red]so[/red]"
COMMAND = f"aws something --with {'a-very-long-value-' * 6}"


def _shown(*findings: Finding) -> str:
    def examine_it(_case: Case) -> Iterator[Finding]:
        yield from findings

    check = Check(name="one", title="one thing", examine=examine_it)
    case = a_case(
        cloudformation__describe_stacks=lambda **_: {"Stacks": [{"StackStatus": "CREATE_COMPLETE"}]}
    )
    console = Console(file=io.StringIO(), width=80)
    show(examine(case, [check]), console)
    return str(console.file.getvalue())  # type: ignore[attr-defined]


def test_sentences_are_broken_at_80_columns_and_commands_are_not() -> None:
    lines = _shown(Finding(Level.FAIL, LONG, COMMAND)).splitlines()

    command = f"          -> {COMMAND}"
    assert command in lines
    assert max(len(line) for line in lines if line != command) <= 80
    assert "[red]so[/red]" in "".join(lines)


@pytest.mark.parametrize(
    ("levels", "closing"),
    [
        ([Level.OK, Level.WARN], "Ready: 0 failing, 1 to look at, 0 unknown, 1 fine."),
        (
            [Level.UNKNOWN, Level.OK],
            "Ready, as far as can be read: 0 failing, 0 to look at, 1 unknown, 1 fine.",
        ),
        ([Level.FAIL, Level.UNKNOWN], "Not ready: 1 failing, 0 to look at, 1 unknown, 0 fine."),
    ],
)
def test_the_closing_line_says_what_it_comes_to(levels: list[Level], closing: str) -> None:
    shown = _shown(*(Finding(level, "it is so") for level in levels))
    assert shown.splitlines()[-1] == closing
