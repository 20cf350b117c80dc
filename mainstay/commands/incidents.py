"""The command ``incidents``."""

from __future__ import annotations

import re
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from mainstay.commands.options import AsJson, Local, Region, Stage, Url
from mainstay.completing import complete_state, complete_type
from mainstay.failing import fail, fail_over, operating, refuse

if TYPE_CHECKING:
    from chalicelib.listing import IncidentsQuery
    from mainstay.desk import Desk

_REFRESH_SECONDS = 2.0
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def incidents(  # noqa: PLR0913, PLR0917 - one for each option
    words: Annotated[
        list[str] | None, typer.Argument(metavar="[[show] ID]", help="Show this one with its timeline.")
    ] = None,
    stage: Stage = "dev",
    region: Region = "",
    url: Url = "",
    local: Local = False,
    state: Annotated[
        str, typer.Option(help="Only in this state, or open.", autocompletion=complete_state)
    ] = "",
    resource_type: Annotated[
        str, typer.Option("--type", help="Only of this type.", autocompletion=complete_type)
    ] = "",
    resource: Annotated[str, typer.Option(help="Only of this resource.")] = "",
    since: Annotated[str, typer.Option(help="Only opened since: 90m, 2h, 3d, or a time with its zone.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=200, help="How many ended ones to show.")] = 20,
    watch: Annotated[bool, typer.Option("--watch", help="Keep looking until Ctrl-C.")] = False,
    as_json: AsJson = False,
) -> None:
    """List incidents, open ones first, or show one."""
    incident_id = _id_in(words or [])
    from mainstay.desk import open_desk  # noqa: PLC0415

    with operating():
        desk = open_desk(stage, region, url=url, local=local)
        if incident_id:
            _show(desk, incident_id, as_json=as_json)
            return
        asked = _query(state, resource_type, resource, since, limit)
        if watch and not as_json:
            _watch(desk, asked)
        else:
            _list(desk, asked, as_json=as_json)


def _id_in(words: list[str]) -> str:
    given = words[1:] if words[:1] == ["show"] else words
    if len(given) > 1 or (words and not any(given)):
        fail("say which one: mainstay incidents show ID")
    return given[0] if given else ""


def _query(state: str, resource_type: str, resource: str, since: str, limit: int) -> IncidentsQuery:
    from pydantic import ValidationError  # noqa: PLC0415 - the command line starts quickly without

    from chalicelib.listing import IncidentsQuery  # noqa: PLC0415

    wanted = state if state in {"", "open"} else state.upper().replace("-", "_")
    if wanted and wanted not in complete_state():
        fail(f"--state: there is no state {state!r}; there are {', '.join(complete_state())}")
    try:
        return IncidentsQuery.model_validate(
            {
                "state": wanted,
                "type": resource_type,
                "resource": resource,
                "since": _since(since, datetime.now(UTC)),
                "limit": limit,
            }
        )
    except ValidationError as error:
        fail_over(error)


def _since(text: str, now: datetime) -> str | None:
    """A time ago becomes a time; anything else is for the query to judge."""
    ago = re.fullmatch(r"(\d{1,6})([smhd])", text)
    if ago:
        with suppress(OverflowError):  # so long ago that it is no time at all
            return (now - timedelta(**{_UNITS[ago[2]]: int(ago[1])})).isoformat()
    return text or None


def _list(desk: Desk, asked: IncidentsQuery, *, as_json: bool) -> None:
    from rich.console import Console  # noqa: PLC0415

    from mainstay import show  # noqa: PLC0415
    from mainstay.desk import list_incidents  # noqa: PLC0415

    found = list_incidents(desk, asked)
    if as_json:
        for one in found:
            show.print_json(show.as_json(one))
    else:
        Console().print(show.list_of(found, datetime.now(UTC)))


def _watch(desk: Desk, asked: IncidentsQuery) -> None:
    """The same list, drawn anew; Ctrl-C is how it ends."""
    from rich.live import Live  # noqa: PLC0415

    from mainstay import show  # noqa: PLC0415
    from mainstay.desk import list_incidents  # noqa: PLC0415

    try:
        with Live(auto_refresh=False) as live:
            while True:
                live.update(show.list_of(list_incidents(desk, asked), datetime.now(UTC)), refresh=True)
                time.sleep(_REFRESH_SECONDS)
    except KeyboardInterrupt:
        return


def _show(desk: Desk, incident_id: str, *, as_json: bool) -> None:
    from mainstay import show  # noqa: PLC0415

    incident, timeline = desk.incident(incident_id), desk.timeline(incident_id)
    if as_json:
        events = show.as_json(timeline)["events"]
        show.print_json({**show.as_json(incident), "timeline": events, "whole": timeline.whole})
    else:
        show.print_incident(incident, timeline, datetime.now(UTC))
    if not timeline.whole:
        refuse(f"the timeline of {incident_id} is broken: {timeline.broken}")
