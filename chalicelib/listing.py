"""Lists of incidents, page by page, as the API shows them: at most two calls of DynamoDB for each page.

A page may have fewer incidents than its limit, or none, and still be followed by another: how much one page
looks at is bounded, whatever is stored.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import Field

from chalicelib.aws import items, keys
from chalicelib.aws.incident_index import OPEN, Entry, Page, Wanted, key_after, month_of
from chalicelib.aws.records import KEEP_DAYS
from chalicelib.collaborators import Collaborators
from chalicelib.cursors import Instant, Position, read_cursor, write_cursor
from chalicelib.errors import WrongFieldError
from chalicelib.incidents.base import Record, Share
from chalicelib.incidents.model import Resource, State
from chalicelib.incidents.waiting import waits_for
from chalicelib.redaction import clean_text, inert

MOST = 200
CALLS = 2
LOOKED_AT = 1000
"""So many incidents one call looks at where a list is filtered by what it is not sorted by."""
LONGEST_NAME = 2048
"""Of a resource, as long as AWS lets an ARN or a parameter's name be."""

_KEY = re.compile(r"(?P<account>\d{12})/(?P<region>[a-z0-9-]+)/(?P<type>[a-z0-9.-]+)/(?P<id>.+)", re.DOTALL)


class IncidentsQuery(Record):
    """Which incidents, newest first. Times are when an incident was opened."""

    state: Annotated[
        Literal["", "open"] | State, Field(description="One state, or `open`: every state that is no end.")
    ] = ""
    type: Annotated[
        str, Field(max_length=64, description="A resource type of the catalogue.", examples=["ec2.instance"])
    ] = ""
    resource: Annotated[
        str,
        Field(
            max_length=LONGEST_NAME,
            description="A resource by its id, by `type/id`, or by `account/region/type/id`.",
            examples=["i-0abc1234", "ssm.parameter//orders/url"],
        ),
    ] = ""
    since: Annotated[Instant | None, Field(description="Opened then or later.")] = None
    until: Annotated[Instant | None, Field(description="Opened then or earlier.")] = None
    limit: Annotated[int, Field(ge=1, le=MOST, description="The most that one page shows.")] = 50
    cursor: Annotated[
        str, Field(max_length=512, description="`next` of the page before, with the same filters.")
    ] = ""


class ListedIncident(Record):
    """An incident as a list shows it."""

    incident_id: str
    resource: Resource
    failure: str
    state: State
    waits_for: Annotated[str, Field(description="What has to come next; empty once it has ended.")]
    opened_at: Instant
    failed_at: Instant
    ended_at: Instant | None
    classification: Annotated[str, Field(description="Empty before it was judged.")]
    confidence: Share | None
    verdict: Annotated[str, Field(description="Empty before the policy was asked.")]
    health: Annotated[str, Field(description="Empty before the recovery was verified.")]


class Incidents(Record):
    """A page, newest first; `next` is empty on the last one."""

    incidents: tuple[ListedIncident, ...]
    next: Annotated[str, Field(description="The cursor of the next page; empty where there is none.")] = ""


@dataclass(frozen=True, kw_only=True)
class _Place:
    """Where to read on: one list of one index, after a key."""

    index: str
    value: str
    start: items.Item | None = None

    def after(self, incident_id: str, opened_at: datetime) -> _Place:
        """The same list, after an incident."""
        return replace(self, start=key_after(self.index, self.value, incident_id, opened_at))

    @property
    def position(self) -> Position:
        """The same, for a cursor."""
        month = self.value if self.index == "time" else ""
        if self.start is None:
            return Position(month=month)
        return Position(
            month=month,
            incident_id=items.decode(self.start["pk"]).removeprefix("INCIDENT#"),
            opened_at=items.decode(self.start["opened_at"]),
        )


def list_incidents(query: IncidentsQuery, team: Collaborators) -> Incidents:
    """A page. WrongFieldError names the field of a query that cannot be answered."""
    _check(query, team)
    filters = query.model_dump(mode="json", exclude={"limit", "cursor"})
    position = read_cursor(query.cursor, filters) if query.cursor else None
    begin, calls = _beginning(query, team)
    if begin is None:
        return Incidents(incidents=())
    walk = _Walk(query=query, oldest=_oldest(query, team.clock()), calls=CALLS - calls)
    shown, following = walk.page(_resumed(begin, position, query), team)
    return Incidents(
        incidents=tuple(_listed(entry) for entry in shown),
        next=write_cursor(following.position, filters) if following else "",
    )


def _check(query: IncidentsQuery, team: Collaborators) -> None:
    if query.type and query.type not in team.types:
        raise WrongFieldError("type", f"there is no such type; there are {', '.join(sorted(team.types))}")
    if query.since and query.until and query.since > query.until:
        raise WrongFieldError("until", "it is earlier than since")


# -- where a list begins ------------------------------------------------------------------------


def _beginning(query: IncidentsQuery, team: Collaborators) -> tuple[_Place | None, int]:
    """The list that answers best, None where nothing can be in it, and how many calls that took to know."""
    if query.resource:
        named, calls = _named(query, team)
        return (_Place(index="resource", value=named.key) if named else None), calls
    if query.state == OPEN:
        return _Place(index="open", value=keys.OPEN), 0
    if query.state:
        return _Place(index="state", value=query.state), 0
    now = team.clock()
    if query.until and query.until < _kept_since(now):
        return None, 0
    return _Place(index="time", value=month_of(min(query.until or now, now))), 0


def _named(query: IncidentsQuery, team: Collaborators) -> tuple[Resource | None, int]:
    """The resource that is meant. Of which type an id is, those resources tell that ever had an incident."""
    if named := _by_name(query.resource, team):
        return (named if query.type in {"", named.type} else None), 0
    if query.type:
        return _ours(query.type, query.resource, team), 0
    found = team.index.with_incidents([_ours(kind, query.resource, team) for kind in team.types])
    if len(found) > 1:
        names = ", ".join(inert(f"{one.type}/{one.id}", 200) for one in found)
        raise WrongFieldError("resource", f"that can be more than one: {names}")
    return (found[0] if found else None), 1


def _by_name(text: str, team: Collaborators) -> Resource | None:
    """The resource of a name that says its type too; None for an id alone."""
    if whole := _KEY.fullmatch(text):
        return Resource(**whole.groupdict())
    of_type, _, name = text.partition("/")
    return _ours(of_type, name, team) if of_type in team.types and name else None


def _ours(kind: str, name: str, team: Collaborators) -> Resource:
    return Resource(type=kind, id=name, region=team.settings.region, account=team.settings.account)


def _resumed(begin: _Place, position: Position | None, query: IncidentsQuery) -> _Place:
    """Where the page before has ended."""
    if position is None:
        return begin
    if bool(position.month) != (begin.index == "time") or not _within(position, query):
        raise WrongFieldError("cursor", "it is not one of this list")
    place = replace(begin, value=position.month or begin.value)
    return place if position.opened_at is None else place.after(position.incident_id, position.opened_at)


def _within(position: Position, query: IncidentsQuery) -> bool:
    """DynamoDB refuses to begin outside what it is asked for."""
    at = position.opened_at
    return at is None or (
        (query.since is None or query.since <= at) and (query.until is None or at <= query.until)
    )


def _oldest(query: IncidentsQuery, now: datetime) -> str:
    """The first month that is looked into."""
    kept = _kept_since(now)
    return month_of(max(query.since, kept) if query.since else kept)


def _kept_since(now: datetime) -> datetime:
    """What was opened before is no longer kept."""
    return now - timedelta(days=KEEP_DAYS)


# -- the walk -----------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class _Walk:
    """From one list to the next, as long as calls are left and the page is not full."""

    query: IncidentsQuery
    oldest: str
    calls: int

    def page(self, place: _Place | None, team: Collaborators) -> tuple[tuple[Entry, ...], _Place | None]:
        """What was found, and where to go on; None at the end."""
        found: tuple[Entry, ...] = ()
        for _ in range(self.calls):
            if place is None or len(found) >= self.query.limit:
                break
            wanted = self._wanted(place)
            most = LOOKED_AT if wanted.filters else self.query.limit - len(found)
            page = team.index.page(place.index, place.value, wanted=wanted, limit=most, start=place.start)
            found, place = self._taken(place, found, page)
        return found, place

    def _taken(
        self, place: _Place, found: tuple[Entry, ...], page: Page
    ) -> tuple[tuple[Entry, ...], _Place | None]:
        """As much of a page as there is room for."""
        room = self.query.limit - len(found)
        if len(page.entries) > room:
            last = page.entries[room - 1]
            return (*found, *page.entries[:room]), place.after(last.incident_id, last.opened_at)
        following = replace(place, start=page.next_key) if page.next_key else self._earlier(place)
        return (*found, *page.entries), following

    def _earlier(self, place: _Place) -> _Place | None:
        """The month before, where lists are by month and older ones are kept."""
        if place.index != "time":
            return None
        before = month_of(datetime.fromisoformat(f"{place.value}-01T00:00:00Z") - timedelta(days=1))
        return _Place(index="time", value=before) if before >= self.oldest else None

    def _wanted(self, place: _Place) -> Wanted:
        """What the list itself does not say already."""
        told = {"state": {"state"}, "open": {"state"}, "time": set()}.get(place.index, set())
        return Wanted(
            since=self.query.since,
            until=self.query.until,
            type="" if place.index == "resource" else self.query.type,
            state="" if "state" in told else self.query.state,
        )


def _listed(entry: Entry) -> ListedIncident:
    """Redacted and inert; AWS allows hardly a sign in names that this takes away."""
    name = entry.resource.model_copy(update={"id": clean_text(entry.resource.id, LONGEST_NAME)})
    known = entry.model_dump(exclude={"resource", "failure"})
    return ListedIncident(
        **known, resource=name, failure=clean_text(entry.failure, 100), waits_for=waits_for(entry.state)
    )
