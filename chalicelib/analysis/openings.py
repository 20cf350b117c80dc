"""When a change window opens and closes next: found by asking the window itself, so both always agree."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

from chalicelib.analysis.policy import ChangeWindow

_AHEAD_DAYS = 400
"""What opens later than this is not told."""


def next_opening(window: ChangeWindow, now: datetime) -> datetime | None:
    """When it opens next; `now` where it is open, None where it opens no more, or not for a year."""
    return next((moment for moment in _moments(window, now) if window.is_open(moment)), None)


def next_closing(window: ChangeWindow, opened: datetime) -> datetime | None:
    """When a window that is open at `opened` closes; None where that is more than a year away."""
    return next((moment for moment in _moments(window, opened) if not window.is_open(moment)), None)


def _moments(window: ChangeWindow, now: datetime) -> Iterator[datetime]:
    """Every moment from now on at which the answer may change, the earliest first."""
    yield now
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    times = [time.min, *(one for one in (window.opens, window.closes) if one is not None)]
    ends = [one for one in (window.starts_at, window.ends_at) if one is not None]
    daily = [
        datetime.combine(midnight.date() + timedelta(days=day), at, UTC)
        for day in range(_AHEAD_DAYS)
        for at in times
    ]
    yield from sorted(one for one in (*daily, *ends) if one > now)
