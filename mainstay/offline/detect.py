"""``mainstay detect``: which values of a series are unusual, and how."""

from __future__ import annotations

from typing import Annotated

import typer


def detect(
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="CSV...",
            help="timestamp,value rows; .gz and folders too; - is standard input.",
            show_default=False,
        ),
    ],
    threshold: Annotated[
        float | None,
        typer.Option(min=0, max=1, help="The score of an alarm; 0.5 is one record in 2,000, whatever it is."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object for each row, in order.")] = False,
) -> None:
    """Score each value of a series by how unusual it is, from 0 to 1, and tell the alarms.

    Learns as it goes, from the first row to the last, and looks at no row before its turn; nothing has to
    be set. Rows that cannot be used are named, and score 0.
    """
    from chalicelib.prediction.detectors.metric_anomaly import ALARM  # noqa: PLC0415
    from mainstay.offline.answering import answering  # noqa: PLC0415 - imports rich
    from mainstay.offline.detections import print_rows, print_story  # noqa: PLC0415
    from mainstay.offline.opening import reading  # noqa: PLC0415

    limit = ALARM if threshold is None else threshold
    with answering(), reading(files) as sources:
        for source in sources:
            if as_json:
                print_rows(source, limit, named=len(sources) > 1)
            else:
                print_story(source, limit)
        sources.check()
