"""Which signals make a warning give way: those that tell of a failure that has happened."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib.incidents.model import SignalSource
from chalicelib.intake import first_step, new_incident, warnings_before
from chalicelib.resources import RESOURCE_TYPES
from tests.unit.analysis.builders import NOW, a_signal, a_warning

TEAM: Any = SimpleNamespace(types=RESOURCE_TYPES)


@pytest.mark.parametrize("source", ["api-call", "state-change", "db-event", "sweep"])
def test_a_failure_comes_before_the_warnings_of_its_type(source: str) -> None:
    later = warnings_before(a_signal(source=SignalSource(source)), TEAM)
    assert later == {"disk_filling", "change_planned"}


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"source": SignalSource.ALARM}, id="an-alarm-may-be-about-the-same"),
        pytest.param({"error_code": "UnauthorizedOperation"}, id="a-refused-call"),
        pytest.param({"dry_run": True}, id="a-dry-run"),
    ],
)
def test_what_may_not_have_happened_does_not(changes: dict[str, Any]) -> None:
    assert warnings_before(a_signal(**changes), TEAM) == frozenset()


def test_a_warning_does_not_come_before_another() -> None:
    assert warnings_before(a_warning(), TEAM) == frozenset()


def test_nobody_is_waited_for_to_be_named_behind_a_warning() -> None:
    team: Any = SimpleNamespace(
        limits=lambda *_: SimpleNamespace(settle_seconds=20, approval_seconds=60, cooldown_seconds=0)
    )
    unnamed = a_signal(source=SignalSource.STATE_CHANGE, actor=a_warning().actor)

    steps = [first_step(new_incident(signal, NOW), team) for signal in (a_warning(), unnamed)]

    assert [step.settle_seconds for step in steps] == [0, 20]
    assert [step.foreseen for step in steps] == [True, False]
