from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from io import StringIO
from typing import Any

import pytest
from pydantic import ValidationError

from chalicelib.aws.switches import Switched
from chalicelib.collaborators import Collaborators
from chalicelib.errors import ConflictError, DeniedError
from chalicelib.services import make_collaborators
from chalicelib.switching import MODES, ExplainedMode, NewMode, read_switch, switch_mode
from chalicelib.telemetry import Telemetry
from tests.unit.teams import SETTINGS

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


class FakeSwitches:
    def __init__(self) -> None:
        self.kept: list[Switched] = []
        self.busy = 0
        self.error: Exception | None = None

    def switch_to(self, switched: Switched, **_how: Any) -> None:
        if self.busy:
            self.busy -= 1
            raise ConflictError("busy")
        self.kept.append(switched)

    def present_switch(self) -> Switched | None:
        if self.error:
            raise self.error
        return self.kept[-1] if self.kept else None

    def past_switches(self, limit: int) -> tuple[Switched, ...]:
        return tuple(self.kept[::-1][:limit])


class FakeMemory:
    def __init__(self) -> None:
        self.switches = FakeSwitches()


def at_once(attempt: Callable[[], Any]) -> Any:
    for _ in range(5):
        try:
            return attempt()
        except ConflictError:
            continue
    return attempt()


@pytest.fixture
def memory() -> FakeMemory:
    return FakeMemory()


@pytest.fixture
def team(memory: FakeMemory) -> Collaborators:
    usual = make_collaborators(SETTINGS)
    fakes: dict[str, Any] = {
        "memory": memory,
        "clock": lambda: NOON,
        "patiently": at_once,
        "telemetry": Telemetry(stage="prod", stream=StringIO()),
    }
    return replace(usual, **fakes)


@pytest.mark.parametrize("mode", MODES)
def test_a_command_may_give_no_reason(mode: Any) -> None:
    assert NewMode(mode=mode).reason == ""


def test_whoever_stops_everything_on_the_page_may_explain_later() -> None:
    assert ExplainedMode(mode="off").reason == ""


@pytest.mark.parametrize("mode", [mode for mode in MODES if mode != "off"])
@pytest.mark.parametrize("reason", ["", " \n\t"])
def test_whoever_lets_it_go_on_by_the_page_says_why(mode: Any, reason: str) -> None:
    with pytest.raises(ValidationError, match=f"say why the mode is to be {mode}"):
        ExplainedMode(mode=mode, reason=reason)
    assert ExplainedMode(mode=mode, reason="because").mode == mode


@pytest.mark.parametrize(
    "field", [{"mode": "fast"}, {"mode": "off", "reason": "x" * 501}, {"mode": "off", "by": "me"}]
)
def test_nothing_else_is_taken(field: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        NewMode.model_validate(field)


def test_it_is_set_in_the_name_of_whoever_asks_and_what_they_say_is_made_harmless(
    team: Collaborators, memory: FakeMemory
) -> None:
    asked = NewMode(mode="auto", reason="  quiet\x1b[31m again\npassword=hunter2-but-longer ")
    told = switch_mode(asked, team, by="arn:aws:iam::111122223333:user/bob\u202e")
    assert memory.switches.kept == [told]
    assert (told.mode, told.set_at) == ("auto", NOON)
    assert told.set_by == "arn:aws:iam::111122223333:user/bob"
    assert told.reason.startswith("quiet again password=")
    assert "hunter2" not in told.reason


def test_a_busy_moment_is_waited_for(team: Collaborators, memory: FakeMemory) -> None:
    memory.switches.busy = 3
    switch_mode(NewMode(mode="off"), team, by="bob")
    assert [one.mode for one in memory.switches.kept] == ["off"]


def test_how_it_stands_is_told_with_what_held_before(team: Collaborators) -> None:
    assert (read_switch(team).mode, read_switch(team).readable) == (None, True)
    switch_mode(NewMode(mode="auto", reason="go"), team, by="bob")
    switch_mode(NewMode(mode="off"), team, by="alice")
    found = read_switch(team)
    assert found.mode == "off"
    assert [(one.mode, one.set_by) for one in found.past] == [("off", "alice"), ("auto", "bob")]


@pytest.mark.parametrize("error", [DeniedError("AccessDenied"), ValueError("no mode in it")])
def test_what_cannot_be_read_is_told_and_no_error(
    team: Collaborators, memory: FakeMemory, error: Exception
) -> None:
    memory.switches.error = error
    found = read_switch(team)
    assert (found.present, found.mode, found.readable) == (None, None, False)


def test_a_mode_of_a_name_that_is_not_ours_is_none(team: Collaborators, memory: FakeMemory) -> None:
    memory.switches.kept.append(Switched(mode="everything", set_by="bob", set_at=NOON))
    assert read_switch(team).mode is None
