"""Time that passes only when it is told to, and what is to happen in it."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_MOST_ACTIONS = 1000
"""More than that and something goes round in circles."""


@dataclass(eq=False)
class Appointment:
    """Something that is to happen, unless it is called off."""

    action: Callable[[], None]
    is_off: bool = False

    def call_off(self) -> None:
        """It shall not happen, nor time pass because of it."""
        self.is_off = True


class Clock:
    """The time of everything in a trial. Calling it tells the time; whatever waits, waits here."""

    def __init__(self, start: datetime = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)) -> None:
        self.now = start
        self._agenda: list[tuple[datetime, int, Appointment]] = []
        self._count = 0

    def __call__(self) -> datetime:
        """The time."""
        return self.now

    def spend(self, seconds: float) -> None:
        """Let time pass for whoever is at work now; what falls due meanwhile happens afterwards."""
        self.now += timedelta(seconds=seconds)

    def later(self, seconds: float, action: Callable[[], None]) -> Appointment:
        """Let something happen once after so many seconds."""
        self._count += 1
        appointment = Appointment(action)
        heapq.heappush(self._agenda, (self.now + timedelta(seconds=seconds), self._count, appointment))
        return appointment

    def run(self) -> None:
        """Let everything that waits happen, in order, and time pass accordingly."""
        for _ in range(_MOST_ACTIONS):
            if not self._agenda:
                return
            due, _, appointment = heapq.heappop(self._agenda)
            if not appointment.is_off:
                self.now = max(self.now, due)
                appointment.action()
        raise RuntimeError(f"something never comes to rest; it is {self.now}")
