"""What embedded AWS does after a while by itself, such as ending a transition."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

Schedule: TypeAlias = Callable[[float, Callable[[], None]], None]
"""Sees to it that something is done once after so many seconds."""

_LOCK = threading.Lock()
_WAITING: set[threading.Timer] = set()


def do_later(seconds: float, action: Callable[[], None]) -> None:
    """Do something once after so many seconds, unless everything is forgotten before."""
    _SCHEDULES[-1](seconds, action)


@contextmanager
def scheduled_by(schedule: Schedule) -> Iterator[None]:
    """Inside, time is somebody else's: a test lets hours pass without waiting; nothing happens unasked."""
    _SCHEDULES.append(schedule)
    try:
        yield
    finally:
        _SCHEDULES.pop()


def _start_timer(seconds: float, action: Callable[[], None]) -> None:
    def run() -> None:
        with _LOCK:
            _WAITING.discard(timer)
        action()

    timer = threading.Timer(seconds, run)
    timer.daemon = True
    with _LOCK:
        _WAITING.add(timer)
    timer.start()


_SCHEDULES: list[Schedule] = [_start_timer]


def forget_what_waits() -> None:
    """Do none of what still waits."""
    with _LOCK:
        waiting = list(_WAITING)
        _WAITING.clear()
    for timer in waiting:
        timer.cancel()
    for timer in waiting:
        timer.join()
