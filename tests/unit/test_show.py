from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

import pytest
from rich.console import Console

from chalicelib.incidents.model import Resource, State
from chalicelib.listing import ListedIncident
from mainstay.show import age_of, list_of

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("ago", "age"),
    [
        (timedelta(seconds=-3), "0 s"),
        (timedelta(seconds=59.9), "59 s"),
        (timedelta(seconds=60), "1 min"),
        (timedelta(minutes=119), "1 h"),
        (timedelta(hours=23), "23 h"),
        (timedelta(days=40), "40 d"),
    ],
)
def test_an_age_is_told_in_the_largest_unit_that_fits(ago: timedelta, age: str) -> None:
    assert age_of(NOW - ago, NOW) == age


def _lines(*incidents: ListedIncident) -> list[str]:
    file = io.StringIO()
    Console(file=file, width=80, color_system=None).print(list_of(incidents, NOW))
    return [line.rstrip() for line in file.getvalue().splitlines()]


def test_a_list_fits_into_80_columns_and_says_what_each_waits_for() -> None:
    waiting = ListedIncident(
        incident_id="inc-20260301-120000-1a2b3c4d",
        resource=Resource(
            type="ssm.parameter", id="/orders/" + "x" * 200, region="us-east-1", account="1" * 12
        ),
        failure="tampered",
        state=State.AWAITING_APPROVAL,
        waits_for="a person's answer",
        opened_at=NOW - timedelta(minutes=5),
        failed_at=NOW,
        ended_at=None,
        classification="TAMPERING",
        confidence=0.7,
        verdict="REVIEW",
        health="",
    )
    ended = waiting.model_copy(update={"state": State.REJECTED, "waits_for": ""})

    lines = _lines(waiting, ended)

    assert max(map(len, lines)) <= 80
    assert lines[0].startswith("AWAITING_APPROVAL ssm.parameter /orders/xxx")
    assert lines[1] == "  inc-20260301-120000-1a2b3c4d  5 min ago  waits for a person's answer"
    assert lines[3].endswith("tampering, decided review")


def test_an_empty_list_says_that_it_is() -> None:
    assert _lines() == ["no incidents"]
