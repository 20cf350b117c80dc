"""An examination on a terminal: by check, good at 80 columns, worst things said last."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from mainstay.doctor.examine import Examination
from mainstay.doctor.findings import Finding, Level

_STYLES: Mapping[Level, str] = {
    Level.OK: "green",
    Level.WARN: "yellow",
    Level.FAIL: "bold red",
    Level.UNKNOWN: "magenta",
}
_LEVEL_WIDTH = 7


def show(examination: Examination, console: Console) -> None:
    """Print everything, and one line that says what it comes to."""
    target = examination.case.target
    console.print(Text(f"{target.stage} in {target.region} of account {target.account}", style="bold"))
    for one in examination.checks:
        console.print(Text(f"\n{one.check.title}", style="bold"))
        for finding in one.findings:
            _show(finding, console)
    console.print(Text("\n"), closing(examination), sep="")


def _show(finding: Finding, console: Console) -> None:
    """What to do is not broken into lines, so that it can be copied."""
    grid = Table.grid(padding=(0, 1))
    grid.add_column(width=_LEVEL_WIDTH, no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_row(Text(finding.level.value, style=_STYLES[finding.level]), Text(finding.says))
    console.print(Padding(grid, (0, 0, 0, 2), expand=False))
    if finding.todo:
        console.print(Text(f"{'':{_LEVEL_WIDTH + 3}}-> {finding.todo}", style="cyan"), soft_wrap=True)


def closing(examination: Examination) -> Text:
    """What it comes to."""
    counts = examination.counts
    text = Text(", ".join(_counted(examination)) + ". ")
    if counts[Level.FAIL]:
        return text.append("Not everything that is promised would happen.", _STYLES[Level.FAIL])
    if counts[Level.UNKNOWN]:
        return text.append("Nothing that could be read fails.", _STYLES[Level.UNKNOWN])
    return text.append("Nothing fails.", _STYLES[Level.OK])


def _counted(examination: Examination) -> Iterator[str]:
    words = {Level.FAIL: "failing", Level.WARN: "to look at", Level.UNKNOWN: "unknown", Level.OK: "fine"}
    yield from (f"{examination.counts[level]} {word}" for level, word in words.items())
    if examination.left_out:
        yield f"{len(examination.left_out)} checks wait for a deployment"
