"""What Mainstay may do at all: off, observe, approve or auto. Each setting keeps who, when and why."""

from __future__ import annotations

from typing import Annotated, Literal, Self, TypeAlias

from pydantic import Field, model_validator

from chalicelib.aws.switches import Switched
from chalicelib.collaborators import Collaborators
from chalicelib.errors import MainstayError
from chalicelib.incidents.base import Record
from chalicelib.redaction import clean_text

Mode: TypeAlias = Literal["off", "observe", "approve", "auto"]

MODES: tuple[Mode, ...] = ("off", "observe", "approve", "auto")
_SHOWN = 20
_LONGEST_REASON, _LONGEST_NAME = 500, 256


class NewMode(Record):
    """Which mode is to hold, and why."""

    mode: Mode
    reason: Annotated[str, Field(max_length=_LONGEST_REASON)] = ""


class ExplainedMode(NewMode):
    """As the page asks for it: whoever stops everything may explain later, whoever lets it go on says why."""

    @model_validator(mode="after")
    def _says_why(self) -> Self:
        if self.mode != "off" and not self.reason.strip():
            raise ValueError(f"say why the mode is to be {self.mode}: only off needs no reason")
        return self


class SwitchState(Record):
    """How the switch stands. Where it cannot be read, or was never set, nothing is changed."""

    present: Switched | None
    """None where it was never set, or cannot be read."""
    readable: bool
    past: tuple[Switched, ...] = ()
    """The latest first, the present one among them."""

    @property
    def mode(self) -> str | None:
        """None: nothing is changed."""
        return self.present.mode if self.present and self.present.mode in MODES else None


def read_switch(team: Collaborators) -> SwitchState:
    """Never an error: a page that says so is of more use, and its kill switch still works."""
    try:
        present = team.memory.switches.present_switch()
        return SwitchState(present=present, readable=True, past=team.memory.switches.past_switches(_SHOWN))
    except (MainstayError, ValueError) as error:
        team.telemetry.warn(f"the mode could not be read: {error}", error=type(error).__name__)
        return SwitchState(present=None, readable=False)


def switch_mode(
    asked: NewMode, team: Collaborators, *, by: str, instead_of: Switched | None = None
) -> Switched:
    """Set the mode for everything in this stage and region. `by` is who asks, as the gateway knows them.

    With `instead_of` only while that one holds: RecordMovedError where another does.
    """
    switched = Switched(
        mode=asked.mode,
        set_by=clean_text(by, _LONGEST_NAME),
        set_at=team.clock(),
        reason=clean_text(asked.reason.strip(), _LONGEST_REASON),
    )
    team.patiently(lambda: team.memory.switches.switch_to(switched, instead_of=instead_of))
    team.telemetry.log(f"the mode was set to {switched.mode}", by=switched.set_by, reason=switched.reason)
    return switched
