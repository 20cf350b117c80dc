"""An examination on a terminal: by check, good at 80 columns, worst things said last."""

from __future__ import annotations

from collections.abc import Mapping

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
_VERDICTS: Mapping[Level, str] = {
    Level.FAIL: "Not ready",
    Level.UNKNOWN: "Ready, as far as can be read",
    Level.OK: "Ready",
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
    worst = next((level for level in (Level.FAIL, Level.UNKNOWN) if counts[level]), Level.OK)
    words = {Level.FAIL: "failing", Level.WARN: "to look at", Level.UNKNOWN: "unknown", Level.OK: "fine"}
    counted = ", ".join(f"{counts[level]} {word}" for level, word in words.items())
    waiting = len(examination.left_out)
    return Text.assemble(
        (_VERDICTS[worst], _STYLES[worst]),
        f": {counted}.",
        f"\n{waiting} checks wait for a deployment." if waiting else "",
    )
