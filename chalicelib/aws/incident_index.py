"""Lists of incidents, newest first, by time, resource, state and signature: each a page of one index."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import AwareDatetime

from chalicelib.aws import items
from chalicelib.aws.clients import Aws
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


class IncidentIndex:
    """One query each, whose cost follows the size of the page and not the number of incidents."""

    def __init__(self, aws: Aws, table: str) -> None:
        self._aws = aws
        self._table = table

    def in_month(self, month: datetime, *, limit: int = 50, start: items.Item | None = None) -> Page:
        """Incidents opened in the month of this time."""
        return self._page("time", f"{month:%Y-%m}", limit, start)

    def of_resource(self, resource_key: str, *, limit: int = 50, start: items.Item | None = None) -> Page:
        """Incidents of one resource, by `Resource.key`."""
        return self._page("resource", resource_key, limit, start)

    def in_state(self, state: State, *, limit: int = 50, start: items.Item | None = None) -> Page:
        """Incidents that are in one state."""
        return self._page("state", state.value, limit, start)

    def of_signature(self, signature: str, *, limit: int = 50, start: items.Item | None = None) -> Page:
        """Incidents that are alike."""
        return self._page("signature", signature, limit, start)

    def all_in_state(self, state: State, *, since: datetime | None = None) -> Iterator[Entry]:
        """Every incident in one state that was opened since a time, newest first."""
        start: items.Item | None = None
        while True:
            page = self.in_state(state, start=start)
            for entry in page.entries:
                if since is not None and entry.opened_at < since:
                    return
                yield entry
            if page.next_key is None:
                return
            start = page.next_key

    def _page(self, index: str, value: str, limit: int, start: items.Item | None) -> Page:
        query: dict[str, Any] = {
            "TableName": self._table,
            "IndexName": f"by_{index}",
            "KeyConditionExpression": f"gsi_{index}_pk = :value",
            "ExpressionAttributeValues": {":value": {"S": value}},
            "ScanIndexForward": False,
            "Limit": limit,
        }
        if start is not None:
            query["ExclusiveStartKey"] = start
        answer = self._aws.read("dynamodb", "query", **query)
        return Page(
            entries=tuple(_entry(found) for found in answer["Items"]),
            next_key=answer.get("LastEvaluatedKey"),
        )


def _entry(item: items.Item) -> Entry:
    found = {name: value for name, value in items.plain(item).items() if name in Entry.model_fields}
    return Entry.model_validate(found | {"resource": Resource.model_validate_json(found["resource"])})
