"""``mainstay scan LOG...``: what would have alarmed, had this log been watched while it was written."""

from __future__ import annotations

from typing import Annotated

import typer


def scan(
    logs: Annotated[
        list[str],
        typer.Argument(
            metavar="LOG...", help="Files, folders, gzip; - is standard input.", show_default=False
        ),
    ],
    every: Annotated[float, typer.Option(min=1, max=1440, help="Minutes from one scan to the next.")] = 5,
    together: Annotated[
        bool, typer.Option("--together", help="One log in parts, the oldest first, and not one log per file.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per alarm event.")] = False,
) -> None:
    """Run the whole proactive analysis over a log by its own time stamps, and show what would have alarmed.

    Nothing alarms before a log has shown what is usual in it: an hour and a hundred events, three hours for
    the rate of a single template, a day for silence. Needs no AWS account. Exits 2 if something could not be
    read, or has no time stamps.
    """
    from rich.console import Console  # noqa: PLC0415 - the command line comes up without what it does not need

    from mainstay.offline.answering import answering  # noqa: PLC0415
    from mainstay.offline.opening import reading  # noqa: PLC0415
    from mainstay.offline.scan_report import JsonReport, TextReport  # noqa: PLC0415
    from mainstay.offline.scanning import scan_all  # noqa: PLC0415

    report = JsonReport() if as_json else TextReport(Console(highlight=False, soft_wrap=True))
    with answering():
        try:
            with reading(logs, quiet=as_json) as sources:
                scan_all(sources, report, every_seconds=60 * every, together=together)
        finally:
            report.close()
        sources.check()
