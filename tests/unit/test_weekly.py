"""Once a week people are told what the warnings were worth."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.errors import DeniedError
from chalicelib.weekly import tell_week
from tests.unit.teams import Team

MONDAY = datetime(2026, 11, 30, 8, 3, tzinfo=UTC)
ROWS = [
    {"week": "2026-W47", "detector": "forecast", "wrong": 9},
    {"week": "2026-W48", "detector": "forecast", "failed": 2, "lead_minutes": 60.0},
    {"week": "2026-W49", "detector": "forecast", "passed": 1},
]


def on(now: datetime, rows: list[dict[str, Any]] = ROWS) -> Team:
    team = Team()
    team.clock.now, team.alerts.rows = now, rows
    return team


def test_the_week_before_is_told_beside_everything() -> None:
    team = on(MONDAY)
    assert tell_week(team.collaborators())
    (message,) = team.publisher.told
    assert message.subject == "[Mainstay] What the warnings of 2026, week 48 were worth"
    assert [one["alerts"] for one in message.document["week"]] == [2]
    assert [one["alerts"] for one in message.document["ever"]] == [12]


def test_it_is_told_once() -> None:
    team = on(MONDAY)
    assert [tell_week(team.collaborators()) for _ in range(3)] == [True, False, False]
    team.clock.goes_on(7 * 24 * 60)
    assert tell_week(team.collaborators())


def test_nobody_is_told_before_eight_on_a_monday() -> None:
    assert not tell_week(on(MONDAY.replace(hour=7, minute=59)).collaborators())


def test_a_monday_without_any_run_is_made_up_for() -> None:
    assert tell_week(on(MONDAY + timedelta(days=3)).collaborators())


def test_what_could_not_be_told_is_told_by_the_next_run() -> None:
    team = on(MONDAY)
    team.publisher.error = DeniedError("AccessDenied")
    with pytest.raises(DeniedError):
        tell_week(team.collaborators())
    team.publisher.error = None
    assert tell_week(team.collaborators())


def test_a_week_without_warnings_is_not_told() -> None:
    team = on(MONDAY, [ROWS[0], ROWS[2]])
    assert not tell_week(team.collaborators())
    assert team.publisher.told == []


def test_the_week_of_new_year_is_called_as_the_calendar_of_weeks_calls_it() -> None:
    team = on(datetime(2027, 1, 4, 9, tzinfo=UTC), [{"week": "2026-W53", "detector": "silence", "wrong": 1}])
    assert tell_week(team.collaborators())
    assert "2026, week 53" in team.publisher.told[0].subject
