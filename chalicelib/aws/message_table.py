"""What people were told, and what they are still to be told, in the incidents table.

What waits to be told has ``gsi_state_pk`` and so stands in the index by state; what was told has left it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from chalicelib.aws import items, keys
from chalicelib.aws.clients import Aws
from chalicelib.aws.incident_parts import in_days
from chalicelib.aws.records import KEEP_DAYS
from chalicelib.errors import AwsError
from chalicelib.incidents.said import Said

LEASE = timedelta(seconds=120)
"""For so long one sweep tells what it has taken; after that another one does."""
_UNTOLD = "UNTOLD"
_COUNT_DAYS = 1


class MessageTable:
    """The incidents table, as far as it holds messages."""

    def __init__(self, aws: Aws, table: str) -> None:
        self._aws = aws
        self.table = table

    def left_for_later(
        self, incident_id: str, said: Said | None, *, opened_at: datetime, now: datetime
    ) -> dict[str, Any]:
        """The part of a transaction that leaves something for the sweep; None: what was said stands."""
        given: dict[str, items.Value] = {"said": said} if said is not None else {}
        return items.update(
            self.table,
            keys.message_key(incident_id),
            f"SET {'said = :said, ' * len(given)}gsi_state_pk = :untold, opened_at = :opened_at,"
            " incident_id = :incident_id, expires_at = :expires REMOVE taken_until",
            "",
            None,
            **given,
            untold=_UNTOLD,
            opened_at=opened_at,
            incident_id=incident_id,
            expires=in_days(now, KEEP_DAYS),
        )

    def leave_for_later(self, incident_id: str, said: Said, *, opened_at: datetime, now: datetime) -> None:
        """Leave something for the sweep to tell."""
        self._update(self.left_for_later(incident_id, said, opened_at=opened_at, now=now))

    def keep_said(self, incident_id: str, said: Said, now: datetime) -> None:
        """Keep what was said; nothing waits any more."""
        self._update(
            items.update(
                self.table,
                keys.message_key(incident_id),
                "SET said = :said, expires_at = :expires REMOVE gsi_state_pk, taken_until",
                said=said,
                expires=in_days(now, KEEP_DAYS),
            )
        )

    def keep_told(self, incident_id: str, said: Said, until: datetime, now: datetime) -> None:
        """Keep what was said of what was taken `until` then, unless more was left to say meanwhile."""
        self._update(
            items.update(
                self.table,
                keys.message_key(incident_id),
                "SET said = :said, expires_at = :expires REMOVE gsi_state_pk, taken_until",
                "taken_until = :until",
                said=said,
                expires=in_days(now, KEEP_DAYS),
                until=until,
            )
        )

    def take_waiting(self, incident_id: str, until: datetime, now: datetime) -> bool:
        """Whether the caller may tell it until then: it still waits, and nobody else is at it."""
        return self._update(
            items.update(
                self.table,
                keys.message_key(incident_id),
                "SET taken_until = :until",
                "gsi_state_pk = :untold AND (attribute_not_exists(taken_until) OR taken_until <= :now)",
                until=until,
                untold=_UNTOLD,
                now=now,
            )
        )

    def count_told(self, now: datetime, most: int) -> bool:
        """Count one message of these five minutes; False where there have been as many as may be."""
        return self._update(
            items.update(
                self.table,
                keys.told_key(now),
                "ADD told :one SET expires_at = :expires",
                "attribute_not_exists(told) OR told < :most",
                one=1,
                most=most,
                expires=in_days(now, _COUNT_DAYS),
            )
        )

    def untold(self) -> Iterator[str]:
        """Ids of incidents about which something waits to be told, the oldest first."""
        query: dict[str, Any] = {
            "TableName": self.table,
            "IndexName": "by_state",
            "KeyConditionExpression": "gsi_state_pk = :untold",
            "ExpressionAttributeValues": {":untold": items.encode(_UNTOLD)},
        }
        while True:
            answer = self._aws.read("dynamodb", "query", **query)
            for item in answer["Items"]:
                yield items.decode(item["incident_id"])
            if "LastEvaluatedKey" not in answer:
                return
            query["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def _update(self, part: dict[str, Any]) -> bool:
        """Change one item; False where the condition is not met."""
        change = dict(part["Update"])
        change.pop("ReturnValuesOnConditionCheckFailure", None)
        try:
            self._aws.read("dynamodb", "update_item", **change)
        except AwsError as refused:
            if refused.code == "ConditionalCheckFailedException":
                return False
            raise
        return True
