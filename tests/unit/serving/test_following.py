from __future__ import annotations

import itertools
from typing import Any

import pytest

from mainstay.serving.following import follow

RESOURCE = {"account": "1" * 12, "region": "us-east-1", "type": "ssm.parameter", "id": "/a/b"}


def _event(state: str, what: str = "Something happened") -> dict[str, str]:
    return {"state": state, "what": what, "at": "2026-03-01T00:00:00Z"}


class Server:
    """Says one thing after another: whether there is an incident, and how far it is."""

    def __init__(self, *timelines: list[dict[str, str]] | None) -> None:
        self._timelines = itertools.chain(timelines, itertools.repeat(timelines[-1]))
        self._now: list[dict[str, str]] | None = None
        self.asked: list[Any] = []

    def get(self, path: str, query: Any = None) -> dict[str, Any]:
        self.asked.append((path, query))
        if path == "/incidents":
            self._now = next(self._timelines)
            return {
                "incidents": [] if self._now is None else [{"incident_id": "later"}, {"incident_id": "inc-1"}]
            }
        found, self._now = self._now, next(self._timelines)
        return {"events": found}


def _followed(server: Any, timeout: float = 100) -> list[tuple[str, str]]:
    ticks = itertools.count()
    lines = follow(
        server,
        RESOURCE,
        "2026-03-01T00:00:00Z",
        timeout=timeout,
        pause=lambda _seconds: None,
        clock=lambda: float(next(ticks)),
    )
    return [(one.incident_id, one.state) for one in lines]


def test_the_first_incident_since_then_is_followed_line_by_line_to_its_end() -> None:
    begun = [_event("DETECTING"), _event("ANALYZING")]
    ended = [*begun, _event("COMPLETED"), _event("COMPLETED", "Learnt the outcome: COMPLETED")]
    server = Server(None, begun, begun, ended)

    assert _followed(server) == [
        ("inc-1", "DETECTING"),
        ("inc-1", "ANALYZING"),
        ("inc-1", "COMPLETED"),
        ("inc-1", "COMPLETED"),
    ]
    query = {"resource": f"{'1' * 12}/us-east-1/ssm.parameter//a/b", "since": "2026-03-01T00:00:00Z"}
    assert server.asked[0] == ("/incidents", query)


def test_what_does_not_begin_or_end_in_time_is_said() -> None:
    with pytest.raises(TimeoutError, match="no incident was opened"):
        _followed(Server(None), timeout=5)
    with pytest.raises(TimeoutError, match="inc-1 has not ended"):
        _followed(Server([_event("EXECUTING")]), timeout=5)
