"""What is going on, as the pages show it: what is open, how the latest ones ended, and one incident whole.

Read only.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from chalicelib.aws.incident_reader import Story
from chalicelib.collaborators import Collaborators
from chalicelib.errors import SecretsUnreadableError
from chalicelib.incidents.base import Record
from chalicelib.incidents.lifecycle import OPEN
from chalicelib.incidents.model import State
from chalicelib.incidents.telling import Telling
from chalicelib.listing import LONGEST_NAME, IncidentsQuery, ListedIncident, list_incidents
from chalicelib.lookup import known_form
from chalicelib.reviewing import Review, review_incident

_MOST_OPEN = 50
_EMPTY_PAGES = 7
"""A page of the list goes two months back where it finds nothing; records are kept for 400 days."""
_MOST_DEADLINES = 10
"""Until when an answer counts stands in the timeline: so many of those are read for one page."""


class OverviewQuery(Record):
    """Which incidents. `cursor` goes on in the list of those that have ended."""

    state: Literal["", "open"] | State = ""
    type: Annotated[str, Field(max_length=64)] = ""
    resource: Annotated[str, Field(max_length=LONGEST_NAME)] = ""
    cursor: Annotated[str, Field(max_length=512)] = ""
    limit: Annotated[int, Field(ge=1, le=100)] = 25
    """The most of those that have ended."""


class Shown(Record):
    """One incident of the overview."""

    incident: ListedIncident
    answer_by: datetime | None = None
    """Until when a person may answer."""


class Overview(Record):
    """The answer: `mode` is None where none was ever set."""

    query: OverviewQuery
    mode: str | None
    open: tuple[Shown, ...]
    more_open: bool
    """Whether there are more open ones than are shown."""
    ended: tuple[Shown, ...]
    next: str
    types: tuple[str, ...]
    """Every type that the catalogue has."""


def look_over(query: OverviewQuery, team: Collaborators) -> Overview:
    """Five reads of lists and the mode, and one for each question that is out, up to ten.

    Raises WrongFieldError, naming the field, where a query cannot be answered.
    """
    filters = {"type": query.type, "resource": query.resource}
    ends = query.state in _ENDS
    open_ones = _none if ends or query.cursor else _open
    latest = _none if query.state and not ends else _ended
    found, more = open_ones(query, filters, team)
    opened = _with_deadlines([Shown(incident=one) for one in found], team)
    ended, following = latest(query, filters, team)
    return Overview(
        query=query,
        mode=team.memory.mode(),
        open=opened,
        more_open=bool(more),
        ended=tuple(Shown(incident=one) for one in ended if one.state not in OPEN),
        next=following,
        types=tuple(sorted(team.types)),
    )


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """Everything that the page of one incident shows."""

    story: Story
    review: Review
    """The question about it, with a nonce where the one who looks may answer."""
    mode: str | None


def read_sheet(incident_id: str, team: Collaborators, *, by: str) -> Sheet:
    """Raises UnknownIncidentError. Without keys for forms it can be looked at, and not answered."""
    story = team.incidents.story(known_form(incident_id))
    review = _review(incident_id, by, team)
    return Sheet(story=story, review=review, mode=team.memory.mode())


def _review(incident_id: str, by: str, team: Collaborators) -> Review:
    try:
        return review_incident(incident_id, team, by=by)
    except SecretsUnreadableError as error:
        team.telemetry.warn(f"an incident's page has no form: {error}", incident_id=incident_id)
        return review_incident(incident_id, team)


_ENDS = frozenset(State) - OPEN
_Found = tuple[tuple[ListedIncident, ...], str]
_List = Callable[[OverviewQuery, dict[str, str], Collaborators], _Found]


def _none(_query: OverviewQuery, _filters: dict[str, str], _team: Collaborators) -> _Found:
    return (), ""


def _open(query: OverviewQuery, filters: dict[str, str], team: Collaborators) -> _Found:
    asked = IncidentsQuery.model_validate({**filters, "state": query.state or "open", "limit": _MOST_OPEN})
    found = list_incidents(asked, team)
    return found.incidents, found.next


def _ended(query: OverviewQuery, filters: dict[str, str], team: Collaborators) -> _Found:
    """Months in which nothing was opened are passed over, a year of them at most."""
    asked = {**filters, "state": query.state, "limit": query.limit, "cursor": query.cursor}
    found = list_incidents(IncidentsQuery.model_validate(asked), team)
    for _ in range(_EMPTY_PAGES):
        if found.incidents or not found.next:
            break
        found = list_incidents(IncidentsQuery.model_validate(asked | {"cursor": found.next}), team)
    return found.incidents, found.next


def _with_deadlines(shown: list[Shown], team: Collaborators) -> tuple[Shown, ...]:
    asked = [one for one in shown if one.incident.state is State.AWAITING_APPROVAL][:_MOST_DEADLINES]
    stories = {one.incident.incident_id: team.incidents.story(one.incident.incident_id) for one in asked}
    return tuple(_until(one, stories.get(one.incident.incident_id)) for one in shown)


def _until(one: Shown, story: Story | None) -> Shown:
    if story is None:
        return one
    told = Telling(incident=story.incident, timeline=story.timeline, happened="", url="")
    return one.model_copy(update={"answer_by": told.answer_by})
