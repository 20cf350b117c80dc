"""What the commands need of a stage, deployed or local: the same questions, the same records."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from chalicelib.incidents.lifecycle import OPEN

if TYPE_CHECKING:
    from chalicelib.listing import Incidents, IncidentsQuery, ListedIncident
    from chalicelib.lookup import IncidentShown, Timeline
    from chalicelib.outlook import Forecasts, ForecastsQuery, Metrics
    from chalicelib.steering import ModeShown
    from chalicelib.switching import NewMode

_MOST_PAGES = 50


@dataclass(frozen=True, kw_only=True)
class Reply:
    """A person's answer about the plan of this digest, as it was shown."""

    approved: bool
    digest: str
    reason: str = ""
    etag: str = ""
    """Of the record as it was shown; empty where it does not matter."""


class Desk(Protocol):
    """Raises the errors of chalicelib/errors.py, wherever the answer comes from."""

    def page(self, query: IncidentsQuery, /) -> Incidents: ...  # noqa: D102
    def incident(self, incident_id: str, /) -> IncidentShown: ...  # noqa: D102
    def timeline(self, incident_id: str, /) -> Timeline: ...  # noqa: D102
    def reply(self, incident_id: str, reply: Reply, /) -> None: ...  # noqa: D102
    def mode(self) -> ModeShown: ...  # noqa: D102
    def set_mode(self, asked: NewMode, /) -> ModeShown: ...  # noqa: D102
    def forecasts(self, query: ForecastsQuery, /) -> Forecasts: ...  # noqa: D102
    def metrics(self) -> Metrics: ...  # noqa: D102


def open_desk(stage: str, region: str, *, url: str, local: bool) -> Desk:
    """The local server where one is named, otherwise a deployed stage by the operator's own credentials."""
    if url or local:
        from mainstay.serving.client import DEFAULT_URL, LocalServer  # noqa: PLC0415 - only for a local one
        from mainstay.serving.desk import LocalDesk  # noqa: PLC0415

        return LocalDesk(LocalServer(url or os.environ.get("MAINSTAY_URL") or DEFAULT_URL))
    from mainstay.operate import StageDesk, connect  # noqa: PLC0415 - imports boto3

    return StageDesk(connect(stage, region, or_else="; --local asks the server that mainstay serve started"))


def list_incidents(desk: Desk, query: IncidentsQuery) -> Iterator[ListedIncident]:
    """Newest first; where no state is asked for, all that are open, and then the latest others."""
    if query.state:
        yield from _pages(desk, query, most=None if query.state == "open" else query.limit)
        return
    yield from _pages(desk, query.model_copy(update={"state": "open"}), most=None)
    ended = (one for one in _pages(desk, query, most=None) if one.state not in OPEN)
    yield from (one for _, one in zip(range(query.limit), ended, strict=False))


def _pages(desk: Desk, query: IncidentsQuery, *, most: int | None) -> Iterator[ListedIncident]:
    """At most so many of one list, page by page."""
    shown = 0
    for _ in range(_MOST_PAGES):
        page = desk.page(query)
        for one in page.incidents:
            if shown == most:
                return
            shown += 1
            yield one
        if not page.next:
            return
        query = query.model_copy(update={"cursor": page.next})
