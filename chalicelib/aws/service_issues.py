"""Issues of whole AWS services, as AWS Health tells of them: one line for each service in each place."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from chalicelib.aws import items, keys
from chalicelib.aws.clients import Aws, TransactionCancelledError
from chalicelib.aws.incident_parts import in_days
from chalicelib.errors import ConflictError
from chalicelib.incidents.guard import ServiceIssue
from chalicelib.incidents.model import Resource


class ServiceIssues:
    """The incidents table, as far as it holds such issues. The newest one of a service stands for all."""

    def __init__(self, aws: Aws, table: str) -> None:
        self._aws = aws
        self._table = table

    def note_service_issue(self, issue: ServiceIssue, place: Resource, now: datetime) -> None:
        """Remember an issue where this resource is.

        One that is known to be over stays so: a message that comes late changes nothing. ConflictError
        where another transaction was at it; trying again is safe.
        """
        self._write(
            issue,
            place,
            "SET issue = :told, event = :event, expires_at = :expires REMOVE over_at",
            "attribute_not_exists(over_at) OR event <> :event",
            told=issue,
            expires=in_days(now, 2),
        )

    def end_service_issue(self, issue: ServiceIssue, place: Resource, now: datetime) -> None:
        """If it is of this event: another one of the same service may still be open."""
        self._write(issue, place, "SET over_at = :now", "event = :event", now=now)

    def _write(
        self, issue: ServiceIssue, place: Resource, change: str, condition: str, **values: items.Value
    ) -> None:
        where = keys.issue_key(place.account, place.region, issue.service.lower())
        part = items.update(self._table, where, change, condition, None, event=issue.event, **values)
        try:
            self._aws.read("dynamodb", "transact_write_items", TransactItems=[part])
        except TransactionCancelledError as refused:
            if refused.conflicted:
                raise ConflictError(str(refused)) from refused
            if not refused.failed(0):
                raise


def issue_key_of(resource: Resource, event_source: str) -> items.Item:
    """Where the issue of a resource's service is kept; its events are of ``aws.ec2``, say."""
    return keys.issue_key(resource.account, resource.region, event_source.removeprefix("aws.") or "-")


def read_service_issue(item: dict[str, Any] | None) -> ServiceIssue | None:
    """From a decoded item; None where there is no issue, or it is over."""
    if item is None or "over_at" in item:
        return None
    return ServiceIssue.model_validate_json(item["issue"])
