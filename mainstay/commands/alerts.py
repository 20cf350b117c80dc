"""The command ``alerts``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from mainstay.commands.options import AsJson, Local, Region, Stage, Url
from mainstay.failing import fail, operating

if TYPE_CHECKING:
    from chalicelib.outlook import Forecast
    from mainstay.desk import Desk


def alerts(  # noqa: PLR0913, PLR0917 - one for each option
    alert_id: Annotated[str, typer.Argument(help="Show this one, with what speaks for it.")] = "",
    stage: Stage = "dev",
    region: Region = "",
    url: Url = "",
    local: Local = False,
    worth: Annotated[
        bool, typer.Option("--worth", help="Show precision, recall and lead time by detector instead.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List this month's alerts, newest first, show one, or say what they were worth."""
    from mainstay import show  # noqa: PLC0415
    from mainstay.desk import open_desk  # noqa: PLC0415

    with operating():
        desk = open_desk(stage, region, url=url, local=local)
        if worth:
            _worth(desk, as_json=as_json)
            return
        found = [one for one in _alerts(desk) if alert_id in {"", one.alert_id}]
        if alert_id and not found:
            fail(f"there is no alert {alert_id} this month: mainstay alerts lists them")
        if as_json:
            for one in found:
                show.print_json(show.as_json(one))
        elif alert_id:
            show.print_alert(found[0])
        else:
            show.print_alerts(found)


def _worth(desk: Desk, *, as_json: bool) -> None:
    from mainstay import show  # noqa: PLC0415

    metrics = desk.metrics()
    if as_json:
        for one in metrics.ever:
            show.print_json(show.as_json(one))
    else:
        show.print_worths(metrics)


def _alerts(desk: Desk) -> Iterator[Forecast]:
    """All of this month, page by page."""
    from chalicelib.outlook import MOST, ForecastsQuery  # noqa: PLC0415

    query = ForecastsQuery(all="month", limit=MOST)
    while True:
        page = desk.forecasts(query)
        yield from page.forecasts
        if not page.next:
            return
        query = query.model_copy(update={"before": page.next})
