from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.errors import InvalidSettingsError
from chalicelib.incidents.lifecycle import OPEN
from chalicelib.incidents.model import Resource, State
from chalicelib.listing import Incidents, IncidentsQuery, ListedIncident
from mainstay.desk import list_incidents, open_desk
from mainstay.serving.desk import LocalDesk

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def _listed(number: int, state: State) -> ListedIncident:
    return ListedIncident(
        incident_id=f"inc-{number}",
        resource=Resource(type="ec2.instance", id="i-1", region="us-east-1", account="1" * 12),
        failure="stopped",
        state=state,
        waits_for="",
        opened_at=NOW - timedelta(minutes=number),
        failed_at=NOW,
        ended_at=None,
        classification="",
        confidence=None,
        verdict="",
        health="",
    )


STORED = [
    _listed(number, State.AWAITING_APPROVAL if number % 3 == 0 else State.COMPLETED) for number in range(12)
]


class Pages:
    """Two incidents a page; a cursor is where the next one begins."""

    def page(self, query: IncidentsQuery) -> Incidents:
        fits = [
            one
            for one in STORED
            if not query.state or (one.state in OPEN if query.state == "open" else one.state == query.state)
        ]
        begin = int(query.cursor or 0)
        more = len(fits) > begin + 2
        return Incidents(incidents=tuple(fits[begin : begin + 2]), next=str(begin + 2) if more else "")


def _ids(**asked: Any) -> list[int]:
    desk: Any = Pages()
    found = list_incidents(desk, IncidentsQuery.model_validate(asked))
    return [int(one.incident_id.removeprefix("inc-")) for one in found]


def test_all_that_are_open_come_first_and_then_the_latest_others() -> None:
    assert _ids(limit=3) == [0, 3, 6, 9, 1, 2, 4]


def test_of_one_state_there_are_no_more_than_asked_for_but_all_that_are_open() -> None:
    assert _ids(state="COMPLETED", limit=5) == [1, 2, 4, 5, 7]
    assert _ids(state="open", limit=1) == [0, 3, 6, 9]


def test_a_local_server_is_asked_where_one_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAINSTAY_URL", "http://127.0.0.1:9")
    named = [open_desk("dev", "", url=url, local=True) for url in ("", "http://localhost:7")]
    assert [one.server.url for one in named if isinstance(one, LocalDesk)] == [
        "http://127.0.0.1:9",
        "http://localhost:7",
    ]
    with pytest.raises(InvalidSettingsError):
        open_desk("dev", "", url="https://api.example", local=False)


def test_whoever_names_no_stage_s_region_is_told_of_the_local_server_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(InvalidSettingsError, match=r"pass --region, or set AWS_REGION.* --local"):
        open_desk("dev", "", url="", local=False)
