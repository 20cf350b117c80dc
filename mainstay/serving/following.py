"""Follows one incident of the local server to its end, through the REST API."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from mainstay.serving.client import LocalServer

_ENDED = frozenset({"COMPLETED", "FAILED", "COOLDOWN", "DISMISSED", "REJECTED", "EXPIRED"})
_PAUSE_SECONDS = 0.5


@dataclass(frozen=True, kw_only=True)
class Followed:
    """One line of its timeline, and which incident it is of."""

    incident_id: str
    state: str
    what: str
    at: str

    @property
    def ends(self) -> bool:
        """Whether nothing more comes that changes anything."""
        return self.state in _ENDED


def follow(
    server: LocalServer,
    resource: dict[str, Any],
    since: str,
    *,
    timeout: float,
    pause: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[Followed]:
    """Every event of the resource's first incident since a time, until it has ended.

    Raises TimeoutError where nobody opens an incident, or it does not end, within so many seconds.
    """
    until, shown = clock() + timeout, 0
    incident_id = ""
    while True:
        incident_id = incident_id or _find(server, resource, since)
        if incident_id:
            events = server.get(f"/incidents/{incident_id}/timeline")["events"]
            for event in events[shown:]:
                yield Followed(
                    incident_id=incident_id, state=event["state"], what=event["what"], at=event["at"]
                )
            shown = len(events)
            if events and events[-1]["state"] in _ENDED and events[-1]["what"].startswith("Learnt"):
                return
        if clock() > until:
            raise TimeoutError(
                f"{incident_id or 'no incident was opened, and'} has not ended after {timeout:g} s"
            )
        pause(_PAUSE_SECONDS)


def _find(server: LocalServer, resource: dict[str, Any], since: str) -> str:
    """The first one; empty while there is none."""
    name = f"{resource['account']}/{resource['region']}/{resource['type']}/{resource['id']}"
    found = server.get("/incidents", {"resource": name, "since": since})["incidents"]
    return str(found[-1]["incident_id"]) if found else ""
