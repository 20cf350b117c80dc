"""What time it is for the logs and metrics of embedded AWS, so that a story can play a day in seconds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeAlias

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS

TimeSource: TypeAlias = Callable[[], datetime]
"""Answers an aware time."""


class Clock:
    """The real time, unless a story brings its own."""

    def __init__(self) -> None:
        self._source: TimeSource = _real_time

    def set(self, source: TimeSource | None) -> None:
        """Take the time from this source from now on; None is the real time again."""
        self._source = source or _real_time

    def now(self) -> datetime:
        """Answer the present time, in UTC."""
        return self._source().astimezone(UTC)

    def now_ms(self) -> int:
        """Answer the present time in milliseconds since 1970."""
        return round(self.now().timestamp() * 1000)


def _real_time() -> datetime:
    return datetime.now(UTC)


CLOCK = Clock()
"""The one of this process, as moto's own state is."""
