"""``mainstay mine LOG...``: the templates of log files, their counts, and each line's template."""

from __future__ import annotations

from typing import Annotated

import typer


def mine(
    logs: Annotated[
        list[str],
        typer.Argument(
            metavar="LOG...", help="Files, folders, gzip; - is standard input.", show_default=False
        ),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per line of input.")] = False,
    templates: Annotated[
        bool, typer.Option("--templates", help="With --json: one object per template instead.")
    ] = False,
) -> None:
    """Show what a log says, over and over: its templates, how often, and where first.

    Headers are recognised and taken off, stack traces count as one event, JSON logs are read by their
    message. Needs no AWS account. Exits 2 if something could not be read, after showing what could.
    """
    from rich.console import Console  # noqa: PLC0415 - the command line comes up without what it does not need

    from mainstay.offline.answering import answering  # noqa: PLC0415
    from mainstay.offline.mining import mine_all  # noqa: PLC0415
    from mainstay.offline.opening import reading  # noqa: PLC0415

    with answering():
        with reading(logs) as sources:
            mined = mine_all(sources)
        if as_json:
            for line in mined.template_lines() if templates else mined.lines():
                print(line)  # noqa: T201 - what was asked for
        else:
            Console().print(mined.table())
        sources.check()
