"""What an examination finds: how bad it is, one sentence, and what to do next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from chalicelib.errors import AwsError, DeniedError, MainstayError


class Level(StrEnum):
    """How bad it is. What cannot be read is unknown, and never fine."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. `todo` is a command where there is one; empty where nothing is to do."""

    level: Level
    says: str
    todo: str = ""

    def document(self) -> dict[str, str]:
        """As JSON says it."""
        return {"level": self.level.value, "says": self.says, "todo": self.todo}


def fine(says: str) -> Finding:
    """As it should be."""
    return Finding(Level.OK, says)


def warning(says: str, todo: str) -> Finding:
    """It works, but not all of it, or not for long."""
    return Finding(Level.WARN, says, todo)


def failure(says: str, todo: str) -> Finding:
    """Something that is promised would not happen."""
    return Finding(Level.FAIL, says, todo)


def unclear(says: str, todo: str) -> Finding:
    """Nobody can tell from here."""
    return Finding(Level.UNKNOWN, says, todo)


def carefully(findings: Iterator[Finding], about: str) -> Iterator[Finding]:
    """What AWS does not let us read makes one finding, and hides no other."""
    try:
        yield from findings
    except MainstayError as error:
        yield unreadable(about, error)


def unreadable(about: str, error: MainstayError) -> Finding:
    """Unknown, since AWS does not let us read it, or does not answer."""
    return unclear(f"{about} cannot be read: {' '.join(str(error).split())[:300]}", _way_out(error))


def _way_out(error: MainstayError) -> str:
    if isinstance(error, DeniedError):
        return f"let your own credentials call {error.operation}"
    if isinstance(error, AwsError):
        return "see what AWS answered"
    return "try again"
