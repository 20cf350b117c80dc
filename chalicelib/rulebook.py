"""The policy, for reading: what holds, which windows open next, and the text that it was read from."""

from __future__ import annotations

from pydantic import AwareDatetime

from chalicelib.analysis.openings import next_closing, next_opening
from chalicelib.analysis.policy import ChangeWindow, Policy, read_policy
from chalicelib.collaborators import Collaborators
from chalicelib.errors import InvalidPolicyError
from chalicelib.incidents.base import Record
from chalicelib.redaction import redact


class Window(Record):
    """A change window, with when it opens and closes next."""

    window: ChangeWindow
    open: bool
    opens_at: AwareDatetime | None
    """None: no more, or not within a year."""
    closes_at: AwareDatetime | None


class Rulebook(Record):
    """The policy that every decision of now names."""

    policy: Policy
    windows: tuple[Window, ...]
    source: str
    """Redacted; empty where the text is no longer the one that the policy was read from."""


def read_rulebook(team: Collaborators) -> Rulebook:
    """As it holds in this process."""
    return Rulebook(
        policy=team.policy,
        windows=tuple(_window(one, team) for one in team.policy.change_windows),
        source=_source(team),
    )


def _window(window: ChangeWindow, team: Collaborators) -> Window:
    now = team.clock()
    opens_at = next_opening(window, now)
    return Window(
        window=window,
        open=opens_at == now,
        opens_at=opens_at,
        closes_at=None if opens_at is None else next_closing(window, opens_at),
    )


def _source(team: Collaborators) -> str:
    try:
        text = team.settings.policy_file.read_text(encoding="utf-8")
        is_this = read_policy(text).version == team.policy.version
    except (OSError, UnicodeDecodeError, InvalidPolicyError) as error:
        team.telemetry.warn(f"the text of the policy could not be read: {error}")
        return ""
    return redact(text) if is_this else ""
