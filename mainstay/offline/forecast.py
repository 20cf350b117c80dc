"""``mainstay forecast``: whether a series crosses its limit within the hour, and when."""

from __future__ import annotations

from typing import Annotated

import typer


def forecast(
    files: Annotated[
        list[str],
        typer.Argument(metavar="CSV...", help="timestamp,value rows; .gz too; - is standard input."),
    ],
    limit: Annotated[float, typer.Option(help="What must not be crossed.")],
    horizon: Annotated[float, typer.Option(min=1, max=525_600, help="Minutes to look ahead.")] = 60,
    below: Annotated[
        bool, typer.Option("--below", help="The limit is crossed by falling below it: free storage, credits.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object for each row, in order.")] = False,
) -> None:
    """Say whether series cross a limit within the horizon, and when.

    Follows each file from its first row to its last and looks at no row before its turn. Rows that cannot be
    used are named, and change nothing.
    """
    from mainstay.offline.answering import answering  # noqa: PLC0415 - imports rich
    from mainstay.offline.forecasts import Question, print_rows, print_story  # noqa: PLC0415
    from mainstay.offline.opening import reading  # noqa: PLC0415

    question = Question(limit=limit, rising=not below, horizon_seconds=horizon * 60)
    try:
        question.forecaster()
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--limit") from error
    with answering(), reading(files) as sources:
        for source in sources:
            if as_json:
                print_rows(source, question, named=len(sources) > 1)
            else:
                print_story(source, question)
        sources.check()
