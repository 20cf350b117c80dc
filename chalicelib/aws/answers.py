"""What keeps an answer single: links that were used, and effects that were begun."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from chalicelib.aws import items, keys
from chalicelib.aws.clients import Aws
from chalicelib.incidents.links import Link

_KEPT = timedelta(days=2)
"""After its end a link is good for nothing anyway: its mark may go a while later."""

FIRST_EFFECT = "do-0"


class Answers:
    """The incidents table, as far as it says what may still be answered."""

    def __init__(self, aws: Aws, table: str) -> None:
        self._aws = aws
        self.table = table

    def was_used(self, link: Link) -> bool:
        """Whether somebody has answered with this link."""
        return self._is_there(keys.link_key(link.nonce))

    def was_intended(self, incident_id: str) -> bool:
        """Whether the first effect of a recovery was ever intended."""
        return self._is_there(keys.effect_key(incident_id, FIRST_EFFECT))

    def link_used(self, link: Link) -> dict[str, Any]:
        """The part of a transaction that uses a link up: it fails where that was done before."""
        where = {name: items.decode(value) for name, value in keys.link_key(link.nonce).items()}
        expires_at = link.expires_at + int(_KEPT.total_seconds())
        mark = items.item(**where, incident_id=link.incident_id, expires_at=expires_at)
        return items.put_new(self.table, mark)

    def nothing_begun(self, incident_id: str) -> dict[str, Any]:
        """The part of a transaction that fails where an effect was intended."""
        return items.absent(self.table, keys.effect_key(incident_id, FIRST_EFFECT))

    def _is_there(self, where: items.Item) -> bool:
        answer = self._aws.read(
            "dynamodb",
            "get_item",
            TableName=self.table,
            Key=where,
            ProjectionExpression="pk",
            ConsistentRead=True,
        )
        return "Item" in answer
