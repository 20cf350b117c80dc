"""What embedded AWS does after a while by itself, such as ending a transition."""

from __future__ import annotations

import threading
from collections.abc import Callable

_LOCK = threading.Lock()
_WAITING: set[threading.Timer] = set()


def do_later(seconds: float, action: Callable[[], None]) -> None:
    """Do something once after so many seconds, unless everything is forgotten before."""

    def run() -> None:
        with _LOCK:
            _WAITING.discard(timer)
        action()

    timer = threading.Timer(seconds, run)
    timer.daemon = True
    with _LOCK:
        _WAITING.add(timer)
    timer.start()


def forget_what_waits() -> None:
    """Do none of what still waits."""
    with _LOCK:
        waiting = list(_WAITING)
        _WAITING.clear()
    for timer in waiting:
        timer.cancel()
    for timer in waiting:
        timer.join()
