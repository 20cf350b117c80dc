"""Lists of incidents, newest first, by time, resource, state and signature: each a page of one index."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pydantic import AwareDatetime

from chalicelib.aws import items, keys
from chalicelib.aws.clients import Aws
from chalicelib.errors import UnreachableError
from chalicelib.incidents.base import Record
from chalicelib.incidents.model import Resource, State


class Entry(Record):
    """An incident as a list shows it."""

    incident_id: str
    resource: Resource
    failure: str
    state: State
    opened_at: AwareDatetime
    failed_at: AwareDatetime
    ended_at: AwareDatetime | None = None
    classification: str = ""
    confidence: float | None = None
    verdict: str = ""
    health: str = ""


@dataclass(frozen=True, kw_only=True)
class Page:
    """Some entries, and the key to go on from; None at the end."""

    entries: tuple[Entry, ...]
    next_key: items.Item | None


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which entries of a list: opened from `since` until `until`, both included, and alike in what is given.

    What an index is not sorted by is looked at entry by entry, so that a page may have fewer than its limit.
    """

    since: datetime | None = None
    until: datetime | None = None
    type: str = ""
    state: str = ""
    """A state, or ``open``."""

    @property
    def times(self) -> str:
        """The condition on the sort key, to be added to that on the list."""
        match self.since, self.until:
            case None, None:
                return ""
            case _, None:
                return " AND opened_at >= :since"
            case None, _:
                return " AND opened_at <= :until"
        return " AND opened_at BETWEEN :since AND :until"

    @property
    def filters(self) -> str:
        """The condition on the rest; empty where there is none."""
        of_type = ["contains(#resource, :type)"] if self.type else []
        if self.state == OPEN:
            return " AND ".join([*of_type, "attribute_not_exists(ended_at)"])
        return " AND ".join([*of_type, *(["#state = :state"] if self.state else [])])

    @property
    def attribute_names(self) -> dict[str, str]:
        """Of attributes whose names are DynamoDB's own words."""
        of_type = {"#resource": "resource"} if self.type else {}
        return of_type | ({"#state": "state"} if self.state not in {"", OPEN} else {})

    @property
    def values(self) -> dict[str, dict[str, Any]]:
        """What the conditions compare with; the type as it stands in the JSON of a resource."""
        given: dict[str, items.Value] = {
            "since": self.since,
            "until": self.until,
            "type": f'"type":"{self.type}"' if self.type else None,
            "state": self.state if self.state != OPEN else None,
        }
        return {f":{name}": items.encode(value) for name, value in given.items() if value}


OPEN = "open"
EVERYTHING = Wanted()


class IncidentIndex:
    """One query each, whose cost follows the size of the page and not the number of incidents."""

    def __init__(self, aws: Aws, table: str) -> None:
        self._aws = aws
        self._table = table

    def in_month(self, month: datetime, *, limit: int = 50, start: items.Item | None = None) -> Page:
        """Incidents opened in the month of this time."""
        return self.page("time", month_of(month), limit=limit, start=start)

    def of_resource(self, resource_key: str, *, limit: int = 50, start: items.Item | None = None) -> Page:
        """Incidents of one resource, by `Resource.key`."""
        return self.page("resource", resource_key, limit=limit, start=start)

    def in_state(self, state: State, *, limit: int = 50, start: items.Item | None = None) -> Page:
        """Incidents that are in one state."""
        return self.page("state", state.value, limit=limit, start=start)

    def of_signature(self, signature: str, *, limit: int = 50, start: items.Item | None = None) -> Page:
        """Incidents that are alike."""
        return self.page("signature", signature, limit=limit, start=start)

    def all_in_state(self, state: State, *, since: datetime | None = None) -> Iterator[Entry]:
        """Every incident in one state that was opened since a time, newest first."""
        return self._walk("state", state.value, Wanted(since=since))

    def all_open(self) -> Iterator[Entry]:
        """Every incident that has not ended, newest first. Only they are in this index."""
        return self._walk("open", keys.OPEN, EVERYTHING)

    def with_incidents(self, resources: Sequence[Resource]) -> list[Resource]:
        """Those of at most a hundred resources that ever had an incident: its guard stays."""
        by_key = {keys.guard_key(one)["pk"]["S"]: one for one in resources}
        answer = self._aws.read(
            "dynamodb",
            "batch_get_item",
            RequestItems={
                self._table: {
                    "Keys": [keys.guard_key(one) for one in resources],
                    "ProjectionExpression": "pk",
                }
            },
        )
        if answer.get("UnprocessedKeys"):
            raise UnreachableError("dynamodb:batch_get_item left keys unread")
        return [by_key[items.decode(found["pk"])] for found in answer["Responses"][self._table]]

    def _walk(self, index: str, value: str, wanted: Wanted) -> Iterator[Entry]:
        start: items.Item | None = None
        while True:
            page = self.page(index, value, wanted=wanted, start=start)
            yield from page.entries
            if page.next_key is None:
                return
            start = page.next_key

    def page(
        self,
        index: str,
        value: str,
        *,
        wanted: Wanted = EVERYTHING,
        limit: int = 50,
        start: items.Item | None = None,
    ) -> Page:
        """At most so many entries are looked at; of them those that are wanted are shown."""
        query: dict[str, Any] = {
            "TableName": self._table,
            "IndexName": f"by_{index}",
            "KeyConditionExpression": f"gsi_{index}_pk = :value{wanted.times}",
            "ExpressionAttributeValues": {":value": {"S": value}, **wanted.values},
            "ScanIndexForward": False,
            "Limit": limit,
        }
        if wanted.filters:
            query["FilterExpression"] = wanted.filters
        if wanted.attribute_names:
            query["ExpressionAttributeNames"] = wanted.attribute_names
        if start is not None:
            query["ExclusiveStartKey"] = start
        answer = self._aws.read("dynamodb", "query", **query)
        return Page(
            entries=tuple(_entry(found) for found in answer["Items"]),
            next_key=answer.get("LastEvaluatedKey"),
        )


def key_after(index: str, value: str, incident_id: str, opened_at: datetime) -> items.Item:
    """The key to go on from, after an incident that a list has shown."""
    place = {f"gsi_{index}_pk": items.encode(value), "opened_at": items.encode(opened_at)}
    return {**keys.record_key(incident_id), **place}


def month_of(moment: datetime) -> str:
    """The list that an incident is in which was opened then."""
    return f"{moment.astimezone(UTC):%Y-%m}"


def _entry(item: items.Item) -> Entry:
    found = {name: value for name, value in items.plain(item).items() if name in Entry.model_fields}
    return Entry.model_validate(found | {"resource": Resource.model_validate_json(found["resource"])})
