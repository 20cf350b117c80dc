"""RDS: a database instance that is stopped, started or deleted says so on the event bus. In moto it does not.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Events.Messages.html
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from moto.rds.models import RDSBackend

from mainstay.embedded.bus import BUS, make_event
from mainstay.embedded.repairs.replacing import replace


def install() -> None:
    """Install the repair."""
    for name, event_id, category, message in (
        ("stop_db_instance", "RDS-EVENT-0087", "notification", "DB instance stopped"),
        ("start_db_instance", "RDS-EVENT-0088", "notification", "DB instance started"),
        ("delete_db_instance", "RDS-EVENT-0003", "deletion", "DB instance deleted"),
    ):
        announced = _announce(getattr(RDSBackend, name), event_id, category, message)
        replace(RDSBackend, name, announced)


def _announce(change: Callable[..., Any], event_id: str, category: str, message: str) -> Callable[..., Any]:
    def announced(backend: Any, *args: Any, **kwargs: Any) -> Any:
        database = change(backend, *args, **kwargs)
        arn = database.db_instance_arn
        detail = {
            "EventCategories": [category],
            "SourceType": "DB_INSTANCE",
            "SourceArn": arn,
            "Date": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "Message": message,
            "SourceIdentifier": database.db_instance_identifier,
            "EventID": event_id,
        }
        BUS.put(
            make_event(
                "aws.rds", "RDS DB Instance Event", detail, region=backend.region_name, resources=[arn]
            )
        )
        return database

    return announced
